"""The tap board's twin: its voltages, its pseudo terminal and its command."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from hw.clock import ManualClock, SystemClock
from hw.errors import DeviceError
from hw.interfaces import LineEvent
from hw.linesense import SerialLineSense
from hw.serialport import open_port
from hw.simulated.board import SimulatedBoard
from hw.simulated.pty import Pty
from hw.simulated.twinclock import add_clock_arguments, clock_from
from hw.simulated.voltages import LineAction, LineVoltages
from tests.hw.wire import Wire

START = 1_800_000_000.0


class MemoryUart(Wire.Uart):
    """The board's end of a cable in memory: a pseudo terminal hands bytes on in the kernel's own time, not the test's."""

    def fetch(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_a_schedule_becomes_events_at_its_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    monkeypatch.setattr("hw.simulated.board._BoardUart", lambda _: MemoryUart(wire))
    clock = ManualClock(START - 2.0)
    schedule = [
        LineAction(5, 0, "ring"), LineAction(16.5, 0, "answer"), LineAction(20, 0, "flash"), LineAction(25, 0, "reverse"),
        LineAction(30, 0, "hang_up"), LineAction(33, 0, "pick_up"), LineAction(35, 0, "hang_up"), LineAction(40, 0, "ring"),
        LineAction(42, 0, "stop_ring"), LineAction(50, 0, "unplug"), LineAction(55, 0, "plug_in"),
    ]  # fmt: skip
    board = SimulatedBoard(tmp_path / "board", schedule, clock, START, inputs=1)
    sense = SerialLineSense("wire", 115200, clock, monotonic=clock.now, opener=lambda *_: wire)
    sense._greet = lambda: None  # type: ignore[method-assign]  the board stands still until the clock is moved on
    sense.open()
    sense._heard_at = clock.now()
    events: list[LineEvent] = []
    while clock.now() < START + 60:
        clock.advance(0.1)
        board.advance()
        events += sense.poll()
    sense.close()
    board.stop()
    want = [
        ("on_hook", -2.0),
        ("ring_start", 5.1), ("ring_stop", 6.0), ("ring_start", 10.1), ("ring_stop", 11.0), ("ring_start", 15.1),
        ("ring_stop", 16.0), ("off_hook", 16.5), ("flash", 20.0), ("reversed", 25.0), ("on_hook", 30.0), ("off_hook", 33.0),
        ("on_hook", 35.0), ("ring_start", 40.1), ("ring_stop", 41.0), ("no_line", 50.0), ("on_hook", 55.0),
    ]  # fmt: skip
    assert [event.kind for event in events] == [kind for kind, _ in want]
    assert [event.at - START for event in events] == pytest.approx([at for _, at in want], abs=0.15)


def test_voltages_are_those_of_the_field() -> None:
    line = LineVoltages([LineAction(1, 0, "ring"), LineAction(7, 0, "answer"), LineAction(9, 0, "hang_up")])
    volts = [line.mv(ms) / 1000 for ms in range(10_000)]
    assert all(-49 < volt < -47 for volt in volts[:1000] + volts[2000:6000] + volts[9000:])
    bell = [volt + 48 for volt in volts[1000:2000]]
    assert (sum(volt * volt for volt in bell) / 1000) ** 0.5 == pytest.approx(80, abs=1)
    assert sum(a < 0 <= b for a, b in pairwise(bell)) in (19, 20)
    assert all(-12 < volt < -6 for volt in volts[7000:9000])


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(ValueError, match="stop_ring"):
        LineAction(0, 0, "explode")


def test_a_board_unplugged_is_gone_for_the_driver(tmp_path: Path) -> None:
    board = SimulatedBoard(tmp_path / "board", [], SystemClock(), time.time(), inputs=1)
    board.start()
    sense = SerialLineSense(str(tmp_path / "board"), 115200, SystemClock())
    sense.open()
    sense.poll()
    board.stop()
    with pytest.raises(DeviceError, match="has gone"):
        sense.poll()
    with pytest.raises(DeviceError, match="no serial port"):
        sense.open()


def test_the_command_runs_a_board_until_it_is_told_to_stop(tmp_path: Path) -> None:
    schedule, link = tmp_path / "schedule.json", tmp_path / "board"
    schedule.write_text(json.dumps([[3, 1, "pick_up"], [5, 1, "hang_up"]]))
    command = [sys.executable, "-m", "hw.simulated.board", "--link", str(link), "--schedule", str(schedule), "--inputs", "2"]
    command += ["--start", "2026-11-22T01:00:00Z", "--speed", "20"]
    process = subprocess.Popen(command)
    try:
        _wait_for(link)
        sense = SerialLineSense(str(link), 115200, SystemClock())
        sense.open()
        kinds: list[tuple[int, str]] = []
        for _ in range(1000):
            kinds += [(event.sense, event.kind) for event in sense.poll()]
            if len(kinds) == 4:
                break
            time.sleep(0.01)
        sense.close()
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert kinds == [(0, "on_hook"), (1, "on_hook"), (1, "off_hook"), (1, "on_hook")]
    assert not os.path.lexists(link)


def test_the_twins_clock_is_told_by_instants_or_epoch_seconds() -> None:
    parser = argparse.ArgumentParser()
    add_clock_arguments(parser)
    options = parser.parse_args(["--start", "2026-11-22T09:00:00+08:00", "--anchor", "1000.5", "--speed", "5"])
    clock = clock_from(options)
    assert (clock.start, clock.anchor, clock.speed) == (1795309200.0, 1000.5, 5.0)
    own = clock_from(parser.parse_args([]))
    assert own.now() == pytest.approx(time.time(), abs=1.0)
    with pytest.raises(SystemExit):
        parser.parse_args(["--start", "2026-11-22T09:00:00"])


def _wait_for(path: Path) -> None:
    for _ in range(1000):
        if path.exists():
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} did not appear")


@pytest.mark.parametrize("text", ["", "{", '[["x"]]', '[[1, 0, "explode"]]'])
def test_the_command_refuses_a_bad_schedule(tmp_path: Path, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    from hw.simulated.board import main  # noqa: PLC0415

    schedule = tmp_path / "schedule.json"
    schedule.write_text(text)
    with pytest.raises(SystemExit):
        main(["--link", str(tmp_path / "board"), "--schedule", str(schedule)])
    assert "is no schedule" in capfd.readouterr().err


def test_a_pty_nobody_reads_loses_bytes_and_never_waits(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "port")
    assert sum(pty.write(bytes(1000)) for _ in range(200)) < 200_000
    pty.close()
    pty.close()
    assert not (tmp_path / "port").exists()


def test_a_pty_takes_over_the_link_of_an_earlier_life(tmp_path: Path) -> None:
    old, new = Pty(tmp_path / "port"), Pty(tmp_path / "port")
    old.close()
    port = open_port(str(tmp_path / "port"), 9600, timeout_s=5.0)
    new.write(b"hello")
    assert port.read(5) == b"hello"
    port.close()
    new.close()
