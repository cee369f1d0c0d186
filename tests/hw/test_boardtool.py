"""The tap board's tool at a terminal, against the simulated board."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw import boardtool
from hw.clock import SystemClock
from hw.simulated.board import SimulatedBoard
from hw.simulated.voltages import LineAction


@pytest.fixture
def port(tmp_path: Path) -> Iterator[str]:
    start = time.time() - 100
    board = SimulatedBoard(tmp_path / "board", [LineAction(50, 1, "pick_up")], SystemClock(), start, inputs=2)
    board.start()
    yield str(tmp_path / "board")
    board.stop()


def test_it_shows_voltages_health_and_thresholds(
    port: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boardtool, "BEAT_S", 0.1)
    assert boardtool.main(["--port", port, "voltages"]) == 0
    first, second = (float(line.split()[1]) for line in capfd.readouterr().out.splitlines())
    assert (first, second) == (pytest.approx(-48, abs=1), pytest.approx(-9, abs=1))
    assert boardtool.main(["--port", port, "show"]) == 0
    shown = capfd.readouterr().out
    assert "inputs 2" in shown
    assert "faults -" in shown
    assert "loop_mv 18000" in shown


def test_it_sets_thresholds_and_says_what_cannot_be(port: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert boardtool.main(["--port", port, "set", "loop_mv=20000", "settle_ms=50"]) == 0
    assert "loop_mv 20000" in capfd.readouterr().out
    for bad in ("loop_mv=5", "nothing=5", "loop_mv=x"):
        with pytest.raises(SystemExit):
            boardtool.main(["--port", port, "set", bad])
        assert "names" in capfd.readouterr().err


def test_a_port_that_is_not_there_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        boardtool.main(["--port", str(tmp_path / "none"), "show"])
    assert "no serial port" in capfd.readouterr().err
