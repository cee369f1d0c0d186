"""The recorder's small parts: time, seats, status, look-back, devices that come and go."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.clock import ManualClock
from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioBlock, LineEvent
from hw.simulated.script import ScriptedLineSense, write_events
from recorder.capture.attached import Attached
from recorder.capture.intake import ThreadedIntake
from recorder.capture.timeline import Timeline
from recorder.line.lookback import LookBack
from recorder.live import DeviceStatus, LineStatus, RecorderStatus, read_status, run_folder, write_status
from recorder.settings.sections import Agent, Assignment, Settings, Site, Store
from recorder.store.disk import DiskGuard
from recorder.store.journal import Journal
from recorder.store.seats import Seats
from recorder.store.writer import CallStore
from recorder.times import from_text, local_to_instant, to_text
from recorder.watch.alarms import Alarms


@given(st.floats(0, 4e9))
def test_instants_survive_as_text(instant: float) -> None:
    assert from_text(to_text(instant)) == pytest.approx(instant, abs=0.0006)


def test_local_times_know_their_zone() -> None:
    assert local_to_instant("2026-11-22", "Asia/Shanghai") == from_text("2026-11-21T16:00:00Z")
    assert local_to_instant("2026-11-22 09:30", "UTC") == from_text("2026-11-22T09:30:00Z")


def test_the_timeline_follows_the_promptest_block() -> None:
    timeline = Timeline(8000)
    for block in range(1, 100):
        timeline.arrived(block * 800, 1000.0 + block / 10 + (0.3 if block % 3 else 0.01))
    assert timeline.instant(8000) == pytest.approx(1001.01)
    assert timeline.frame(1001.01) == 8000


def test_the_timeline_follows_drift_and_a_clock_that_was_set() -> None:
    timeline = Timeline(8000)
    for second in range(1, 4000):
        timeline.arrived(second * 8000, 1000.0 + second * 1.0002)  # a card 200 ppm slow: 0.8 s behind in the end
    assert timeline.instant(3999 * 8000) == pytest.approx(1000 + 3999 * 1.0002, abs=0.02)
    timeline.arrived(4000 * 8000, 90_000.0)
    assert timeline.instant(4000 * 8000) == pytest.approx(90_000.0)


def test_a_simulated_timeline_stands() -> None:
    timeline = Timeline(8000, 500.0)
    timeline.arrived(800, 12_345.0)
    assert timeline.instant(8000) == 501.0


def test_seats_by_line_first_then_extension() -> None:
    seats = Seats(
        Settings(
            site=Site(timezone="UTC"),
            agent=(Agent("a", "A"), Agent("b", "B")),
            assignment=(
                Assignment("a", line="1", since="2026-01-01", until="2026-02-01"),
                Assignment("b", extension="801", since="2026-01-15 12:00"),
            ),
        )
    )

    def who(line: str, extension: str, at: str) -> str | None:
        agent = seats.agent_at(line, extension, from_text(at))
        return agent.id if agent else None

    assert who("1", "801", "2026-01-20T00:00:00Z") == "a"
    assert who("1", "801", "2026-02-01T00:00:00Z") == "b"
    assert who("2", "801", "2026-01-15T11:59:59Z") is None
    assert who("2", "801", "2026-01-15T12:00:00Z") == "b"
    assert who("1", "", "2025-12-31T23:59:59Z") is None


def test_status_is_read_as_written_and_its_absence_is_none(tmp_path: Path) -> None:
    settings = Settings(store=Store(path=str(tmp_path)))
    assert read_status(settings) is None
    status = RecorderStatus(
        1.0, 2.0, True, 3, (LineStatus("1", "talking", "x", "c", -30.5),), (DeviceStatus("tap", "running", 0),), 10.0, 1, 0.5
    )
    run_folder(settings).mkdir()
    write_status(run_folder(settings), status)
    assert read_status(settings) == status
    (run_folder(settings) / "recorder.json").write_text("{half", encoding="utf-8")
    assert read_status(settings) is None


@given(st.lists(st.integers(-1500, 1500).filter(bool), max_size=30), st.integers(1, 3000))
def test_look_back_holds_what_it_should(steps: list[int], keep: int) -> None:
    """Positive steps are samples, negative ones are losses."""
    look_back, truth = LookBack(keep, 1), np.zeros((0, 1), np.int16)
    for step in steps:
        piece = np.full((abs(step), 1), len(truth) % 999 + 1 if step > 0 else 0, np.int16)
        truth = np.concatenate([truth, piece])
        if step > 0:
            look_back.push(piece)
        else:
            look_back.skip(-step)
        assert look_back.end == len(truth)
        assert look_back.end - look_back.oldest >= min(keep, len(truth))
        assert np.array_equal(look_back.since(look_back.oldest), truth[look_back.oldest :])


class Flaky:
    """Fails to open or poll while told to."""

    def __init__(self) -> None:
        self.gone = False
        self.opened = 0

    def open(self) -> None:
        self.opened += 1
        self.poll()

    def poll(self) -> list[int]:
        if self.gone:
            raise DeviceError("gone", "已断开")
        return [1]

    def close(self) -> None:
        pass


@pytest.fixture
def alarms(tmp_path: Path) -> Alarms:
    return Alarms(Journal(CallStore(tmp_path / "store")), lambda: 5.0)


def standing(alarms: Alarms) -> list[str]:
    return [alarm.kind for alarm in alarms._journal.store.open_alarms()]


def test_a_device_that_goes_is_tried_again_with_pauses_and_one_alarm(alarms: Alarms) -> None:
    now, device, lost = [0.0], Flaky(), []
    attached = Attached(device, alarms, ("line_sense_gone", "x"), lambda: lost.append(1), lambda: now[0])
    assert attached.poll() == [1]
    device.gone = True
    for second in range(20):
        now[0] = float(second)
        assert attached.poll() == ()
    assert (lost, standing(alarms)) == ([1], ["line_sense_gone"])
    assert device.opened == 5  # the first, and after 1, 3, 8 and 18 s
    device.gone = False
    now[0] = 60.0
    assert attached.poll() == [1]
    assert standing(alarms) == []
    assert len(alarms._journal.store.alarms()) == 1


def test_a_refused_write_needs_a_trial_before_the_next(tmp_path: Path, alarms: Alarms) -> None:
    now = [0.0]
    guard = DiskGuard(tmp_path, 10, alarms, lambda: 1 << 30, lambda: now[0])
    assert not guard.low
    guard.refused(OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert guard.low
    now[0] = 1.5
    guard.step()
    assert guard.low
    assert standing(alarms) == ["disk_low"]
    now[0] = 5.0
    guard.step()
    assert not guard.low
    assert standing(alarms) == []
    guard.refused(OSError(errno.EIO, "Input/output error"))
    assert standing(alarms) == ["disk_error"]
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


class Source:
    """Five blocks, with a failure after the second."""

    rate, channels = 8000, 1

    def __init__(self) -> None:
        self.reads = self.opens = 0

    def open(self) -> None:
        self.opens += 1

    def read(self) -> AudioBlock:
        self.reads += 1
        if self.reads == 3:
            raise DeviceError("gone", "已断开")
        if self.reads == 7:
            raise EndOfAudio
        return AudioBlock(np.full((8, 1), self.reads, np.int16))

    def close(self) -> None:
        pass


def test_threads_deliver_in_order_and_say_when_a_device_went(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recorder.capture.devicethread.PAUSES_S", (0.0,))
    source = Source()
    intake = ThreadedIntake({"tap": source}, lambda: 1.0)
    intake.open()
    found = []
    while True:
        delivery = intake.next(5.0)
        assert delivery is not None
        found.append(delivery)
        if delivery.ended:
            break
    intake.close()
    assert [int(one.block.samples[0, 0]) if one.block else None for one in found] == [1, 2, None, 4, 5, 6, None]
    assert [one.reopened for one in found] == [False, False, False, True, False, False, False]
    assert source.opens == 2
    assert all(not thread.name.startswith("device") for thread in threading.enumerate())


def test_when_no_device_opens_that_is_an_error() -> None:
    class Absent(Source):
        def open(self) -> None:
            raise DeviceError("absent", "不存在")

    with pytest.raises(DeviceError):
        ThreadedIntake({"a": Absent(), "b": Absent()}, lambda: 1.0).open()


def test_scripted_events_come_when_their_time_has_come(tmp_path: Path) -> None:
    clock = ManualClock(100.0)
    events = [LineEvent(0, "off_hook", 101.0, 1), LineEvent(0, "on_hook", 103.0, 2)]
    write_events(tmp_path / "events", events)
    sense = ScriptedLineSense(tmp_path / "events", clock)
    with pytest.raises(DeviceError):
        sense.poll()
    sense.open()
    assert sense.poll() == []
    clock.advance(2)
    assert sense.poll() == events[:1]
    clock.advance(2)
    assert sense.poll() == events[1:]
    sense.close()
    (tmp_path / "events").write_text("nonsense", encoding="utf-8")
    with pytest.raises(DeviceError):
        sense.open()
