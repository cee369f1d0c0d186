"""The board's uptime on the box's clock."""

from __future__ import annotations

import random

import pytest

from hw.boardclock import FIT_BLOCKS, FRAMES, BoardClock
from tests.hw.wire import Bench


def beats(clock: BoardClock, start: float, count: int, ppm: float, *, since: float = 0.0) -> float:
    """Heartbeats a second apart by the board's crystal, each up to 90 ms late; gives the board's uptime after them."""
    chance, uptime = random.Random(1), since
    for _ in range(count):
        uptime += 1.0
        clock.measure(start + uptime * (1 + ppm * 1e-6) + chance.uniform(0.001, 0.09), uptime)
    return uptime


@pytest.mark.parametrize("ppm", [0.0, 50.0, -120.0])
def test_drift_is_told_after_an_hour(ppm: float) -> None:
    clock = BoardClock()
    beats(clock, 1.8e9, 3600, ppm)
    assert clock.drift_ppm == pytest.approx(ppm, abs=2.0)


def test_an_event_that_waited_for_hours_is_dated_right_in_spite_of_drift() -> None:
    clock = BoardClock()
    uptime = beats(clock, 1.8e9, 4 * 3600, 100.0)
    long_ago = uptime - 3 * 3600
    assert clock.at(long_ago) == pytest.approx(1.8e9 + long_ago * (1 + 100e-6), abs=0.02)
    assert abs(min(clock._recent) + long_ago - (1.8e9 + long_ago * (1 + 100e-6))) > 1.0  # without it: a second off


def test_there_is_no_talk_of_drift_before_there_is_enough_to_tell() -> None:
    clock = BoardClock()
    uptime = beats(clock, 1.8e9, FIT_BLOCKS * FRAMES - 1, 0.0)
    assert clock.drift_ppm is None
    beats(clock, 1.8e9, 1, 0.0, since=uptime)
    assert clock.drift_ppm == pytest.approx(0.0, abs=150.0)


def test_a_clock_that_was_set_is_no_drift() -> None:
    clock = BoardClock()
    uptime = beats(clock, 1.8e9, 1000, 20.0)
    uptime = beats(clock, 1.8e9 + 3600, 200, 20.0, since=uptime)
    assert clock.drift_ppm is None
    assert clock.at(uptime) == pytest.approx(1.8e9 + 3600 + uptime * (1 + 20e-6), abs=0.05)


def test_another_board_begins_anew() -> None:
    clock = BoardClock()
    beats(clock, 1.8e9, 1000, 300.0)
    clock.clear()
    clock.measure(1.8e9, 5.0)
    assert clock.at(6.0) == 1.8e9 + 1.0
    assert clock.drift_ppm is None


def test_no_event_is_dated_after_now() -> None:
    bench = Bench()
    bench.sense.open()
    bench.put(0, "off_hook")
    for _ in range(200):
        bench.board_runs(30)
        assert all(event.at <= bench.clock.now() for event in bench.sense.poll())
