"""The clocks, all held to one contract."""

from __future__ import annotations

import time

import pytest

from hw.clock import FastClock, ManualClock, SystemClock
from hw.interfaces import Clock


@pytest.fixture(params=["system", "fast", "manual"])
def clock(request: pytest.FixtureRequest) -> Clock:
    return {"system": SystemClock(), "fast": FastClock(1000.0, time.time(), 20.0), "manual": ManualClock(5.0)}[request.param]


def test_sleeping_moves_it_on_by_at_least_that(clock: Clock) -> None:
    before = clock.now()
    clock.sleep(0.02)
    assert clock.now() >= before + 0.02 * 0.99


def test_sleeping_nothing_or_less_returns(clock: Clock) -> None:
    before = clock.now()
    clock.sleep(0)
    clock.sleep(-1000)
    assert before <= clock.now() < before + 500


def test_a_fast_clock_shows_start_at_its_anchor_and_runs_speed_times_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FastClock(start=1_000.0, anchor=50.0, speed=20.0)
    monkeypatch.setattr(time, "time", lambda: 50.0)
    assert clock.now() == 1_000.0
    monkeypatch.setattr(time, "time", lambda: 53.0)
    assert clock.now() == 1_060.0


def test_a_fast_clock_sleeps_less_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    FastClock(0.0, 0.0, 20.0).sleep(10.0)
    assert slept == [0.5]


def test_a_clock_cannot_stand_still_or_run_back() -> None:
    with pytest.raises(ValueError, match="above 0"):
        FastClock(0.0, 0.0, 0.0)


def test_a_manual_clock_can_be_set_back() -> None:
    clock = ManualClock(10.0)
    clock.advance(-3.0)
    assert clock.now() == 7.0
