"""A card number is said: the recording is paused, and what was said meanwhile is nowhere, while every time stays true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hw.errors import DeviceError
from hw.messages import UserError
from recorder.audio.files import open_call
from recorder.engine import Recorder
from recorder.line.pauses import ALARM
from recorder.listen.protocol import PAUSED, PCM
from recorder.store.calls import Call
from recorder.store.reader import CallReader
from tests.scenarios.box import RATE, Box

SECRET = 12345
"""The value of the samples that nobody may find anywhere."""


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A call on line 1 from 10 to 50 s; the card number lies from 25 to 35 s on both channels."""
    made = Box(tmp_path / "store", 65.0)
    made.speak(10.0, 40.0, 0, 1)
    made.answer(0, 10.0, 50.0)
    made.tap.samples[25 * RATE : 35 * RATE, :2] = SECRET
    return made


def run(box: Box, at: dict[float, Callable[[Recorder], object]]) -> CallReader:
    """Run to the end; at: seconds from the start → what is done then."""
    recorder = box.recorder()
    left = dict(at)

    def act(place: int) -> None:
        for moment in [moment for moment in left if place >= moment * RATE]:
            left.pop(moment)(recorder)

    box.tap.failing = act  # type: ignore[assignment]
    while recorder.step(0.0):
        pass
    recorder.finish()
    assert not left
    return box.reader()


def pause(seconds: float = 120.0) -> Callable[[Recorder], object]:
    return lambda recorder: recorder._shop.pauses.pause("1", "1001", "card number", seconds)


def resume(recorder: Recorder) -> object:
    return recorder._shop.pauses.resume("1", "1001")


def the_call(reader: CallReader) -> Call:
    (call,) = [call for call in reader.calls_closed_since() if call.line == "1"]
    return call


def kept(box: Box, call: Call) -> np.ndarray:
    with open_call(box.store, call.id) as audio:
        assert audio.duration_s == call.duration_s
        return audio.read(0, audio.frames)


def test_what_is_said_in_a_pause_is_nowhere_and_time_goes_on(box: Box) -> None:
    heard: list[tuple[bytes, int]] = []

    def listen(recorder: Recorder) -> None:
        recorder._shop.live.audio = lambda line, samples: heard.append((PCM, len(samples))) if line == "1" else None  # type: ignore[method-assign]
        recorder._shop.live.silence = lambda line, tag, frames: heard.append((tag, frames)) if line == "1" else None  # type: ignore[method-assign]

    with run(box, {0.0: listen, 25.0: pause(), 35.0: resume}) as reader:
        call = the_call(reader)
        (gap,) = reader.gaps(call.id)
        row = reader.rows("SELECT * FROM pauses")[0]
        parts = reader.parts(call.id)
    assert (gap.reason, gap.frames, gap.part_id, gap.start_frame) == ("paused", 10 * RATE, parts[0].id, 15 * RATE)
    samples = kept(box, call)
    assert call.duration_s == 40.0
    assert np.array_equal(samples[: 15 * RATE], box.samples(10.0, 15.0, 0, 1))
    assert not samples[15 * RATE : 25 * RATE].any()
    assert np.array_equal(samples[25 * RATE :], box.samples(35.0, 15.0, 0, 1))
    assert sum(frames for tag, frames in heard if tag == PAUSED) == 10 * RATE
    assert (row["call_id"], row["by"], row["reason"], row["frames"]) == (call.id, "1001", "card number", 10 * RATE)
    assert (row["ended"], row["ended_by"]) == ("resumed", "1001")
    needle = np.full(8, SECRET, "<i2").tobytes()
    assert not [path for path in box.store.rglob("*") if path.is_file() and needle in path.read_bytes()]


def test_the_losses_of_a_call_are_known_in_frames(box: Box) -> None:
    with run(box, {25.0: pause(), 35.0: resume}) as reader:
        call = the_call(reader)
    with open_call(box.store, call.id) as audio:
        assert [(loss.start, loss.end, loss.reason) for loss in audio.losses] == [(15 * RATE, 25 * RATE, "paused")]


