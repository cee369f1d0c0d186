"""The calls of a made centre: when, whose, how long, from whom."""

from __future__ import annotations

import heapq
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from quality.centre.cast import TOPICS, Cast, MadeAgent, Spec

_HOURS = {8: 3, 9: 9, 10: 13, 11: 12, 12: 6, 13: 6, 14: 11, 15: 12, 16: 10, 17: 7, 18: 4, 19: 4, 20: 3}
"""Calls by hour of the day, of a hundred: peaks before noon and in the afternoon."""
_EARLY, _LATE = (8.0, 16.5), (12.5, 21.0)  # shifts, hours of the day
_WEEKEND = 0.45  # of a weekday's calls
_REPEATS = 0.08  # callers who call again within three days
_REPEAT_DAYS = 3
_MEDIAN_S, _SPREAD = 4.45, 0.75  # of ln(seconds): half of the calls are shorter than 86 s


@dataclass(frozen=True)
class MadeCall:
    """started_at: UTC epoch seconds (the first ring). duration_s: talk, None when nobody answered. ring_s: until the answer or
    until the caller gave up. repeat_of: the id of the call this caller made before."""

    id: str
    started_at: float
    day: date
    agent: MadeAgent
    direction: str
    number: str
    topic: str
    ring_s: float
    queue_s: float
    duration_s: float | None
    hung_up_by: str
    repeat_of: str | None

    @property
    def answered_at(self) -> float:
        """When it was picked up; only for answered calls."""
        return self.started_at + self.ring_s


def calls(spec: Spec, cast: Cast) -> Iterator[MadeCall]:
    """Every call, in order of time."""
    traffic = _Traffic(spec, cast)
    for day in spec.days:
        yield from traffic.day(day)


class _Traffic:
    def __init__(self, spec: Spec, cast: Cast) -> None:
        self.spec, self.cast = spec, cast
        self.rng = random.Random(f"{spec.seed} traffic")
        self.zone = ZoneInfo(spec.timezone)
        self.busy: dict[str, float] = {}  # agent → until when
        self.again: list[tuple[float, str, str, str, str]] = []  # due, number, team, topic, call before
        total = spec.agents * spec.months * spec.calls_a_month
        self.weekday_calls = total / sum(_WEEKEND if day.weekday() >= 5 else 1.0 for day in spec.days)

    def day(self, day: date) -> Iterator[MadeCall]:
        expected = self.weekday_calls * (_WEEKEND if day.weekday() >= 5 else 1.0)
        count = round(self.rng.gauss(expected, expected * 0.04))
        hours = self.rng.choices(list(_HOURS), list(_HOURS.values()), k=count)
        midnight = datetime.combine(day, time(), self.zone).timestamp()
        for moment in sorted(midnight + 3600 * (hour + self.rng.random()) for hour in hours):
            call = self._call(day, midnight, round(moment, 3))
            if call:
                yield call

    def _call(self, day: date, midnight: float, moment: float) -> MadeCall | None:
        hour = (moment - midnight) / 3600
        known = heapq.heappop(self.again) if self.again and self.again[0][0] <= moment else None
        agent = self._agent(day, hour, moment, known[2] if known else None)
        if known and agent is None:  # nobody of that team is free: they try again in half an hour
            heapq.heappush(self.again, (moment + 1800, *known[1:]))
            known, agent = None, self._agent(day, hour, moment, None)
        if agent is None:
            return None  # everybody is talking: the line is busy and the box hears nothing
        direction = "in" if known or self.rng.random() < 0.87 else "out"
        number = known[1] if known else _number(self.rng)
        topic = known[3] if known else self.rng.choices(list(TOPICS), list(TOPICS.values()))[0]
        ring, talk = self._times(direction)
        queue = round(self.rng.expovariate(1 / 9), 1) if direction == "in" and self.rng.random() < 0.35 else 0.0
        by = "customer" if self.rng.random() < 0.8 else "agent"
        call = MadeCall(
            self._id(moment), moment, day, agent, direction, number, topic, ring, queue, talk, by, known[4] if known else None
        )
        self.busy[agent.number] = moment + ring + (talk or 0.0) + 5
        self._maybe_again(call)
        return call

    def _agent(self, day: date, hour: float, moment: float, team: str | None) -> MadeAgent | None:
        week = day.isocalendar()[1]
        there = [a for a in self._present(day) if _on_shift(a, week, hour) and (team is None or a.team == team)]
        free = [a for a in there if self.busy.get(a.number, 0.0) <= moment]
        return self.rng.choice(free) if free else None

    @cache  # noqa: B019  one a run
    def _present(self, day: date) -> tuple[MadeAgent, ...]:
        return tuple(a for a in self.cast.agents if day.weekday() not in a.off)

    def _times(self, direction: str) -> tuple[float, float | None]:
        ring = round(min(60.0, 2 + self.rng.expovariate(1 / 6)), 1)
        if self.rng.random() < (0.05 if direction == "in" else 0.12):
            return round(3 + self.rng.expovariate(1 / 22), 1), None
        return ring, round(max(4.0, self.rng.lognormvariate(_MEDIAN_S, _SPREAD)), 2)

    def _maybe_again(self, call: MadeCall) -> None:
        if call.direction != "in" or call.duration_s is None or self.rng.random() >= self._repeat_chance(call):
            return
        due = call.answered_at + 3600 * self.rng.uniform(1, 24 * _REPEAT_DAYS - 14)
        heapq.heappush(self.again, (due, call.number, call.agent.team, call.topic, call.id))

    def _repeat_chance(self, call: MadeCall) -> float:
        truths = self.cast.truths
        chance = _REPEATS
        if call.agent.team == truths.repeat_team and call.day >= truths.repeats_from:
            chance += 0.012 * ((call.day - truths.repeats_from).days + 1)
        return chance

    def _id(self, moment: float) -> str:
        noise = self.rng.getrandbits(12) << 64 | 2 << 62 | self.rng.getrandbits(62)
        return str(uuid.UUID(int=int(moment * 1000) << 80 | 7 << 76 | noise))


def _number(rng: random.Random) -> str:
    return f"138{rng.randrange(10**8):08d}"


def _on_shift(agent: MadeAgent, week: int, hour: float) -> bool:
    begin, end = _LATE if agent.late == (week % 2 == 0) else _EARLY
    return begin <= hour < end


def shift_of(agent: MadeAgent, day: date) -> tuple[time, time] | None:
    """When an agent works on a day, local; None on a day off."""
    if day.weekday() in agent.off:
        return None
    begin, end = _LATE if agent.late == (day.isocalendar()[1] % 2 == 0) else _EARLY
    return _clock(begin), _clock(end)


def _clock(hour: float) -> time:
    return (datetime.min + timedelta(hours=hour)).time()
