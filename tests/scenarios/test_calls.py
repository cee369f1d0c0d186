"""What happens on the lines, and the calls that come of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hw.errors import DeviceError
from hw.interfaces import LINE_EVENT_KINDS, CallRecord
from hw.messages import Message
from recorder.audio.files import open_call
from recorder.settings.sections import Segmentation
from recorder.store.calls import Call
from tests.scenarios.box import RATE, START, Box, Told


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "store", 60)


def calls(box: Box) -> list[Call]:
    with box.run() as reader:
        return reader.calls_between(0, 9e9)


def test_ring_answer_hang_up(box: Box) -> None:
    box.speak(12, 20, 0, 1)
    box.answer(0, at=10.25, until=40.5)
    (call,) = calls(box)
    assert (call.line, call.layout, call.direction, call.state) == ("1", "pair", "in", "closed")
    assert (call.agent_id, call.team, call.extension) == ("1001", "零售组", "801")
    assert call.started_at == pytest.approx(START + 10.25, abs=0.001)
    assert (call.ring_s, call.ring_count, call.duration_s) == (5.5, 2, 30.25)
    assert call.ended_at == pytest.approx(START + 40.5, abs=0.002)
    with open_call(box.store, call.id) as audio:
        assert (audio.rate, audio.channels, audio.duration_s) == (RATE, 2, 30.25)
        assert np.array_equal(np.concatenate(list(audio.blocks())), box.samples(10.25, 30.25, 0, 1))
        assert np.array_equal(audio.read(8000, 10), box.samples(11.25, 0.00125, 0, 1))


@pytest.mark.parametrize("late", [0.05, 0.5, 1.9])
def test_late_events_cut_at_the_right_sample(box: Box, late: float) -> None:
    box.event(0, "ring_start", 2)
    box.event(0, "off_hook", 10.0125, late)
    box.event(0, "on_hook", 20, late)
    box.event(0, "off_hook", 20.5, late)
    box.event(0, "on_hook", 31.3, late)
    first, second = calls(box)
    with open_call(box.store, first.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), box.samples(10.0125, 9.9875, 0, 1))
    with open_call(box.store, second.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), box.samples(20.5, 10.8, 0, 1))


def test_a_line_without_a_sense_is_found_by_voice(box: Box) -> None:
    box.speak(10, 12, 3)
    box.speak(26, 5, 4)
    (call,) = calls(box)
    assert (call.line, call.direction, call.hung_up_by, call.ring_s) == ("3", "unknown", None, None)
    assert call.started_at == pytest.approx(START + 9.5, abs=0.2)
    assert call.duration_s == pytest.approx(22.5, abs=0.4)


def test_lines_are_recorded_side_by_side(box: Box) -> None:
    box.answer(0, 10, 50)
    box.answer(1, 11, 30)
    box.speak(15, 20, 3, 4)
    found = calls(box)
    assert {(call.line, call.layout, call.agent_id) for call in found} == {
        ("1", "pair", "1001"),
        ("2", "mono", "1002"),
        ("3", "pair", None),
    }
    with open_call(box.store, next(call.id for call in found if call.line == "2")) as audio:
        assert np.array_equal(audio.read(0, audio.frames), box.samples(11, 19, 2))


def test_nobody_answers(box: Box) -> None:
    box.event(0, "ring_start", 5)
    box.event(0, "ring_stop", 6)
    (call,) = calls(box)
    assert (call.state, call.ring_s, call.ring_count, call.agent_id) == ("unanswered", 1.0, 1, "1001")
    with box.reader() as reader:
        assert reader.parts(call.id) == []
        assert reader.calls_closed_since() == []


def test_the_agent_of_the_time_is_stamped(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 330)
    box.answer(0, 20, 30)
    box.answer(0, 310, 320)
    assert [call.agent_id for call in calls(box)] == ["1001", "1002"]


def test_a_stop_in_mid_call_ends_it(box: Box) -> None:
    box.event(0, "off_hook", 50)
    (call,) = calls(box)
    assert (call.state, call.duration_s) == ("closed", 10.0)


def test_an_overrun_is_silence_and_a_gap(box: Box) -> None:
    box.answer(0, 10, 40)
    box.tap.losses[20 * RATE] = 1234
    (call,) = calls(box)
    assert call.duration_s == 30.0
    with box.reader() as reader:
        (gap,) = reader.gaps(call.id)
        assert (gap.start_frame, gap.frames, gap.reason) == (10 * RATE, 1234, "overrun")
        idle = [row["line"] for row in reader.connection.execute("SELECT line FROM gaps WHERE call_id IS NULL ORDER BY line")]
        assert idle == ["2", "3"]
    expected = box.samples(10, 30, 0, 1).copy()
    expected[10 * RATE : 10 * RATE + 1234] = 0
    with open_call(box.store, call.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), expected)


def test_a_device_that_goes_and_comes_back_leaves_a_gap_between_two_parts(box: Box) -> None:
    box.answer(0, 10, 50)
    gone = DeviceError("unplugged", "已拔出")
    box.tap.failing = lambda place: gone if 20 * RATE <= place < 23 * RATE else None
    (call,) = calls(box)
    assert (call.state, call.duration_s) == ("closed", 40.0)
    with box.reader() as reader:
        parts, (gap,) = reader.parts(call.id), reader.gaps(call.id)
        assert [part.frames for part in parts] == [10 * RATE, 27 * RATE]
        assert (gap.part_id, gap.start_frame, gap.frames, gap.reason) == (parts[0].id, 10 * RATE, 3 * RATE, "device_lost")
        assert [(alarm.kind, alarm.cleared_at is not None) for alarm in reader.alarms()] == [("device_gone", True)]
        (idle,) = reader.connection.execute("SELECT frames FROM gaps WHERE line = '3'").fetchall()
        assert idle["frames"] == 3 * RATE
    with open_call(box.store, call.id) as audio:
        assert np.array_equal(audio.read(0, 10 * RATE), box.samples(10, 10, 0, 1))
        assert not audio.read(10 * RATE, 3 * RATE).any()
        assert np.array_equal(audio.read(13 * RATE, 27 * RATE), box.samples(23, 27, 0, 1))


def test_a_call_can_end_while_the_device_is_away(box: Box) -> None:
    box.answer(0, 10, 30)
    gone = DeviceError("unplugged", "已拔出")
    box.tap.failing = lambda place: gone if 20 * RATE <= place < 45 * RATE else None
    (call,) = calls(box)
    assert call.duration_s == 20.0
    with open_call(box.store, call.id) as audio:
        assert audio.duration_s == 20.0


def test_without_its_board_a_line_goes_by_voice(box: Box) -> None:
    box.answer(0, 10, 20)
    box.speak(32, 8, 0)
    recorder = box.recorder()
    assert box.sense is not None
    box.sense.gone_between = (25, 41)
    while recorder.step(0.0):
        pass
    recorder.finish()
    with box.reader() as reader:
        first, second = reader.calls_between(0, 9e9)
        assert (first.direction, second.direction) == ("in", "unknown")
        assert [(alarm.kind, alarm.cleared_at is not None) for alarm in reader.alarms()] == [("line_sense_gone", True)]


@pytest.mark.parametrize("told_at", [30.0, 55.0], ids=["before the call is closed", "after"])
def test_a_call_record_gives_the_number(box: Box, told_at: float) -> None:
    box.answer(0, 10, 40)
    record = CallRecord("test", START, 30.0, "801", "01", "in", "057112345678", 5.0, "raw line")
    other = CallRecord("test", START, 30.0, "899", "01", "in", "1", 5.0, "another extension's")
    box.records = [(told_at, record), (told_at, other)]
    (call,) = calls(box)
    assert call.caller_number == "057112345678"
    with box.reader() as reader:
        rows = reader.connection.execute("SELECT raw, call_id FROM call_records ORDER BY id").fetchall()
        assert [tuple(row) for row in rows] == [("raw line", call.id), ("another extension's", None)]


def test_a_long_call_is_one_run_of_frames_over_its_parts(tmp_path: Path) -> None:
    box = Box(tmp_path / "store", 60, segmentation=Segmentation(max_part_s=10))
    box.answer(0, 10, 45)
    (call,) = calls(box)
    with box.reader() as reader:
        assert [part.frames for part in reader.parts(call.id)] == [10 * RATE, 10 * RATE, 10 * RATE, 5 * RATE]
    with open_call(box.store, call.id) as audio:
        assert np.array_equal(audio.read(0, audio.frames), box.samples(10, 35, 0, 1))


def test_a_noise_leaves_no_trace(box: Box) -> None:
    box.speak(10, 0.6, 3)
    assert calls(box) == []
    assert [path for path in (box.store / "audio").rglob("*") if path.is_file()] == []


def test_the_disk_holds_what_calls_db_says(box: Box) -> None:
    box.answer(0, 10, 40)
    box.answer(1, 12, 42)
    calls(box)
    with box.reader() as reader:
        named = {part.path for call in reader.calls_between(0, 9e9) for part in reader.parts(call.id)}
    assert {str(path.relative_to(box.store)) for path in (box.store / "audio").rglob("*") if path.is_file()} == named


def test_line_events_are_kept_as_they_came(box: Box) -> None:
    box.answer(0, 10, 40)
    box.run().close()
    with box.reader() as reader:
        rows = reader.connection.execute("SELECT line, kind FROM line_events ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [
        ("1", kind) for kind in ("ring_start", "ring_stop", "ring_start", "off_hook", "on_hook")
    ]


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking would take minutes
@given(data=st.data())
def test_whatever_happens_on_a_line_every_call_holds_what_was_on_the_tap(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        box = Box(Path(folder) / "store", 40)
        for sense in (0, 1):
            times = sorted(data.draw(st.lists(st.floats(0.5, 39), max_size=8)))
            for at in times:
                kind, late = data.draw(st.sampled_from(LINE_EVENT_KINDS)), data.draw(st.sampled_from([0.0, 0.0, 0.7, 1.9]))
                box.event(sense, kind, round(at, 3), late)
        for start in data.draw(st.lists(st.integers(1, 30), max_size=3)):
            box.speak(start, data.draw(st.integers(1, 8)), data.draw(st.integers(0, 4)))
        for block in data.draw(st.sets(st.integers(1, 390), max_size=3)):
            box.tap.losses[block * 800] = data.draw(st.integers(1, 700))
        lost = {at: at + count for at, count in box.tap.losses.items()}
        found = [call for call in calls(box) if call.state != "unanswered"]
        truth = box.tap.samples.copy()
        for at, end in lost.items():
            if at not in box.tap.losses:  # it came to pass
                truth[at:end] = 0
        channels = {line.name: list(line.channels) for line in box.lines}
        ends: dict[str, float] = {}
        for call in found:
            first = round((call.started_at - START) * RATE)
            with open_call(box.store, call.id) as audio, box.reader() as reader:
                heard = audio.read(0, audio.frames)
                exact = truth[:, channels[call.line]]
                # Starts are kept to the millisecond: the frame lies within four of it.
                assert any(np.array_equal(heard, exact[at : at + len(heard)]) for at in range(max(0, first - 4), first + 5))
                assert sum(part.frames or 0 for part in reader.parts(call.id)) == audio.frames
                assert audio.frames == round((call.duration_s or 0) * RATE)
            assert call.started_at >= ends.get(call.line, 0) - 0.001
            ends[call.line] = call.ended_at or 0


def test_a_board_that_fails_its_self_test_is_an_alarm_until_it_passes(box: Box) -> None:
    class Faulty(Told):
        @property
        def trouble(self) -> Message | None:
            failing = Message("self-test fails: reference", "自检失败：基准电压")
            return failing if 10 <= self._clock.now() - START < 20 else None

    recorder = box.recorder()
    assert box.sense is not None
    box.sense.__class__ = Faulty
    standing = {}
    while recorder.step(0.0):
        with box.reader() as reader:
            alarms = [(alarm.kind, alarm.detail.en) for alarm in reader.alarms() if not alarm.cleared_at]
        standing[round(box.clock.now() - START)] = alarms
    recorder.finish()
    assert standing[15] == [("line_sense_faulty", "self-test fails: reference")]
    assert standing[5] == standing[25] == []
