"""What can never be right, whatever a scenario expects: overlaps, sums that do not add up, files that hold something else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hw.interfaces import Samples
from recorder.audio.files import CallAudio, following_gap
from recorder.scenario.script import Scenario
from recorder.scenario.twins import SimulatedTap
from recorder.settings.sections import Line
from recorder.signals.dtmf import DigitDecoder
from recorder.store.calls import Call, Gap, Part
from recorder.store.reader import CallReader
from recorder.times import from_text

ROUNDED = 9
"""Frames either way by which an instant kept to the millisecond may be off."""

COMPARED_S = 120
"""Seconds of each part compared, sample by sample."""


def problems(reader: CallReader, scenario: Scenario, tap: SimulatedTap) -> Iterator[str]:
    """Everything that is wrong. tap: what lay on the wires."""
    lines = {line.name: line for line in scenario.lines}
    moved = any(step.what == "clock" for step in scenario.steps)
    yield from _losses(reader, scenario, tap)
    ended: dict[str, float] = {}
    for call in reader.calls_between(0, 9e9):
        if not moved and call.started_at < ended.get(call.line, 0.0) - 0.0015:
            yield f"call {call.id} begins before the one before it has ended"
        ended[call.line] = call.started_at + (call.duration_s or 0.0)
        if call.state != "unanswered":
            parts, gaps = reader.parts(call.id), reader.gaps(call.id)
            yield from _sums(call, parts, gaps)
            line = lines[call.line]
            if line.mask_digits:
                yield from _masked(reader, call, parts, gaps, line)
            elif not moved:
                yield from _sound(reader, call, parts, gaps, (line, tap, from_text(scenario.start)))


def _losses(reader: CallReader, scenario: Scenario, tap: SimulatedTap) -> Iterator[str]:
    """What the device lost is a gap of a call or of the idle line, once, on every line."""
    for line in scenario.lines:
        sql = "SELECT coalesce(sum(frames), 0) AS frames FROM gaps WHERE line = ? AND reason IN ('overrun', 'device_lost')"
        told = reader.rows(sql, line.name)[0]["frames"]
        if told != tap.lost:
            yield f"line {line.name}: the tap lost {tap.lost} frames, the gaps say {told}"


def _sums(call: Call, parts: list[Part], gaps: list[Gap]) -> Iterator[str]:
    kept = sum((part.frames or 0) + following_gap(part, gaps) for part in parts)
    if kept != round((call.duration_s or 0.0) * parts[0].rate):
        yield f"call {call.id}: {call.duration_s} s, but its parts and gaps are {kept} frames"
    if [part.seq for part in parts] != sorted({part.seq for part in parts}):
        yield f"call {call.id}: its parts are numbered {[part.seq for part in parts]}"
    for gap in gaps:
        if gap.frames <= 0 or (gap.start_frame or 0) < 0:
            yield f"call {call.id}: a gap of {gap.frames} frames at {gap.start_frame}"


def _masked(reader: CallReader, call: Call, parts: list[Part], gaps: list[Gap], line: Line) -> Iterator[str]:
    """A masked key must not be heard on any channel, whoever listens."""
    with CallAudio(reader.store, call, parts, gaps) as audio:
        decoder, found = DigitDecoder(audio.rate, 1), 0
        for block in audio.blocks():
            heard = block if len(line.channels) == 1 else block[:, 1:]
            found += len(decoder.feed(np.ascontiguousarray(heard)).digits)
    if found:
        yield f"call {call.id}: {found} masked keys can be heard"


def _sound(
    reader: CallReader, call: Call, parts: list[Part], gaps: list[Gap], truth: tuple[Line, SimulatedTap, float]
) -> Iterator[str]:
    line, tap, start = truth
    with CallAudio(reader.store, call, parts, gaps) as audio:
        at = 0
        for part in parts:
            count = min(part.frames or 0, COMPARED_S * part.rate)
            frame = round((part.started_at - start) * part.rate)
            lost = [gap for gap in gaps if gap.part_id == part.id]
            if not _same(audio.read(at, count), lost, line, tap, frame):
                yield f"call {call.id}: part {part.seq} does not hold what was on the line"
            at += (part.frames or 0) + following_gap(part, gaps)


def _same(kept: Samples, lost: list[Gap], line: Line, tap: SimulatedTap, frame: int) -> bool:
    first = max(0, frame - ROUNDED)
    wires = tap.samples(first, frame + len(kept) + ROUNDED)[:, list(line.channels)]
    for shift in range(len(wires) - len(kept) + 1):
        truth = wires[shift : shift + len(kept)].copy()
        for gap in lost:
            truth[gap.start_frame : (gap.start_frame or 0) + gap.frames] = 0
        if np.array_equal(truth, kept):
            return True
    return False
