"""What came of a scenario, told in lines that a person can read and compare."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from recorder.scenario.script import time_text
from recorder.store.calls import Call, Gap, KeyPress, Part, gap_of
from recorder.store.reader import CallReader


def outcome(reader: CallReader, start: float, *, folders: bool) -> list[str]:
    """Every call with its parts, losses and keys, then the losses of idle lines. start: UTC epoch seconds of the scenario's start.
    folders: name each part's folder of the day."""
    told: list[str] = []
    for call in sorted(reader.calls_between(0, 9e9), key=lambda call: (round(call.started_at, 3), call.line)):
        told.append(_call(call, start))
        told += [_part(part, start, folders=folders) for part in reader.parts(call.id)]
        told += [f"  {_gap(gap, start)}" for gap in reader.gaps(call.id)]
        told += _keys(reader.key_presses(call.id))
    idle = [gap_of(row) for row in reader.rows("SELECT * FROM gaps WHERE call_id IS NULL ORDER BY at, line")]
    return told + [f"line {gap.line} idle: {_gap(gap, start)}" for gap in idle]


def _call(call: Call, start: float) -> str:
    what = {"closed": "call", "unanswered": "unanswered call"}.get(call.state, f"{call.state} call")
    words = [f"line {call.line}: {what} {call.direction} {time_text(call.started_at - start)} {_seconds(call.duration_s or 0.0)}"]
    if call.ring_count is not None:
        words.append(f"rang {call.ring_count} times, {_seconds(call.ring_s or 0.0)}")
    if call.hung_up_by:
        words.append(f"{call.hung_up_by} hung up")
    if call.called_number:
        words.append(f"to {call.called_number} ({call.number_source})")
    return ", ".join(words)


def _part(part: Part, start: float, *, folders: bool) -> str:
    folder = f" in {part.path.rsplit('/', 1)[0]}" if folders else ""
    return f"  {part.kind} {time_text(part.started_at - start)} {_seconds((part.frames or 0) / part.rate)}{folder}"


def _gap(gap: Gap, start: float) -> str:
    return f"gap {time_text(gap.at - start)} {gap.frames} frames {gap.reason}"


def _keys(presses: list[KeyPress]) -> Iterator[str]:
    for side, group in groupby(presses, key=lambda press: press.side):
        yield f"  {side} pressed {''.join(press.digit or '?' for press in group)}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.4f}".rstrip("0").rstrip(".") + " s"
