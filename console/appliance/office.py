"""An office's traffic on the demo's eight lines: calls come at random, each line rests between two. Pure arithmetic."""

from __future__ import annotations

import random
from collections.abc import Sequence

from console.demo.bundle import BundledCall
from console.demo.plan import DEFAULT_RING_S, FIRST_CALL_S, LINES, TAIL_S, DemoLine, Placed, Plan

GAP_S = (8.0, 90.0)
"""A line rests at least so long, and so long more on the average: with calls of three quarters of a minute it talks a third of the
time, as an agent on a quiet day does."""


def office(calls: Sequence[BundledCall], seconds: float, seed: int) -> Plan:
    """Calls of every line's own language, drawn at random, for so many seconds of simulated time."""
    lots = random.Random(seed)
    placed = [one for line in LINES for one in _day(line, [call for call in calls if _fits(call, line)], seconds, lots)]
    placed.sort(key=lambda one: one.rings_at)
    numbered = [_numbered(one, number) for number, one in enumerate(placed)]
    return Plan(tuple(numbered), max((one.ends_at for one in numbered), default=FIRST_CALL_S) + TAIL_S)


def _fits(call: BundledCall, line: DemoLine) -> bool:
    return call.facts.language == line.language


def _day(line: DemoLine, calls: Sequence[BundledCall], seconds: float, lots: random.Random) -> list[Placed]:
    at = FIRST_CALL_S + lots.uniform(0, GAP_S[1])
    placed: list[Placed] = []
    while calls:
        call = lots.choice(calls)
        starts_at = at + (0.0 if call.facts.direction == "out" else call.facts.ring_s or DEFAULT_RING_S)
        ends_at = starts_at + call.duration_s
        if ends_at > seconds:
            return placed
        placed.append(Placed(call, line, at, starts_at, ends_at, ""))
        at = ends_at + GAP_S[0] + lots.expovariate(1 / GAP_S[1])
    return placed


def _numbered(one: Placed, number: int) -> Placed:
    """Numbers of the 0571-000 0000 kind belong to nobody; each call has one of its own, by which its record is known."""
    return Placed(one.call, one.line, one.rings_at, one.starts_at, one.ends_at, f"0571000{1000 + number:04d}")
