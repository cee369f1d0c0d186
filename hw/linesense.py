"""Host driver of the tap board: takes its events off the wire once each and in order, and puts them on the box's clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

import serial

from firmware import protocol, thresholds
from hw import boarderrors
from hw.boardclock import BoardClock
from hw.boardhealth import BoardHealth, health_of, log_change
from hw.errors import DeviceError
from hw.eventorder import EventOrder
from hw.interfaces import Clock, LineEvent
from hw.messages import Message
from hw.serialport import Port, gone, open_port

log = logging.getLogger(__name__)

HELLO_READS = 40
READ_S = 0.05
"""At open: so many reads of so many seconds for the board's hello, which is asked for anew every fifth read."""

SILENCE_S = 5.0
"""Real seconds without a good frame after which the board counts as gone; it sends a heartbeat every second of its own time."""

ANSWER_READS = 20
"""So many reads of READ_S for the answer to a question, which is asked anew every fifth read."""


FROM_BOARD = (protocol.HEARTBEAT, protocol.EVENT, protocol.THRESHOLDS, protocol.VOLTAGES)


class SerialLineSense:
    """The tap board on a serial port.

    clock: what events are dated by; it may run fast, as long as the board's uptime runs with it. monotonic: real seconds.

    An event is acknowledged at the next poll(), when the caller has had it. So a box that dies in between is told again after its
    restart: an event may then come twice over two lives of the box, but is never lost. A port that failed may be opened again.
    """

    def __init__(
        self,
        port: str,
        baud: int,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        opener: Callable[[str, int], Port] | None = None,
    ) -> None:
        self.port = port
        self._baud = baud
        self._clock = clock
        self._monotonic = monotonic
        self._opener = opener or _open
        self._line: Port | None = None
        self._reader = protocol.FrameReader()
        self._sequence = 0
        self._heard_at = 0.0
        self._boot_id = -1
        self._order = EventOrder(1)
        self._answers: dict[int, tuple[int, ...]] = {}
        self._events: list[LineEvent] = []
        self.inputs = 0
        self.health = BoardHealth()
        self.clock = BoardClock()

    def open(self) -> None:
        """Claim the port and hear the board's hello. Raises DeviceError: no port, no answer, or another version of the protocol."""
        self._line = self._opener(self.port, self._baud)
        self._reader = protocol.FrameReader()
        try:
            self._greet()
        except DeviceError:
            self.close()
            raise

    def _greet(self) -> None:
        assert self._line is not None
        for attempt in range(HELLO_READS):
            if attempt % 5 == 0:
                self._send(protocol.HELLO_REQUEST, protocol.VERSION)
            frames = self._receive(await_first=True)
            for index, (kind, _) in enumerate(frames):
                if kind == protocol.HELLO:
                    for later in frames[index:]:
                        self._handle(*later)
                    self._line.timeout = 0
                    return
        raise boarderrors.no_answer(self.port)

    def poll(self) -> list[LineEvent]:
        """The events since the last call; never waits. Raises DeviceError when the board is gone or speaks another version."""
        if self._line is None:
            raise boarderrors.not_open(self.port)
        if self._order.ack_due and not self._events:  # events are left over only when the last poll failed
            self._order.ack_due = False
            self._send(protocol.ACK, self._boot_id, self._order.had)
        for kind, fields in self._receive():
            self._handle(kind, fields)
        if self._monotonic() - self._heard_at > SILENCE_S:
            raise boarderrors.silent(self.port)
        events, self._events = self._events, []
        return events

    @property
    def frames_missed(self) -> int:
        """Frames lost on the wire since the port was opened, by the board's count."""
        return self._reader.missed

    @property
    def trouble(self) -> Message | None:
        """What the board's self-test says is wrong; None when nothing is."""
        return self.health.trouble

    def thresholds(self) -> dict[str, int]:
        """What the board tells line states by, by the names of firmware.thresholds. Waits. Raises DeviceError without an answer."""
        return self._named(self._ask(protocol.GET_THRESHOLDS, protocol.THRESHOLDS))

    def set_thresholds(self, values: Sequence[int]) -> dict[str, int]:
        """Have the board take and keep these, in the order of firmware.thresholds.NAMES; gives what then holds there.

        Raises ValueError naming the value that cannot be, DeviceError without an answer. Waits.
        """
        if len(values) != len(thresholds.NAMES) or thresholds.wrong(values):
            raise ValueError(thresholds.wrong(values) if len(values) == len(thresholds.NAMES) else "number of values")
        return self._named(self._ask(protocol.SET_THRESHOLDS, protocol.THRESHOLDS, *values))

    def voltages(self) -> list[float]:
        """Volts across every line now, with sign. Waits. Raises DeviceError without an answer."""
        return [tens / 100 for tens in self._ask(protocol.GET_VOLTAGES, protocol.VOLTAGES)[1 : self.inputs + 1]]

    def _ask(self, question: int, answer: int, *fields: int) -> tuple[int, ...]:
        """Events that come meanwhile are kept for the next poll."""
        if self._line is None:
            raise boarderrors.not_open(self.port)
        self._answers.pop(answer, None)
        self._line.timeout = READ_S
        try:
            for attempt in range(ANSWER_READS):
                if attempt % 5 == 0:
                    self._send(question, *fields)
                for frame in self._receive(await_first=True):
                    self._handle(*frame)
                if answer in self._answers:
                    return self._answers.pop(answer)
        finally:
            self._line.timeout = 0
        raise boarderrors.no_answer(self.port)

    def _named(self, fields: tuple[int, ...]) -> dict[str, int]:
        return dict(zip(thresholds.NAMES, fields[1:], strict=True))

    def _receive(self, await_first: bool = False) -> list[tuple[int, tuple[int, ...]]]:
        assert self._line is not None
        try:
            # A read of many bytes would wait for all of them, and the board's uptime would be dated late.
            data = self._line.read(1) if await_first else b""
            frames = self._reader.feed(data + self._line.read(self._line.in_waiting))
        except (OSError, serial.SerialException) as error:
            raise gone(self.port, error) from error
        if frames:
            self._heard_at = self._monotonic()
        return frames

    def _send(self, kind: int, *fields: int) -> None:
        assert self._line is not None
        try:
            self._line.write(protocol.encode(self._sequence, kind, *fields))
        except serial.SerialTimeoutException:
            log.warning("tap board %s takes no bytes; what it misses is sent again", self.port)
        except (OSError, serial.SerialException) as error:
            raise gone(self.port, error) from error
        self._sequence = (self._sequence + 1) & 0xFF

    def _handle(self, kind: int, fields: tuple[int, ...]) -> None:
        if kind == protocol.HELLO:
            self._hello(fields)
        elif kind not in FROM_BOARD:
            return  # our own, on a cable that echoes
        elif fields[0] != self._boot_id:
            self._send(protocol.HELLO_REQUEST, protocol.VERSION)  # the board was reset: who is it now?
        elif kind == protocol.HEARTBEAT:
            self._measure(fields[1])
            self._skip_to(fields[2])
            self._examine(health_of(fields[3:]))
        elif kind == protocol.EVENT:
            for event in self._order.take((fields[1], fields[2], fields[3], fields[4])):
                self._tell(*event)
        else:
            self._answers[kind] = fields

    def _hello(self, fields: tuple[int, ...]) -> None:
        version = fields[0]
        if version != protocol.VERSION:
            raise boarderrors.other_version(self.port, version)
        boot_id, inputs, uptime, oldest, started = fields[1:]
        if boot_id != self._boot_id:
            why = protocol.STARTS[started] if started < len(protocol.STARTS) else started
            log.info("tap board %s: protocol %d, %d inputs, up %d ms, started by %s", self.port, version, inputs, uptime, why)
            if why == "watchdog":
                log.warning("tap board %s: its watchdog has reset it", self.port)
            self._boot_id, self._order, self.inputs = boot_id, EventOrder(oldest), inputs
            self.clock.clear()
            self.health = BoardHealth()
        self._measure(uptime)
        self._skip_to(oldest)

    def _measure(self, uptime_ms: int) -> None:
        """A frame that says when it was sent."""
        self.clock.measure(self._clock.now(), uptime_ms / 1000)

    def _examine(self, health: BoardHealth) -> None:
        log_change(self.port, self.health, health)
        self.health = health

    def _skip_to(self, oldest: int) -> None:
        """The board keeps only so many events; what it gave up while nobody listened will never come."""
        lost, due = self._order.skip_to(oldest)
        if lost:
            log.error("tap board %s: %d line events lost while nobody listened", self.port, lost)
        for event in due:
            self._tell(*event)

    def _tell(self, counter: int, uptime_ms: int, sense: int, kind: int) -> None:
        if kind >= len(protocol.KINDS):
            log.warning("tap board %s: unknown event kind %d", self.port, kind)
            return
        at = min(self.clock.at(uptime_ms / 1000), self._clock.now())  # the least delay is not none
        self._events.append(LineEvent(sense, protocol.KINDS[kind], at, counter))

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""
        if self._line is not None:
            self._line.close()
            self._line = None


def _open(path: str, baud: int) -> Port:
    return open_port(path, baud, timeout_s=READ_S)
