"""The tap board's program: samples every line, tells the box what changed, and tells it again until the box has it.

Everything it touches is handed to it, so that the same code runs on the RP2040 (firmware/board.py), in hw.simulated.board and
in tests.
"""

from firmware import protocol
from firmware.linestate import LineState
from firmware.outbox import Outbox
from firmware.selftest import RAIL_MV
from firmware.thresholds import Thresholds
from firmware.wiring import HEARTBEAT_MS, KEEP_EVENTS, NEXT_MS, RESEND_EVENTS, RESEND_MS, SAMPLE_MS

REBASE_MS = 1 << 29  # times stay below 2**30, above which MicroPython allocates memory for a number
RECENT_MS = 20000  # what lies further back than this is long past for every line


class TapBoard:
    """One board.

    read_mv(sense) gives a line's voltage in mV; uart has read() -> bytes or None and write(bytes), which never wait. boot_id: 16
    bits, another one after every reset, so that the box can tell a new board's counters from an old one's. memory: keeps
    thresholds (firmware.memory.Memory). selftest: firmware.selftest.SelfTest. started: place in protocol.STARTS. keep: events
    that wait for the box at most. first: counter of the first event.
    """

    def __init__(  # type: ignore[no-untyped-def]
        self, inputs, read_mv, uart, boot_id, *, memory=None, selftest=None, started=0, keep=KEEP_EVENTS, first=1
    ) -> None:
        self.thresholds = Thresholds()
        self.lines = [LineState(self.thresholds) for _ in range(inputs)]
        self.slowest_ms = 0  # longest round since the last heartbeat; run() keeps it
        self._read_mv = read_mv
        self._uart = uart
        self._boot_id = boot_id
        self._memory = memory
        self._selftest = selftest
        self._started = started
        self._reader = protocol.FrameReader()
        self._sequence = 0
        self._outbox = Outbox(keep, first)
        self._base = 0  # uptime from which the times below and those of the lines count
        self._sent_at = 0
        self._beat_at = -HEARTBEAT_MS
        self._greeted = False
        kept = memory.load() if memory else None
        if kept is not None:
            self.thresholds.set(kept)

    @property
    def waiting(self) -> int:
        """Events the box has not acknowledged."""
        return self._outbox.waiting

    def step(self, uptime: int) -> None:
        """One round. uptime: ms since the board started, never less than before."""
        if not self._greeted:
            self._base = uptime
            self._hello(0)
        now = uptime - self._base
        if now >= REBASE_MS:
            now = self._rebase(now - RECENT_MS, now)
        self._sample(now)
        data = self._uart.read()
        if data:
            for kind, fields in self._reader.feed(data):
                self._handle(now, kind, fields)
        if self._outbox.waiting and now - self._sent_at >= RESEND_MS:
            self._resend(now)
        if now - self._beat_at >= HEARTBEAT_MS:
            self._beat(now)

    def _sample(self, now: int) -> None:
        selftest = self._selftest
        for sense in range(len(self.lines)):
            mv = self._read_mv(sense)
            if selftest and not -RAIL_MV < mv < RAIL_MV:
                selftest.railed(sense)
            for kind, at in self.lines[sense].update(now, mv):
                self._queue(now, at, sense, kind)
        if selftest:
            selftest.count()

    def _rebase(self, ms: int, now: int) -> int:
        self._base += ms
        for line in self.lines:
            line.rebase(ms)
        self._sent_at = max(0, self._sent_at - ms)
        self._beat_at = max(0, self._beat_at - ms)
        return now - ms

    def _queue(self, now: int, at: int, sense: int, kind: int) -> None:
        if not self._outbox.waiting:
            self._sent_at = now
        at += self._base
        counter = self._outbox.add(at, sense, kind)
        self._send(protocol.EVENT, self._boot_id, counter, at, sense, kind)

    def _resend(self, now: int) -> None:
        self._sent_at = now
        for number in range(min(RESEND_EVENTS, self._outbox.waiting)):
            self._send(protocol.EVENT, self._boot_id, *self._outbox.event(number))

    def _handle(self, now: int, kind: int, fields) -> None:  # type: ignore[no-untyped-def]
        if kind == protocol.HELLO_REQUEST:
            self._hello(now)
            if self._outbox.waiting:
                self._resend(now)
        elif kind == protocol.ACK:
            if fields[0] == self._boot_id and self._outbox.acknowledge(fields[1]):
                self._go_on(now)
        elif kind == protocol.SET_THRESHOLDS:
            if self.thresholds.set(fields) and self._memory:
                self._memory.save(fields)
            self._send(protocol.THRESHOLDS, self._boot_id, *self.thresholds.values())
        elif kind == protocol.GET_THRESHOLDS:
            self._send(protocol.THRESHOLDS, self._boot_id, *self.thresholds.values())
        elif kind == protocol.GET_VOLTAGES:
            self._tell_voltages()

    def _go_on(self, now: int) -> None:
        """The box takes events: what waits behind those goes out sooner than a lost one would."""
        if self._outbox.waiting and now - self._sent_at >= NEXT_MS:
            self._resend(now)

    def _tell_voltages(self) -> None:
        tens = [0] * protocol.MAX_INPUTS
        for sense in range(len(self.lines)):
            tens[sense] = self._read_mv(sense) // 10
        self._send(protocol.VOLTAGES, self._boot_id, *tens)

    def _hello(self, now: int) -> None:
        self._greeted = True
        uptime = self._base + now
        self._send(protocol.HELLO, protocol.VERSION, self._boot_id, len(self.lines), uptime, self._outbox.oldest, self._started)

    def _beat(self, now: int) -> None:
        self._beat_at = now
        faults = stuck = 0
        if self._selftest:
            self._selftest.run(bool(self._memory) and self._memory.spoilt)
            faults, stuck = self._selftest.faults, self._selftest.stuck
        outbox, slowest = self._outbox, min(self.slowest_ms, 0xFFFF)
        self.slowest_ms = 0
        self._send(protocol.HEARTBEAT, self._boot_id, self._base + now, outbox.oldest, outbox.lost, faults, stuck, slowest)

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
        tap.slowest_ms = max(spent, tap.slowest_ms)
        if spent < SAMPLE_MS:
            clock.sleep_ms(SAMPLE_MS - spent)
        now = clock.ticks_ms()
        uptime += clock.ticks_diff(now, last)
        last = now
