"""A serial cable in memory with the firmware at its far end, and faults on the way."""

from __future__ import annotations

from collections.abc import Callable

from firmware.main import TapBoard
from firmware.memory import Memory
from firmware.protocol import KINDS
from hw.clock import ManualClock
from hw.errors import DeviceError
from hw.interfaces import LineEvent
from hw.linesense import SerialLineSense

Fault = Callable[[bytes], bytes]
"""What becomes of bytes on the way."""

LEVELS = {"off_hook": -9000, "on_hook": -48000, "no_line": 0}


def clean(data: bytes) -> bytes:
    return data


class Wire:
    """The box's end is a hw.serialport.Port; `uart` is the board's. `cut` silences both ways."""

    def __init__(self, to_box: Fault = clean, to_board: Fault = clean) -> None:
        self._to_box, self._to_board = to_box, to_board
        self._box = self._board = b""
        self.timeout: float | None = 0.0
        self.idle: Callable[[], None] = lambda: None
        self.cut = False
        self.uart = self.Uart(self)

    @property
    def in_waiting(self) -> int:
        return len(self._box)

    def read(self, size: int = 1) -> bytes:
        if not self._box and self.timeout:
            self.idle()
        data, self._box = self._box[:size], self._box[size:]
        return data

    def write(self, data: bytes) -> int:
        if not self.cut:
            self._board += self._to_board(data)
        return len(data)

    def close(self) -> None:
        pass

    class Uart:
        def __init__(self, wire: Wire) -> None:
            self._wire = wire

        def read(self) -> bytes:
            data, self._wire._board = self._wire._board, b""
            return data

        def write(self, data: bytes) -> None:
            if not self._wire.cut:
                self._wire._box += self._wire._to_box(data)


class Bench:
    """A box and a board on one wire and one clock; pass() lets time go by."""

    def __init__(self, to_box: Fault = clean, to_board: Fault = clean, inputs: int = 2) -> None:
        self.clock = ManualClock(1_800_000_000.0)
        self.inputs = inputs
        self.levels = [LEVELS["on_hook"]] * inputs
        self.wire = Wire(to_box, to_board)
        self.wire.idle = lambda: self.board_runs(50)
        self.sense = SerialLineSense("wire", 115200, self.clock, monotonic=self.clock.now, opener=self._plug)
        self.events: list[LineEvent] = []
        self.open = False
        self.kept: dict[int, bytes] = {}
        self.keep, self.first = 200, 1
        self.reset(0x1111)

    def _plug(self, *_: object) -> Wire:
        self.wire.timeout = 0.05
        return self.wire

    def reset(self, boot_id: int) -> None:
        """The board starts anew."""
        self.started = self.clock.now()
        self.uptime = 0
        memory = Memory(lambda slot: self.kept.get(slot, b""), self.kept.__setitem__)
        self.board = TapBoard(
            self.inputs,
            lambda sense: self.levels[sense],
            self.wire.uart,
            boot_id,
            memory=memory,
            keep=self.keep,
            first=self.first,
        )

    def board_runs(self, ms: int) -> None:
        """Let the board and the clock go on, the box not looking."""
        for _ in range(ms // 10):
            self.clock.advance(0.01)
            self.uptime += 10
            self.board.step(self.uptime)

    def run(self, ms: int, poll_ms: int = 100) -> None:
        """Let everything go on, the box polling."""
        for _ in range(ms // poll_ms):
            self.board_runs(poll_ms)
            self.events += self.sense.poll()

    def run_stubbornly(self, ms: int) -> None:
        """As run(), opening the port again whenever the wire was too bad for the driver."""
        for _ in range(ms // 100):
            try:
                if not self.open:
                    self.sense.open()
                    self.open = True
                self.run(100)
            except DeviceError:
                self.sense.close()
                self.open = False

    def put(self, sense: int, kind: str) -> None:
        self.levels[sense] = LEVELS[kind]

    def kinds(self) -> list[tuple[int, str]]:
        return [(event.sense, event.kind) for event in self.events]


assert set(LEVELS) <= set(KINDS)
