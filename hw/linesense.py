"""Host driver of the tap board: takes its events off the wire once each and in order, and puts them on the box's clock."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

import serial

from firmware import protocol
from hw.errors import DeviceError
from hw.interfaces import Clock, LineEvent
from hw.serialport import Port, gone, open_port

log = logging.getLogger(__name__)

HELLO_READS = 40
READ_S = 0.05
"""At open: so many reads of so many seconds for the board's hello, which is asked for anew every fifth read."""

SILENCE_S = 5.0
"""Real seconds without a good frame after which the board counts as gone; it sends a heartbeat every second of its own time."""

OFFSETS = 64
"""Frames over which the least delay is sought: about a minute, so that a clock that was set is followed within that."""


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
        self._expected = 1  # counter of the next event
        self._ack_due = False
        self._offsets: deque[float] = deque(maxlen=OFFSETS)
        self._events: list[LineEvent] = []

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
        raise _no_answer(self.port)

    def poll(self) -> list[LineEvent]:
        """The events since the last call; never waits. Raises DeviceError when the board is gone or speaks another version."""
        if self._line is None:
            raise DeviceError(f"Serial port {self.port} is read before it was opened.", f"串口 {self.port} 尚未打开就被读取。")
        if self._ack_due and not self._events:  # events are left over only when the last poll failed
            self._ack_due = False
            self._send(protocol.ACK, self._boot_id, self._expected - 1)
        for kind, fields in self._receive():
            self._handle(kind, fields)
        if self._monotonic() - self._heard_at > SILENCE_S:
            raise _silent(self.port)
        events, self._events = self._events, []
        return events

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
        elif kind in (protocol.HEARTBEAT, protocol.EVENT) and fields[0] != self._boot_id:
            self._send(protocol.HELLO_REQUEST, protocol.VERSION)  # the board was reset: who is it now?
        elif kind == protocol.HEARTBEAT:
            self._measure(fields[1])
            self._skip_to(fields[2])
        elif kind == protocol.EVENT:
            self._event(*fields[1:])

    def _hello(self, fields: tuple[int, ...]) -> None:
        version = fields[0]
        if version != protocol.VERSION:
            raise _other_version(self.port, version)
        boot_id, inputs, uptime, oldest = fields[1:]
        if boot_id != self._boot_id:
            log.info("tap board %s: protocol %d, %d inputs, up %d ms", self.port, version, inputs, uptime)
            self._boot_id, self._expected = boot_id, oldest
            self._offsets.clear()
        self._measure(uptime)
        self._skip_to(oldest)

    def _measure(self, uptime_ms: int) -> None:
        """A frame that says when it was sent: the least delay seen lately is nearest to the truth."""
        self._offsets.append(self._clock.now() - uptime_ms / 1000)

    def _skip_to(self, oldest: int) -> None:
        """The board keeps only so many events; what it gave up while nobody listened will never come."""
        if oldest > self._expected:
            log.error("tap board %s: %d line events lost while nobody listened", self.port, oldest - self._expected)
            self._expected = oldest

    def _event(self, counter: int, uptime_ms: int, sense: int, kind: int) -> None:
        if counter > self._expected:
            return  # one before it was lost on the wire; the board sends both again
        self._ack_due = True
        if counter < self._expected:
            return  # had it: the acknowledgement was lost
        self._expected += 1
        if kind >= len(protocol.KINDS):
            log.warning("tap board %s: unknown event kind %d", self.port, kind)
            return
        at = min(self._offsets) + uptime_ms / 1000
        self._events.append(LineEvent(sense, protocol.KINDS[kind], at, counter))

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""
        if self._line is not None:
            self._line.close()
            self._line = None


def _open(path: str, baud: int) -> Port:
    return open_port(path, baud, timeout_s=READ_S)


def _no_answer(port: str) -> DeviceError:
    return DeviceError(
        f"No tap board answers at {port}. Check its power, its cable and the port's name in [line_sense]; a reset may help.",
        f"{port} 上没有采集板应答。请检查其供电、连接线以及 [line_sense] 中的串口名称;也可尝试复位采集板。",
    )


def _silent(port: str) -> DeviceError:
    return DeviceError(
        f"The tap board at {port} has fallen silent. Check its power and its cable; until then calls are found by voice alone.",
        f"{port} 上的采集板已无响应。请检查其供电和连接线;恢复之前只能靠语音发现通话。",
    )


def _other_version(port: str, version: int) -> DeviceError:
    return DeviceError(
        f"The tap board at {port} speaks protocol version {version}, this box version {protocol.VERSION}. "
        "Put the firmware of this release on the board (firmware/README.md).",
        f"{port} 上的采集板使用协议版本 {version},本机使用版本 {protocol.VERSION}。"
        "请把本版本的固件写入采集板 (见 firmware/README.md)。",
    )
