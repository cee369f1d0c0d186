"""Every frame of a device is audio or a known loss, whatever happens to it; its alarms are raised and cleared once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.errors import DeviceError, DeviceStuckError
from hw.interfaces import AudioBlock, Samples
from recorder.capture.devicerecorder import DeviceRecorder
from recorder.capture.intake import Delivery
from recorder.capture.timeline import Timeline
from recorder.settings.sections import Device
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.watch.alarms import Alarms

RATE = 8000
DEVICE = Device("tap", "none", 2, RATE)


class Ledger:
    """Stands for a line, and for alarms that nobody looks at; adds up what it is told."""

    def __init__(self) -> None:
        self.audio_frames = 0
        self.losses: list[tuple[str, int]] = []

    def audio(self, samples: Samples) -> None:
        self.audio_frames += len(samples)

    def lost(self, frames: int, reason: str) -> None:
        self.losses.append((reason, frames))

    away = lost

    def back(self, *, kept: bool) -> None:
        assert kept or not self.audio_frames

    def standing(self, subject: str) -> frozenset[str]:
        assert subject == "tap"
        return frozenset()

    def set(self, kind: str, subject: str, wrong: bool, detail: str = "") -> None:
        pass


def device(ledger: Ledger) -> DeviceRecorder:
    return DeviceRecorder(DEVICE, Timeline(RATE), [ledger], ledger)  # type: ignore[list-item, arg-type]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("block"), st.integers(1, 2000)),
        st.tuples(st.just("overrun"), st.integers(1, 90_000)),
        st.tuples(st.just("gone"), st.integers(100, 90_000)),
        st.tuples(st.just("stuck"), st.integers(100, 90_000)),
    ),
    max_size=20,
)


@given(STEPS)
def test_audio_and_losses_make_the_time_that_has_passed(steps: list[tuple[str, int]]) -> None:
    """Lengths are frames; an absence ends with a block of 800."""
    ledger = Ledger()
    recorder = device(ledger)
    frames, now = 800, 1000.0
    recorder.take(Delivery("tap", now + 0.1, AudioBlock(np.zeros((800, 2), np.int16))))
    for what, length in steps:
        if what in {"gone", "stuck"}:
            error = DeviceError("x", "x") if what == "gone" else DeviceStuckError("x", "x")
            recorder.take(Delivery("tap", now + frames / RATE, error=error))
            assert recorder.status().state == what
            for moment in range(0, length, 3000):
                recorder.step(now + (frames + moment) / RATE)
            frames += length
            block, reopened = AudioBlock(np.zeros((800, 2), np.int16)), True
            frames += 800
        else:
            lost, heard = (length, 800) if what == "overrun" else (0, length)
            frames += lost + heard
            block, reopened = AudioBlock(np.zeros((heard, 2), np.int16), lost), False
        recorder.take(Delivery("tap", now + frames / RATE, block, reopened=reopened))
    status = recorder.status()
    assert status.frames == ledger.audio_frames
    assert status.lost_frames == sum(length for _, length in ledger.losses)
    assert status.frames + status.lost_frames == recorder.end == frames
    assert status.overruns == sum(what == "overrun" for what, _ in steps)
    assert status.reopened == sum(what in {"gone", "stuck"} for what, _ in steps)
    assert status.gaps == status.overruns + status.reopened


@pytest.mark.parametrize(("jump", "kind"), [(3600.0, DeviceError), (-3600.0, DeviceStuckError)])
def test_a_clock_set_while_the_device_is_away_makes_no_hour_of_loss(jump: float, kind: type[DeviceError]) -> None:
    ledger = Ledger()
    recorder = device(ledger)
    block = AudioBlock(np.zeros((8000, 2), np.int16))
    recorder.take(Delivery("tap", 1001.0, block))
    recorder.take(Delivery("tap", 1001.0, error=kind("x", "x")))
    recorder.step(1002.0)
    recorder.timeline.clock_set(jump)
    recorder.step(1003.0 + jump)
    recorder.take(Delivery("tap", 1005.0 + jump, block, reopened=True))
    assert recorder.end == 5 * RATE
    assert sum(length for _, length in ledger.losses) == 3 * RATE
    assert recorder.timeline.instant(5 * RATE) == 1005.0 + jump


def test_alarms_are_raised_and_cleared_once(tmp_path: Path) -> None:
    store = CallStore(tmp_path)
    recorder = DeviceRecorder(DEVICE, Timeline(RATE), [], Alarms(Journal(store), lambda: 5.0))
    second, at = np.zeros((8000, 2), np.int16), 0.0

    def take(error: DeviceError | None = None, lost: int = 0) -> list[str]:
        nonlocal at
        at += 1.0 + lost / RATE
        block = None if error else AudioBlock(second, lost)
        recorder.take(Delivery("tap", at, block, error, reopened=recorder.gone))
        return [alarm.kind for alarm in store.open_alarms()]

    assert take() == []
    assert take(lost=800) == take(lost=80) == ["device_overrun"]
    assert take(DeviceError("gone", "断开")) == ["device_overrun", "device_gone"]
    assert take(DeviceStuckError("stuck", "卡住")) == ["device_overrun", "device_stuck"]
    assert take() == ["device_overrun"]
    for _ in range(61):
        standing = take()
    assert standing == []
    kinds = [(alarm.kind, alarm.cleared_at is None) for alarm in store.alarms()]
    assert sorted(kinds) == [("device_gone", False), ("device_overrun", False), ("device_stuck", False)]
