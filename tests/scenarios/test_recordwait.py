"""A line without a sense and the PBX's records of it, through the whole recorder: what dead air leaves of its calls."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hw.interfaces import CallRecord
from recorder.audio.files import open_call
from recorder.evidence.verify import Scope, Seen, verify
from recorder.line.hangover import FEWEST
from recorder.restart.recovery import flac_header
from recorder.store.calls import Call
from recorder.store.reader import CallReader
from tests.scenarios.box import RATE, START, Box

EVERY = 16
"""Seconds between the short calls by which the recorder learns that records come."""
LEARNT = FEWEST * EVERY


def record(at: float, lasts: float, number: str) -> tuple[float, CallRecord]:
    """The record of a call of line 3 that ended at `at`, printed a second later."""
    return at + 1, CallRecord("test", START + at - lasts, lasts, "803", "03", "in", number, 5.0, number)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """Some short calls with their records, then one from 5 to 15 s after LEARNT, and somebody who speaks from 40 to 52 s."""
    box = Box(tmp_path / "store", LEARNT + 75)
    for number in range(FEWEST):
        box.speak(number * EVERY + 2, 3, 3)
        box.records.append(record(number * EVERY + 5, 3.0, f"1{number}"))
    box.speak(LEARNT + 5, 10, 3)
    box.speak(LEARNT + 40, 12, 4)
    return box


def last_calls(box: Box) -> list[Call]:
    with box.run() as reader:
        return reader.calls_between(START + LEARNT, 9e9)


def whole(box: Box, call: Call) -> bool:
    """Whether its audio is what was on the line, to the sample, and as long as its row says; and the chain vouches for it."""
    with open_call(box.store, call.id) as audio:
        heard = audio.read(0, audio.frames)
        first = round((call.started_at - START) * RATE)
        lines = box.tap.samples[:, [3, 4]]
        same = any(np.array_equal(heard, lines[at : at + len(heard)]) for at in range(first - 4, first + 5))
        vouched = not list(verify(box.store, Scope(), Seen(), lambda *_: None))
        return same and vouched and audio.frames == round((call.duration_s or 0) * RATE)


def test_dead_air_within_a_call_leaves_it_one_call_with_its_record(box: Box) -> None:
    box.records.append(record(LEARNT + 52, 47.0, "2"))
    (call,) = last_calls(box)
    assert call.duration_s == pytest.approx(48.5, abs=0.5)
    assert (call.state, call.caller_number) == ("closed", "2")
    assert whole(box, call)


def test_a_call_whose_record_was_lost_stays_apart_from_the_next_one(box: Box) -> None:
    box.records.append(record(LEARNT + 52, 12.0, "2"))
    first, second = last_calls(box)
    assert first.duration_s == pytest.approx(11.5, abs=0.4)
    assert second.duration_s == pytest.approx(13.5, abs=0.4)
    assert [call.caller_number for call in (first, second)] == ["", "2"]
    assert whole(box, first)
    assert whole(box, second)
    with CallReader(box.store) as reader:
        (part,) = reader.parts(second.id)
        header = flac_header(box.store / part.path)
        assert header is not None
        assert (header.call_id, header.seq, part.seq) == (second.id, 1, 1)


def test_what_was_lost_or_pressed_goes_with_the_call_it_was_in(box: Box) -> None:
    box.tap.losses[(LEARNT + 45) * RATE] = 400
    box.records.append(record(LEARNT + 52, 12.0, "2"))
    first, second = last_calls(box)
    with CallReader(box.store) as reader:
        assert reader.gaps(first.id) == []
        (gap,) = reader.gaps(second.id)
        (part,) = reader.parts(second.id)
        assert (gap.part_id, gap.frames) == (part.id, 400)


def test_a_call_before_which_the_box_was_started_anew_has_its_record_waited_for(box: Box) -> None:
    box.records.append(record(LEARNT + 52, 47.0, "2"))
    recorder = box.recorder()
    while recorder.step(0.0) and box.tap.place < LEARNT * RATE:
        pass
    recorder.finish()
    (call,) = last_calls(box)
    assert call.caller_number == "2"


def test_without_any_record_silence_parts_calls(box: Box) -> None:
    box.records.clear()
    first, second = last_calls(box)
    assert first.duration_s == pytest.approx(11.5, abs=0.4)
    assert second.duration_s == pytest.approx(13.5, abs=0.4)
