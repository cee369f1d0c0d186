"""The demo's timetable: which bundled call happens on which simulated line, and when. Pure arithmetic, no devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.demo.bundle import BundledCall

FIRST_CALL_S = 8.0
"""Seconds before the first ring: the tap must hear idle lines first."""
STAGGER_S = 1.5
"""Seconds by which each line starts after the one before, so that the lines do not ring in step."""
BETWEEN_CALLS_S = 6.0
"""Seconds a line rests between two calls."""
TAIL_S = 14.0
"""Seconds after the last call: longer than the hang-over of a line without sense, so that its call ends by itself."""
DEFAULT_RING_S = 4.0
"""Seconds of ringing where the truth file names none: the second ring by GB/T cadence (1 s on, 4 s off)."""


@dataclass(frozen=True)
class DemoLine:
    """One simulated line. channels: of the tap device. sense: board input, -1 for a line found by voice alone."""

    name: str
    extension: str
    trunk: str
    channels: tuple[int, ...]
    sense: int
    language: str
    agent: str


@dataclass(frozen=True)
class Placed:
    """A call on a line. rings_at, starts_at, ends_at: seconds of simulated time; the audio runs from starts_at to ends_at."""

    call: BundledCall
    line: DemoLine
    rings_at: float
    starts_at: float
    ends_at: float
    number: str


@dataclass(frozen=True)
class Plan:
    """The whole demo. ends_at: seconds of simulated time at which the tap falls silent for good."""

    placed: tuple[Placed, ...]
    ends_at: float


PAIRS = tuple(DemoLine(f"{n}", f"80{n}", f"{n:02d}", (2 * n - 2, 2 * n - 1), n - 1, "zh", f"10{n:02d}") for n in range(1, 6))
MONO = DemoLine("6", "806", "06", (10,), 5, "zh", "1006")
BY_VOICE = DemoLine("7", "807", "07", (11, 12), -1, "zh", "1007")
ENGLISH = DemoLine("8", "808", "08", (13, 14), 6, "en", "1008")
LINES = (*PAIRS, MONO, BY_VOICE, ENGLISH)
CHANNELS = 15
"""Of the one tap device that carries all lines."""


def plan(calls: Sequence[BundledCall]) -> Plan:
    """Spread the calls over the lines: English on its own line, the calmest short one also on the mono and the voice-only line,
    the rest longest first onto the pair line that is free soonest."""
    english = [call for call in calls if call.facts.language == "en"]
    chinese = sorted((call for call in calls if call.facts.language != "en"), key=lambda call: (-call.duration_s, call.name))
    free_at = {line.name: FIRST_CALL_S + STAGGER_S * number for number, line in enumerate(LINES)}
    again = [call for call in chinese if call.name.endswith("_perfect")][:1]
    wishes: list[tuple[BundledCall, tuple[DemoLine, ...]]] = [(call, (ENGLISH,)) for call in english]
    wishes += [(call, (line,)) for call in again for line in (MONO, BY_VOICE)]
    wishes += [(call, PAIRS) for call in chinese]
    placed = []
    for order, (call, lines) in enumerate(wishes):
        placed.append(_place(call, min(lines, key=lambda line: free_at[line.name]), free_at, order))
    placed.sort(key=lambda one: one.rings_at)
    return Plan(tuple(placed), max((one.ends_at for one in placed), default=FIRST_CALL_S) + TAIL_S)


def _place(call: BundledCall, line: DemoLine, free_at: dict[str, float], order: int) -> Placed:
    rings_at = free_at[line.name]
    starts_at = rings_at + (0.0 if call.facts.direction == "out" else call.facts.ring_s or DEFAULT_RING_S)
    ends_at = starts_at + call.duration_s
    free_at[line.name] = ends_at + BETWEEN_CALLS_S
    # Numbers of the 0571-000 0000 kind belong to nobody: no real subscriber's number starts with 000.
    return Placed(call, line, rings_at, starts_at, ends_at, f"0571000{1000 + 37 * order % 9000:04d}")
