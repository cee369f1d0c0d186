"""A line rang and nobody answered: a call without audio."""

from __future__ import annotations

from recorder.capture.timeline import Timeline
from recorder.ids import new_id
from recorder.line.actions import Unanswered
from recorder.settings.sections import Line
from recorder.store.calls import Call
from recorder.store.seats import Seats
from recorder.store.writer import layout_of


def unanswered_call(line: Line, seats: Seats, timeline: Timeline, rang: Unanswered) -> Call:
    """Its row, with who sat there."""
    at = timeline.instant(rang.frame)
    agent = seats.agent_at(line.name, line.extension, at)
    return Call(
        new_id(at),
        line.name,
        layout_of(line.channels),
        line.language,
        rang.direction,
        "unanswered",
        at,
        ended_at=timeline.instant(rang.end),
        duration_s=0.0,
        ring_s=rang.ring_s,
        ring_count=rang.ring_count,
        extension=line.extension,
        agent_id=agent.id if agent else None,
        team=agent.team if agent else "",
    )
