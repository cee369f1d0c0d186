"""The share is kept over time, by clocks that only move when told."""

from __future__ import annotations

import pytest

from analyzer.throttle import CREDIT_S, SLICE_S, Throttle


class Machine:
    """Wall clock and CPU time of a process that either works or sleeps."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0
        self.longest = 0.0

    def work(self, seconds: float) -> None:
        """Both clocks go on."""
        self.wall += seconds
        self.cpu += seconds

    def sleep(self, seconds: float) -> None:
        """Only the wall clock does."""
        self.wall += seconds
        self.longest = max(self.longest, seconds)

    def throttle(self, share: float, **more: object) -> Throttle:
        """A throttle by these clocks."""
        return Throttle(share, sleep=self.sleep, wall=lambda: self.wall, cpu=lambda: self.cpu, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_the_share_is_kept(share: float) -> None:
    machine = Machine()
    pause = machine.throttle(share)
    for piece in [0.3, 2.7, 0.01, 5.0] * 20:
        machine.work(piece)
        pause()
    assert machine.cpu / machine.wall == pytest.approx(share, rel=0.03)
    assert machine.longest <= SLICE_S


def test_a_whole_core_never_waits() -> None:
    machine = Machine()
    pause = machine.throttle(1.0)
    machine.work(100.0)
    pause()
    assert machine.wall == 100.0


def test_idle_time_earns_little() -> None:
    machine = Machine()
    pause = machine.throttle(0.5)
    machine.sleep(3600.0)
    pause()
    machine.work(10.0)
    pause()
    assert machine.wall == pytest.approx(3610.0 + 10.0 - 2 * CREDIT_S, abs=2 * SLICE_S)


def test_who_has_to_stop_stops_while_waiting() -> None:
    machine = Machine()

    def heed() -> None:
        if machine.wall > 12:
            raise KeyboardInterrupt

    pause = machine.throttle(0.05, heed=heed)
    machine.work(10.0)
    with pytest.raises(KeyboardInterrupt):
        pause()
    assert machine.wall < 12.5