def test_a_forgotten_pause_ends_by_itself_and_says_so(box: Box) -> None:
    standing: list[str] = []

    def look(recorder: Recorder) -> None:
        standing.extend(alarm.kind for alarm in recorder._store.open_alarms() if alarm.subject == "1")

    with run(box, {25.0: pause(10.0), 45.0: look}) as reader:
        call = the_call(reader)
        assert [gap.frames for gap in reader.gaps(call.id)] == [10 * RATE]
        assert reader.rows("SELECT ended FROM pauses")[0]["ended"] == "limit"
        alarms = [alarm for alarm in reader.alarms() if alarm.kind == ALARM]
    assert ALARM in standing
    assert [(alarm.subject, alarm.cleared_at is not None) for alarm in alarms] == [("1", True)]
    assert np.array_equal(kept(box, call)[25 * RATE :], box.samples(35.0, 15.0, 0, 1))


def test_a_call_that_ends_in_a_pause_ends_the_pause(box: Box) -> None:
    box.answer(0, 57.0, 63.0, 2.0)
    box.speak(57.0, 6.0, 0, 1)
    with run(box, {25.0: pause(1000.0)}) as reader:
        first, second = [call for call in reader.calls_closed_since() if call.line == "1"]
        assert [(gap.reason, gap.frames) for gap in reader.gaps(first.id)] == [("paused", 25 * RATE)]
        assert reader.gaps(second.id) == []
        assert reader.rows("SELECT ended FROM pauses")[0]["ended"] == "call_ended"
    assert first.duration_s == 40.0
    assert not kept(box, first)[15 * RATE :].any()
    assert np.array_equal(kept(box, second), box.samples(57.0, 6.0, 0, 1))


def test_losses_within_a_pause_are_part_of_it(box: Box) -> None:
    """An overrun and a device that is away for a while: the pause's time goes on."""
    box.tap.losses = {27 * RATE: 3 * RATE}
    with run(box, {25.0: pause(), 35.0: resume}) as reader:
        call = the_call(reader)
        assert [(gap.reason, gap.frames) for gap in reader.gaps(call.id)] == [("paused", 10 * RATE)]
    assert call.duration_s == 40.0


def test_a_long_call_that_is_cut_into_parts_while_paused(box: Box) -> None:
    box.segmentation = type(box.segmentation)(max_part_s=10.0)
    with run(box, {25.0: pause(), 35.0: resume}) as reader:
        call = the_call(reader)
        assert sum(gap.frames for gap in reader.gaps(call.id)) == 10 * RATE
    samples = kept(box, call)
    assert np.array_equal(samples[25 * RATE :], box.samples(35.0, 15.0, 0, 1))
    assert np.array_equal(samples[: 15 * RATE], box.samples(10.0, 15.0, 0, 1))


def test_only_an_open_call_can_be_paused_and_only_once(box: Box) -> None:
    said: list[str] = []

    def refused(act: Callable[[Recorder], object]) -> Callable[[Recorder], object]:
        def tried(recorder: Recorder) -> None:
            with pytest.raises(UserError) as caught:
                act(recorder)
            said.append(caught.value.message.en)

        return tried

    moments = {1.0: refused(pause()), 25.0: pause(), 26.0: refused(pause()), 27.0: resume, 28.0: refused(resume)}
    run(box, {**moments, 55.0: refused(pause(3601.0))}).close()
    assert said == [
        "Line 1 has no call to pause.", "Line 1 is paused already, by 1001.", "Line 1 is not paused.",
        "A pause lasts at most 30 minutes, and more than none.",
    ]  # fmt: skip


def test_a_pause_shows_in_the_status(box: Box) -> None:
    seen: list[tuple[bool, str]] = []

    def look(recorder: Recorder) -> None:
        line = next(line for line in recorder.status().lines if line.line == "1")
        seen.append((line.paused_since is not None, line.paused_by))

    run(box, {24.0: look, 25.0: pause(), 30.0: look, 35.0: resume, 36.0: look}).close()
    assert seen == [(False, ""), (True, "1001"), (False, "")]


def test_a_device_that_goes_in_a_pause_leaves_one_loss(box: Box) -> None:
    recorder = box.recorder()
    done: set[str] = set()

    def failing(place: int) -> DeviceError | None:
        if place >= 25 * RATE and "paused" not in done:
            done.add("paused")
            pause()(recorder)
        if place >= 35 * RATE and "resumed" not in done:
            done.add("resumed")
            resume(recorder)
        return DeviceError("gone", "断开") if 27 * RATE <= place < 29 * RATE else None

    box.tap.failing = failing
    while recorder.step(0.0):
        pass
    recorder.finish()
    with box.reader() as reader:
        call = the_call(reader)
        assert [(gap.reason, gap.frames) for gap in reader.gaps(call.id)] == [("paused", 10 * RATE)]
    assert call.duration_s == 40.0
