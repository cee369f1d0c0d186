"""Devices that hang, go, come back or give nothing, several at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hw.alsa import AlsaSource
from hw.clock import ManualClock
from hw.errors import DeviceError, DeviceStuckError
from hw.interfaces import AudioSource
from hw.paced import PacedSource
from hw.simulated.tap import alsa_config
from recorder.capture.devicethread import Delivery
from recorder.capture.intake import ThreadedIntake
from tests.hw.fakes import MemorySource

SECOND = np.arange(8000, dtype=np.int16).reshape(-1, 1)


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recorder.capture.devicethread.PAUSES_S", (0.0,))


class Desk:
    """An intake on a monotonic clock that moves by `tick` seconds with each look."""

    def __init__(self, **sources: AudioSource) -> None:
        self.now = 50.0
        self.tick = 0.1
        self.heard_at: dict[str, float] = {}
        self.each_look: Callable[[], object] = lambda: None
        self.intake = ThreadedIntake(sources, lambda: 1.0, lambda: self.now)

    def until(self, wanted: Callable[[Delivery], bool]) -> list[Delivery]:
        """Everything up to the first delivery that is wanted."""
        found: list[Delivery] = []
        for _ in range(2000):
            self.now += self.tick
            self.each_look()
            delivery = self.intake.next(0.01)
            if delivery is not None:
                found.append(delivery)
                if delivery.block:
                    self.heard_at[delivery.device] = self.now
                if wanted(delivery):
                    return found
        raise AssertionError([(one.device, one.error, one.ended) for one in found])


def error_of(name: str) -> Callable[[Delivery], bool]:
    return lambda one: one.device == name and one.error is not None


def end_of(name: str) -> Callable[[Delivery], bool]:
    return lambda one: one.device == name and one.ended


def test_a_device_that_hangs_is_seen_within_two_seconds_and_disturbs_no_other() -> None:
    release = threading.Event()
    bad = MemorySource(SECOND, trouble={3: lambda: not release.wait(30)})
    desk = Desk(bad=bad, good=MemorySource(SECOND))
    desk.intake.open()
    found = desk.until(error_of("bad"))
    assert isinstance(found[-1].error, DeviceStuckError)
    assert "bad" in found[-1].error.message.zh
    assert desk.now - desk.heard_at["bad"] <= 2.0
    assert sum(len(one.block.samples) for one in found if one.device == "good" and one.block) == 8000
    release.set()
    found = desk.until(end_of("bad"))
    desk.intake.close()
    assert bad.opens == 2
    assert [one.reopened for one in found[:2]] == [True, False]  # what it gave late is not wanted: it has been counted as lost
    assert not [one for one in found if one.error]


def test_a_device_without_frames_is_stuck() -> None:
    always = {3: lambda: True}

    class Empty(MemorySource):
        def read(self) -> object:  # type: ignore[override]
            always[3] = lambda: True
            return super().read()

    desk = Desk(tap=Empty(SECOND, trouble=always))
    desk.intake.open()
    found = desk.until(error_of("tap"))
    always.clear()
    desk.intake.close()
    assert isinstance(found[-1].error, DeviceStuckError)
    assert len(found) == 4


def test_a_device_that_hangs_at_its_opening_does_not_keep_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recorder.capture.intake.OPENING_S", 0.02)
    release = threading.Event()

    class Slow(MemorySource):
        def open(self) -> None:
            release.wait(30)
            super().open()

    desk = Desk(slow=Slow(SECOND), good=MemorySource(SECOND))
    desk.intake.open()
    found = desk.until(error_of("slow"))
    assert [one.device for one in found if one.block] == ["good"] * 10
    release.set()
    assert len([one for one in desk.until(end_of("slow")) if one.block]) == 10
    desk.intake.close()


def test_one_of_two_devices_may_be_absent_at_the_start() -> None:
    class Absent(MemorySource):
        def open(self) -> None:
            if self.opens < 3:
                self.opens += 1
                raise DeviceError("absent", "不存在")
            super().open()

    desk = Desk(absent=Absent(SECOND), good=MemorySource(SECOND))
    desk.intake.open()
    found = desk.until(end_of("absent"))
    desk.intake.close()
    assert len([one for one in found if one.error]) == 1
    assert next(one for one in found if one.device == "absent" and one.block).reopened


def test_a_process_that_was_stopped_does_not_blame_the_device() -> None:
    release = threading.Event()
    desk = Desk(tap=MemorySource(SECOND, trouble={3: lambda: not release.wait(30)}))
    desk.intake.open()
    desk.until(lambda one: one.block is not None and one.block.samples[0, 0] == 1600)
    desk.now += 3600
    assert desk.intake.next(0.01) is None
    release.set()
    assert not [one for one in desk.until(end_of("tap")) if one.error]
    desk.intake.close()


def test_a_simulated_device_that_waits_for_its_clock_is_not_stuck() -> None:
    release, waiting = threading.Event(), threading.Event()

    class Held(ManualClock):
        def sleep(self, seconds: float) -> None:
            waiting.set()
            release.wait(30)
            super().sleep(seconds)

    desk = Desk(tap=PacedSource(MemorySource(SECOND), Held(0.0), 100.0))
    desk.intake.open()
    assert waiting.wait(10)
    for _ in range(30):
        desk.now += 0.2
        assert desk.intake.next(0.0) is None
    release.set()
    assert len([one for one in desk.until(end_of("tap")) if one.block]) == 10
    desk.intake.close()


class Fifo:
    """A named pipe that ALSA's file plugin reads, so that the device has what was written and no more."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._pipe = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def play(self, frames: int, channels: int) -> None:
        os.write(self._pipe, bytes(2 * frames * channels))

    def close(self) -> None:
        os.close(self._pipe)


def test_two_real_pcms_of_which_one_hangs_in_its_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """alsa-lib's blocking read of a pipe that is empty: as a driver that never comes back."""
    one, two = Fifo(tmp_path / "one"), Fifo(tmp_path / "two")
    config = tmp_path / "alsa.conf"
    config.write_text(alsa_config("one", one.path) + alsa_config("two", two.path))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    desk = Desk(one=AlsaSource("one", 4, 8000, 100), two=AlsaSource("two", 24, 8000, 100))
    desk.intake.open()
    desk.tick = 0.02  # not so fast that a busy machine makes the device that works look stuck
    desk.each_look = lambda: two.play(80, 24)
    one.play(800, 4)
    found = desk.until(error_of("one"))
    assert isinstance(found[-1].error, DeviceStuckError)
    assert sum(one.block is not None for one in found if one.device == "one") == 1
    found = desk.until(lambda got: got.block is not None)
    assert {one.device for one in found if one.error is None} == {"two"}
    one.play(1600, 4)  # so that both threads come back from their reads
    two.play(1600, 24)
    desk.intake.close()
    one.close()
    two.close()
