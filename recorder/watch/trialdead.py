"""How often is a living line called dead? `python -m recorder.watch.trialdead` lives through years of made-up traffic: calls by
chance, and days that differ and hours of meetings on top."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from recorder.settings.sections import AlarmLimits
from recorder.watch.deadline import DeadLine
from recorder.watch.usual import WEEKS, Usual

DAYS, STEP = 364, 5
ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2025, 1, 6, tzinfo=ZONE)
DAY_VARIANCE, MEETINGS = 0.25, 0.03
"""Uneven traffic: each day's rate is its own (gamma, mean 1), and so much of the hours is without a call."""


def false_alarms(rate: float, *, uneven: bool, seed: int) -> int:
    """How often one line with `rate` calls an hour, Monday to Friday 9 to 18, is called dead in a year."""
    minutes, hours = _traffic(rate, uneven, np.random.default_rng(seed))
    line, found, was = DeadLine(Usual(), AlarmLimits().dead_line_calls), 0, False
    for minute in range(0, DAYS * 1440, STEP):
        now, day = START + timedelta(minutes=minute), minute // 1440
        if minute % 1440 == 0:
            known = [(START + timedelta(hours=hour), n) for hour, n in hours.items() if day - 7 * WEEKS <= hour // 24 < day]
            line.usual = Usual(known, now)
        dead = line.step(now, any(one in minutes for one in range(minute - STEP, minute)))
        found, was = found + (dead and not was), dead
    return found


def _traffic(rate: float, uneven: bool, random: np.random.Generator) -> tuple[set[int], Counter[int]]:
    """The minutes with a call, and the calls of each hour, from START on."""
    minutes: set[int] = set()
    hours: Counter[int] = Counter()
    for day in range(DAYS):
        factor = random.gamma(1 / DAY_VARIANCE, DAY_VARIANCE) if uneven else 1.0
        for hour in range(day * 24 + 9, day * 24 + 18) if day % 7 < 5 else ():
            meeting = uneven and random.random() < MEETINGS
            calls = 0 if meeting else int(random.poisson(rate * factor))
            minutes.update(hour * 60 + int(minute) for minute in random.integers(0, 60, calls))
            hours[hour] += calls
    return minutes, Counter({hour: calls for hour, calls in hours.items() if calls})


def main() -> int:
    """Print the false alarms a year, of three lines each."""
    for rate in (2, 6, 12):
        for uneven in (False, True):
            counts = [false_alarms(rate, uneven=uneven, seed=seed) for seed in (1, 2, 3)]
            sys.stdout.write(f"{rate} calls an hour, {'uneven' if uneven else 'by chance'}: {counts} a year\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
