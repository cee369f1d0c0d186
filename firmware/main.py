"""The tap board's program: samples every line, tells the box what changed, and tells it again until the box has it.

Everything it touches is handed to it, so that the same code runs on the RP2040 (firmware/board.py), in hw.simulated.board and
in tests.
"""

from firmware import protocol
from firmware.linestate import LineState

SAMPLE_MS = 5  # between two samples of a line
RESEND_MS = 250  # after which unacknowledged events are sent again
RESEND_EVENTS = 16  # at once, so that they fit the UART's buffer
KEEP_EVENTS = 200  # waiting for the box; when there are more the oldest are given up, which the box can tell by their counters
HEARTBEAT_MS = 1000


class TapBoard:
    """One board. read_mv(sense) gives a line's voltage in mV; uart has read() -> bytes or None and write(bytes), which never wait.

    boot_id: 16 bits, another one after every reset, so that the box can tell a new board's counters from an old one's.
    """

    def __init__(self, inputs: int, read_mv, uart, boot_id: int) -> None:  # type: ignore[no-untyped-def]
        self.lines = [LineState() for _ in range(inputs)]
        self._read_mv = read_mv
        self._uart = uart
        self._boot_id = boot_id
        self._reader = protocol.FrameReader()
        self._sequence = 0
        self._counter = 0  # of the last event
        self._waiting = []  # type: list[tuple[int, int, int, int]]  # counter, at, sense, kind; oldest first
        self._sent_at = 0
        self._beat_at = -HEARTBEAT_MS
        self._greeted = False

    def step(self, now: int) -> None:
        """One round. now: ms since the board started, never less than before."""
        if not self._greeted:
            self._hello(now)
        for sense in range(len(self.lines)):
            for kind, at in self.lines[sense].update(now, self._read_mv(sense)):
                self._queue(now, at, sense, kind)
        data = self._uart.read()
        if data:
            for kind, fields in self._reader.feed(data):
                self._handle(now, kind, fields)
        if self._waiting and now - self._sent_at >= RESEND_MS:
            self._resend(now)
        if now - self._beat_at >= HEARTBEAT_MS:
            self._beat_at = now
            self._send(protocol.HEARTBEAT, self._boot_id, now, self._oldest())

    def _queue(self, now: int, at: int, sense: int, kind: int) -> None:
        self._counter += 1
        if not self._waiting:
            self._sent_at = now
        self._waiting.append((self._counter, at, sense, kind))
        if len(self._waiting) > KEEP_EVENTS:
            self._waiting.pop(0)
        self._send(protocol.EVENT, self._boot_id, self._counter, at, sense, kind)

    def _resend(self, now: int) -> None:
        self._sent_at = now
        for counter, at, sense, kind in self._waiting[:RESEND_EVENTS]:
            self._send(protocol.EVENT, self._boot_id, counter, at, sense, kind)

    def _handle(self, now: int, kind: int, fields) -> None:  # type: ignore[no-untyped-def]
        if kind == protocol.HELLO_REQUEST:
            self._hello(now)
            if self._waiting:
                self._resend(now)
        elif kind == protocol.ACK and fields[0] == self._boot_id:
            self._waiting = [event for event in self._waiting if event[0] > fields[1]]

    def _hello(self, now: int) -> None:
        self._greeted = True
        self._send(protocol.HELLO, protocol.VERSION, self._boot_id, len(self.lines), now, self._oldest())

    def _oldest(self) -> int:
        """Counter of the oldest event the box does not have, or of the next one there will be."""
        return self._waiting[0][0] if self._waiting else self._counter + 1

    def _send(self, kind: int, *fields: int) -> None:
        self._uart.write(protocol.encode(self._sequence, kind, *fields))
        self._sequence = (self._sequence + 1) & 0xFF


def run(tap: TapBoard, clock, feed) -> None:  # type: ignore[no-untyped-def]
    """Run for ever. clock: MicroPython's time module or its like; feed() keeps the watchdog quiet.

    Uptime is summed up from differences, since ticks_ms starts again at 0 every 2**30 ms (12.4 days).
    """
    uptime = 0
    last = clock.ticks_ms()
    while True:
        feed()
        tap.step(uptime)
        spent = clock.ticks_diff(clock.ticks_ms(), last)
        if spent < SAMPLE_MS:
            clock.sleep_ms(SAMPLE_MS - spent)
        now = clock.ticks_ms()
        uptime += clock.ticks_diff(now, last)
        last = now
