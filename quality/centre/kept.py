"""What a made centre's manager would have kept, and its PBX have told besides: shifts, after-call work, costs, leavers, callers
turned away or gone before any line rang. From streams of chance of their own, so that the calls stay the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from quality.centre.cast import TEAMS, Cast, Spec
from quality.centre.rows import Rows, local_midnight
from quality.centre.traffic import MadeCall, shift_of
from recorder.times import to_text

_HOUR_MS = 3_600_000
_BREAKS_MS = _HOUR_MS  # of a shift
_SIGNED = (0.945, 0.02)  # of the planned time, mean and spread
_ABSENT = 0.02  # planned shifts on a day off that nobody came to, of all days off
_AFTER_S = (44.0, 7.0)
_YUAN_AN_AGENT = 1250  # a month, booked to the group
_OVERHEAD = 0.22  # on top, booked to the centre as a whole
_BUSY, _LEFT = 0.018, 0.006  # of the calls of the day
_LEAVERS = 0.05  # of the agents, who left without ever taking a call here


def write_kept(rows: Rows, spec: Spec, cast: Cast, every: Sequence[MadeCall]) -> None:
    """The tables of review.db."""
    rng = random.Random(f"{spec.seed} kept")
    answered = Counter((call.day, call.agent.number) for call in every if call.duration_s is not None)
    for day in spec.days:
        for agent in cast.agents:
            _shift(rows, rng, (day, agent.number), shift_of(agent, day) is not None, answered[day, agent.number])
    _costs(rows, spec, cast)
    for number in range(max(1, round(len(cast.agents) * _LEAVERS))):
        left = spec.days[rng.randrange(len(spec.days))]
        rows.add("people", {
            "number": f"{8901 + number}", "name": f"离职{number + 1}", "role": "agent", "team": TEAMS[number % len(TEAMS)],
            "hired_on": (spec.first - timedelta(days=rng.randrange(5, 40))).isoformat(), "left_on": left.isoformat(),
        })  # fmt: skip


def _shift(rows: Rows, rng: random.Random, who: tuple[date, str], on_shift: bool, calls: int) -> None:
    signed, spare, after = min(1.0, rng.gauss(*_SIGNED)), rng.random(), rng.gauss(*_AFTER_S)
    planned = round(8.5 * _HOUR_MS) - _BREAKS_MS
    head = {"day": who[0].isoformat(), "number": who[1]}
    if on_shift:
        rows.add("shifts", {**head, "planned_ms": planned, "signed_ms": round(planned * signed), "worked": 1})
    elif spare < _ABSENT and not calls:
        rows.add("shifts", {**head, "planned_ms": planned, "signed_ms": 0, "worked": 0})
    if calls:
        rows.add("aftercall", {**head, "calls": calls, "ms": round(1000 * max(5.0, after) * calls)})


def _costs(rows: Rows, spec: Spec, cast: Cast) -> None:
    firsts = [day for day in spec.days if day.day == 1]
    for first in firsts:
        last = max(day for day in spec.days if (day.year, day.month) == (first.year, first.month))
        span = {"first": first.isoformat(), "last": last.isoformat()}
        people = {team: len(members) for team, members in cast.by_team.items()}
        for team, count in people.items():
            rows.add("costs", {**span, "team": team, "kind": "人工", "fen": 100 * _YUAN_AN_AGENT * count})
        overhead = round(100 * _YUAN_AN_AGENT * sum(people.values()) * _OVERHEAD)
        rows.add("costs", {**span, "team": "", "kind": "线路与设备", "fen": overhead})


def write_unreached(rows: Rows, spec: Spec, every: Sequence[MadeCall]) -> None:
    """The PBX's records of callers who reached nobody."""
    rng = random.Random(f"{spec.seed} unreached")
    for call in every:
        for condition, share in (("busy", _BUSY), ("unanswered", _LEFT)):
            if call.direction == "in" and rng.random() < share:
                _unreached(rows, rng, call.started_at + rng.uniform(0, 60), condition)
    # A PBX tells of busy callers from the first day on, also where chance made none.
    _unreached(rows, rng, local_midnight(spec.first, spec) + 10 * 3600, "busy")


def _unreached(rows: Rows, rng: random.Random, at: float, condition: str) -> None:
    number = f"139{rng.randrange(10**8):08d}"
    waited = round(rng.expovariate(1 / 35) + 1, 1) if condition == "unanswered" else None
    rows.add("call_records", {
        "layout": "made-centre", "started_at": to_text(at), "duration_s": 0.0, "extension": "", "direction": "in",
        "trunk": f"{rng.randrange(1, 31):02d}", "number": number, "ring_s": None, "raw": f"{condition} {number}",
        "received_at": to_text(at + 60), "call_id": None, "condition": condition, "queue_s": waited,
    })  # fmt: skip
