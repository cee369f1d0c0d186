"""A tap board without hardware: the firmware's own program over made-up line voltages, behind a pseudo terminal.

    python -m hw.simulated.board --link PORT --schedule FILE --inputs 8 [--start INSTANT --anchor INSTANT --speed 20]

The schedule is a JSON list of [at_s, sense, action] (actions: hw.simulated.voltages.ACTIONS), at_s counted from --start.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from firmware.main import TapBoard
from hw.interfaces import Clock
from hw.simulated.pty import Pty
from hw.simulated.twinclock import add_clock_arguments, clock_from
from hw.simulated.voltages import LineAction, LineVoltages

SAMPLE_MS = 10
"""Milliseconds of line time between samples: half as often as on the real board, still four to a cycle of the fastest ring."""

ROUND_S = 0.01
"""Real seconds between wake-ups, whatever the clock's speed: what became due in between is worked off at once."""


class SimulatedBoard:
    """The tap board's twin. link: where its serial port appears. start: UTC epoch seconds from which the schedule counts.

    start() and stop() run it in a thread of its own; run(stop) runs it in the caller's.
    """

    def __init__(
        self,
        link: Path,
        schedule: Iterable[LineAction],
        clock: Clock,
        start: float,
        *,
        inputs: int = 16,
        boot_id: int | None = None,
    ) -> None:
        actions = list(schedule)
        self._clock = clock
        self._lines = [LineVoltages([action for action in actions if action.sense == sense]) for sense in range(inputs)]
        self._switched_on = clock.now()
        self._offset_ms = round((self._switched_on - start) * 1000)
        self._now = 0
        self.port = _BoardUart(link)
        self.firmware = TapBoard(inputs, self._read_mv, self.port, int.from_bytes(os.urandom(2)) if boot_id is None else boot_id)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def _read_mv(self, sense: int) -> int:
        return self._lines[sense].mv(self._now + self._offset_ms)

    def advance(self) -> None:
        """Run the firmware up to now on the clock, sample by sample."""
        due = int((self._clock.now() - self._switched_on) * 1000)
        while self._now + SAMPLE_MS <= due:
            self._now += SAMPLE_MS
            if self._now + SAMPLE_MS > due:
                self.port.fetch()  # only now: an answer must not be dated by a sample that is worked off late
            self.firmware.step(self._now)

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set, then unplug."""
        try:
            while not stop.wait(ROUND_S):
                self.advance()
        finally:
            self.port.close()

    def start(self) -> None:
        """Run in a thread."""
        self._thread = threading.Thread(target=self.run, args=(self._stop,), name="tap board", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and unplug."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.port.close()


class _BoardUart(Pty):
    """The firmware's UART: bytes come in when the twin fetches them, not with a system call for every sample."""

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self._came = b""

    def fetch(self) -> None:
        self._came += super().read()

    def read(self) -> bytes:
        came, self._came = self._came, b""
        return came


def read_schedule(path: Path) -> list[LineAction]:
    """The schedule in a JSON file. Raises ValueError when it is none."""
    return [LineAction(float(at_s), int(sense), str(action)) for at_s, sense, action in json.loads(path.read_text("utf-8"))]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; ends on SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m hw.simulated.board", description="A simulated tap board on a pseudo terminal.")
    parser.add_argument("--link", type=Path, required=True, help="path at which its serial port appears")
    parser.add_argument("--schedule", type=Path, required=True, help="JSON list of [at_s, sense, action]")
    parser.add_argument("--inputs", type=int, default=16, help="lines it can sense")
    add_clock_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        schedule = read_schedule(options.schedule)
    except (OSError, ValueError, TypeError) as error:
        parser.error(f"{options.schedule} is no schedule: {error}")
    clock = clock_from(options)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    SimulatedBoard(options.link, schedule, clock, clock.start, inputs=options.inputs).run(stop)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
