"""The PBX's call records joined to the calls they are about. Pure arithmetic: which record fits which call best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hw.interfaces import CallRecord
from recorder.calls import Call

START_S = 150.0
"""Seconds a record's time may be off the call's: records carry minutes only, the PBX's clock is set by hand, and some makers print
the time of the end (that is compared too)."""

DURATION_S = 20.0
"""Seconds by which the two durations may differ: some PBXs count from the first ring or from the last digit dialled."""


@dataclass(frozen=True)
class LineNames:
    """What a record may call a line by. Empty ones match nothing."""

    line: str
    extension: str
    trunk: str


def best_call(record: CallRecord, calls: Iterable[Call], names: Iterable[LineNames]) -> Call | None:
    """The call the record is about, or None. Calls of other lines, of the other direction or too far off in time or duration are
    none; of the rest the nearest in both is taken."""
    lines = {name.line for name in names if _same_line(record, name)}
    scored = [(score, call) for call in calls if call.line in lines and (score := misfit(record, call)) is not None]
    return min(scored, key=lambda pair: pair[0])[1] if scored else None


def misfit(record: CallRecord, call: Call) -> float | None:
    """How badly record and call fit, 0 best; None when they cannot be the same."""
    if "unknown" not in {record.direction, call.direction} and record.direction != call.direction:
        return None
    rang = call.ring_s or 0.0
    marks = [call.started_at, call.started_at - (0.0 if call.state == "unanswered" else rang)]
    if call.ended_at is not None:
        marks.append(call.ended_at)
    off = min(abs(record.started_at - mark) for mark in marks)
    if off > START_S:
        return None
    talked = 0.0 if call.state == "unanswered" else call.duration_s or 0.0
    if record.duration_s is None:
        return off
    # Counted with or without the ringing.
    differs = min(abs(record.duration_s - talked), abs(record.duration_s - talked - rang))
    if differs > max(DURATION_S, 0.1 * talked):
        return None
    # A minute's difference of the printed time says less than a second's of the duration.
    return differs + off / 60.0


def learned_values(record: CallRecord, call: Call) -> dict[str, object]:
    """The columns of the call that the record tells; what the line itself told stays."""
    values: dict[str, object] = {}
    direction = record.direction if call.direction == "unknown" else call.direction
    if direction != call.direction:
        values["direction"] = direction
    if record.number:
        values["called_number" if direction == "out" else "caller_number"] = record.number
    if call.ring_s is None and record.ring_s is not None and direction == "in":
        values["ring_s"] = record.ring_s
    if not call.extension and record.extension:
        values["extension"] = record.extension
    return values


def _same_line(record: CallRecord, name: LineNames) -> bool:
    """Extensions decide; trunks only where one of the two names no extension, since a PBX takes any trunk for any extension."""
    if record.extension and name.extension:
        return record.extension == name.extension
    return bool(record.trunk) and record.trunk == name.trunk
