"""Whether the fast figures are the slow ones: every figure of centre, groups and agents, over months, weeks and days of a store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hw.messages import UserError
from quality.centre.make import TRUTH_FILE, read_truths
from quality.figures.detail import DailyDetail, daily_detail
from quality.figures.planted import Found, look_for
from quality.figures.sheet import sheet_of
from quality.figures.slow import SlowFigures
from quality.figures.slowbox import PlainBox
from quality.figures.tables import days_of
from quality.periods import Period, period_of

Progress = Callable[[float, float, str], None]


TOLERANCE = 1e-9
"""Relative difference that sums of whole milliseconds and sums of floating point seconds may have."""


def _silent(*_: object) -> None:
    """Nobody is looking."""


@dataclass
class _Tally:
    """Of one figure: values compared, unknown in both, the largest relative difference; apart: known in one only."""

    compared: int = 0
    unknown: int = 0
    apart: int = 0
    difference: float = 0.0
    where: str = ""

    def add(self, fast: float | None, slow: float | None, where: str) -> None:
        if (fast is None) != (slow is None):
            self.apart, self.where = self.apart + 1, where
        elif fast is None or slow is None:
            self.unknown += 1
        else:
            self.compared += 1
            apart = abs(fast - slow) / max(1.0, abs(slow))
            if apart > self.difference:
                self.difference, self.where = apart, where


@dataclass
class _Run:
    tallies: dict[str, _Tally] = field(default_factory=dict)
    fast_s: float = 0.0
    slow_s: float = 0.0


def evaluate_figures(
    store: Path, timezone: str, first: date | None = None, last: date | None = None, *, now: float | None = None,
    progress: Progress = _silent,
) -> dict[str, object]:  # fmt: skip
    """Compare all 23 with the slow computation: agents over months and weeks, groups and centre over days as well; and see that the
    daily detail adds up to the calls there are. Of a made centre also whether the figures find what is planted. first, last: local
    days, those of the store when left out."""
    now, run = time.time() if now is None else now, _Run()
    box = PlainBox(store, timezone, now)
    if not box.calls:
        raise UserError("the store has no calls to compare figures of", "库中没有通话，无法比较指标")
    first, last = first or min(c.day for c in box.calls), last or max(c.day for c in box.calls)
    began = time.process_time()
    detail = daily_detail(store, first, last, timezone, now=now)
    run.fast_s += time.process_time() - began
    asked = list(_asked(first, last))
    for done, (period, by) in enumerate(asked):
        progress(done, len(asked), f"{period.name} {by}")
        _compare(run, detail, box, period, by)
    progress(1, 1, "")
    report = _report(run, detail, box, first, last)
    if (store / TRUTH_FILE).exists():
        planted = look_for(detail, read_truths(store))
        report["planted"] = [_told(found) for found in planted]
        report["agreed"] = bool(report["agreed"]) and all(found.ok for found in planted)
    return report


def _told(found: Found) -> dict[str, object]:
    return {
        "truth": found.truth, "figure": found.figure, "where": found.where, "expected": ", ".join(found.expected),
        "found": ", ".join(found.found), "ok": found.ok,
    }  # fmt: skip


def _asked(first: date, last: date) -> Iterator[tuple[Period, str]]:
    days = list(days_of(first, last))
    weeks_and_months = {period_of(kind, day) for kind in ("week", "month") for day in days}
    for period in sorted(weeks_and_months, key=lambda p: (p.first, p.last)):
        clipped = Period(period.kind, max(period.first, first), min(period.last, last))
        yield from ((clipped, by) for by in ("centre", "group", "agent"))
    yield from ((period_of("day", day), by) for day in days for by in ("centre", "group"))


def _compare(run: _Run, detail: DailyDetail, box: PlainBox, period: Period, by: str) -> None:
    began = time.process_time()
    # A period stands for its own past here: only its values are looked at.
    sheet = sheet_of(detail, (period, period), by)
    run.fast_s += time.process_time() - began
    for subject in sheet.subjects:
        began = time.process_time()
        who = {"centre": {}, "group": {"team": subject.key}, "agent": {"agent": subject.key}}[by]
        slow = SlowFigures(box, period.first, period.last, **who).everything()
        run.slow_s += time.process_time() - began
        for line in subject.lines:
            tally = run.tallies.setdefault(line.figure.id, _Tally())
            tally.add(line.value.value, slow[line.figure.id], f"{period.name} {by} {subject.key}".strip())


def _report(run: _Run, detail: DailyDetail, box: PlainBox, first: date, last: date) -> dict[str, object]:
    calls = [call for call in box.calls if first <= call.day <= last]
    tallies = run.tallies.values()
    return {
        "days": f"{first} – {last}",
        "calls": len(calls),
        "calls_in_daily_detail": detail.total.calls,
        "minutes": round(sum(c.length or 0.0 for c in calls) / 60, 3),
        "minutes_in_daily_detail": round(detail.total.audio_ms / 60_000, 3),
        "compared": sum(t.compared for t in tallies),
        "unknown_in_both": sum(t.unknown for t in tallies),
        "known_in_one_only": sum(t.apart for t in tallies),
        "max_difference": max((t.difference for t in tallies), default=0.0),
        "agreed": _agreed(run, detail, len(calls)),
        "cpu_s_fast": round(run.fast_s, 2),
        "cpu_s_slow": round(run.slow_s, 2),
        "figures": _by_figure(run.tallies, list(run.tallies)),
    }


def _agreed(run: _Run, detail: DailyDetail, calls: int) -> bool:
    tallies = run.tallies.values()
    return detail.total.calls == calls and all(not t.apart and t.difference < TOLERANCE for t in tallies)


def _by_figure(tallies: dict[str, _Tally], names: Sequence[str]) -> list[dict[str, object]]:
    return [
        {"figure": name, "compared": t.compared, "unknown": t.unknown, "one_only": t.apart, "max_difference": t.difference,
         "where": t.where}
        for name in names for t in [tallies[name]]
    ]  # fmt: skip
