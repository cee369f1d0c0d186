"""The demo's simulated devices: tap board, PBX printer port and the technician's cable, each behind a pseudo terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from console.demo.house import House
from console.demo.plan import Placed, Plan
from hw.clock import FastClock
from hw.interfaces import CallRecord
from hw.simulated.board import SimulatedBoard
from hw.simulated.nullmodem import NullModem
from hw.simulated.pbx import SimulatedPbx
from hw.simulated.voltages import LineAction

RELEASE_S = 1.2
"""Seconds from the far end's hanging up, which the PBX shows by reversing the line, to the agent's."""
ANSWER_S = 0.6
"""Seconds from picking up to the far end's answer: the bundled outgoing calls begin with it."""
RECORD_AFTER_S = 2.0
"""Seconds from the end of a call to its record on the PBX's printer port."""


class Twins:
    """All of them, started and stopped together."""

    def __init__(self, house: House, plan: Plan) -> None:
        settings, clock = house.settings, FastClock(house.start, house.anchor, house.settings.simulation.speed)
        actions = [action for placed in plan.placed if placed.line.sense >= 0 for action in line_actions(placed)]
        records = [(house.start + placed.ends_at + RECORD_AFTER_S, call_record(placed, house.start)) for placed in plan.placed]
        records.sort(key=lambda due: due[0])
        self._board = SimulatedBoard(Path(settings.line_sense.port), actions, clock, house.start)
        layout, timezone = settings.call_records.layout, settings.site.timezone
        self._pbx = SimulatedPbx(Path(settings.call_records.port), records, clock, layout, timezone)
        self._cable = NullModem(Path(settings.console.port), house.store / "dev" / "console")

    def start(self) -> None:
        """Switch on."""
        for twin in (self._board, self._pbx, self._cable):
            twin.start()

    def stop(self) -> None:
        """Switch off."""
        for twin in (self._board, self._pbx, self._cable):
            twin.stop()


def line_actions(placed: Placed) -> Iterator[LineAction]:
    """What happens on the line of a call, in simulated seconds: who rings, answers and hangs up.

    The PBX shows the far end's answer and release by reversing the line, as many do on extensions set so.
    """
    sense, outgoing = placed.line.sense, placed.call.facts.direction == "out"
    if outgoing:
        yield LineAction(placed.starts_at, sense, "pick_up")
        yield LineAction(placed.starts_at + ANSWER_S, sense, "reverse")
    else:
        yield LineAction(placed.rings_at, sense, "ring")
        yield LineAction(placed.starts_at, sense, "answer")
    down_at = placed.ends_at
    if placed.call.facts.hung_up_by != "agent":
        yield LineAction(placed.ends_at, sense, "reverse")
        down_at += RELEASE_S
    yield LineAction(down_at, sense, "hang_up")
    if outgoing == (placed.call.facts.hung_up_by == "agent"):
        # An odd number of turns: the PBX turns the line back once the agent has put the phone down.
        yield LineAction(down_at + RELEASE_S, sense, "reverse")


def call_record(placed: Placed, start: float) -> CallRecord:
    """What the PBX prints of a call. start: UTC epoch seconds of the tap's first frame."""
    incoming = placed.call.facts.direction != "out"
    return CallRecord(
        layout="panasonic_ns1000",
        started_at=start + placed.starts_at,
        duration_s=float(round(placed.call.duration_s)),
        extension=placed.line.extension,
        trunk=placed.line.trunk,
        direction="in" if incoming else "out",
        number=placed.number,
        ring_s=float(round(placed.starts_at - placed.rings_at)) if incoming else None,
        raw="",
    )
