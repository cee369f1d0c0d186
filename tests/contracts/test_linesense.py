"""The line-sense feeds, all held to one contract."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw.clock import FastClock
from hw.interfaces import Clock, LineSense
from hw.linesense import SerialLineSense
from hw.simulated.board import SimulatedBoard
from hw.simulated.voltages import LineAction
from tests.contracts.linesense import LineSenseContract
from tests.hw.wire import Bench

START = 1_800_000_000.0


class TestSerialLineSenseInMemory(LineSenseContract):
    """The driver and the firmware on a cable in memory and a clock of their own."""

    @pytest.fixture
    def bench(self) -> Bench:
        return Bench()

    @pytest.fixture
    def sense(self, bench: Bench) -> LineSense:
        return bench.sense

    @pytest.fixture
    def clock(self, bench: Bench) -> Clock:
        return bench.clock

    @pytest.fixture
    def play(self, bench: Bench) -> Callable[[], None]:
        def volts() -> int:
            ms = bench.uptime
            if 1000 <= ms < 2000:
                return -48000 + round(113000 * math.sin(2 * math.pi * ms / 50))
            return -9000 if 2500 <= ms < 4000 else -48000

        def go_on() -> None:
            for _ in range(10):
                bench.levels[1] = volts()
                bench.board_runs(10)

        return go_on


class TestSerialLineSenseOverAPty(LineSenseContract):
    """pyserial, a pseudo terminal, the simulated board in its thread, and a clock that runs twenty times as fast."""

    @pytest.fixture
    def clock(self) -> Clock:
        return FastClock(START, time.time(), 20.0)

    @pytest.fixture
    def sense(self, clock: Clock, tmp_path: Path) -> Iterator[LineSense]:
        call = [LineAction(4, 1, "ring"), LineAction(7, 1, "answer"), LineAction(10, 1, "hang_up")]
        board = SimulatedBoard(tmp_path / "board", call, clock, START, inputs=2)
        board.start()
        sense = SerialLineSense(str(tmp_path / "board"), 115200, clock)
        yield sense
        sense.close()
        board.stop()

    @pytest.fixture
    def play(self, clock: Clock) -> Callable[[], None]:
        return lambda: clock.sleep(0.1)
