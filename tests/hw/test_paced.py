"""Pacing by the clock."""

from __future__ import annotations

import numpy as np
import pytest

from hw.clock import ManualClock
from hw.errors import EndOfAudio
from hw.interfaces import Samples
from hw.paced import PacedSource
from tests.hw.fakes import MemorySource


def ramp(frames: int) -> Samples:
    return np.arange(frames, dtype=np.int16).reshape(-1, 1)


def test_a_block_arrives_when_its_last_frame_is_due() -> None:
    clock = ManualClock(990.0)
    source = PacedSource(MemorySource(ramp(8000)), clock, 1000.0)
    source.open()
    source.read()
    assert clock.now() == pytest.approx(1000.1)
    source.read()
    assert clock.now() == pytest.approx(1000.2)


def test_a_late_reader_catches_up_without_waiting_or_loss() -> None:
    clock = ManualClock(1000.55)
    source = PacedSource(MemorySource(ramp(8000)), clock, 1000.0)
    source.open()
    blocks = [source.read().samples for _ in range(5)]
    assert clock.now() == 1000.55
    assert np.concatenate(blocks)[:, 0].tolist() == list(range(4000))
    source.read()
    assert clock.now() == pytest.approx(1000.6)


def test_lost_frames_take_their_time_too() -> None:
    clock = ManualClock(1000.0)
    source = PacedSource(MemorySource(ramp(8000), lost={1: 1600}), clock, 1000.0)
    source.open()
    source.read()
    assert source.read().lost_frames == 1600
    assert clock.now() == pytest.approx(1000.4)


def test_it_ends_after_stop_after_s_to_the_frame() -> None:
    source = PacedSource(MemorySource(ramp(8000)), ManualClock(0.0), 0.0, stop_after_s=0.25)
    source.open()
    assert [len(source.read().samples) for _ in range(3)] == [800, 800, 400]
    for _ in range(2):
        with pytest.raises(EndOfAudio):
            source.read()


def test_a_restarted_reader_may_skip_what_it_missed() -> None:
    clock = ManualClock(1000.55)
    source = PacedSource(MemorySource(ramp(8000)), clock, 1000.0, skip_missed=True)
    source.open()
    assert source.read().samples[0, 0] == 4800
    assert clock.now() == pytest.approx(1000.7)
