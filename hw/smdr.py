"""The PBX's call records (SMDR), read off its printer port."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import serial

from hw.errors import DeviceError
from hw.interfaces import CallRecord, Clock
from hw.serialport import Port, gone, open_port
from hw.smdr_layout import Layout, load_layout

log = logging.getLogger(__name__)

LONGEST_LINE = 512
"""Bytes; more without a line end is noise."""

_IDLE = bytes((0x00, 0x11, 0x13, 0x7F))
"""Fill characters and flow control, which belong to no record."""

_LINE_END = re.compile(rb"[\r\n\f]+")


class LineAssembler:
    """Bytes as they come → whole lines of text. CR, LF and form feed in any combination end a line.

    seven_bits: the eighth bit of each byte is parity. A byte that is no printable ASCII shows as "\ufffd".
    """

    def __init__(self, seven_bits: bool = False) -> None:
        self._mask = bytes(byte & 0x7F for byte in range(256)) if seven_bits else None
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that are whole now, empty ones left out."""
        *lines, self._rest = _LINE_END.split(self._rest + data.translate(self._mask, b"").translate(None, _IDLE))
        if len(self._rest) > LONGEST_LINE:
            log.warning("call record port: %d bytes without a line end dropped", len(self._rest))
            self._rest = b""
        return ["".join(chr(byte) if 0x20 <= byte < 0x7F else "\ufffd" for byte in line) for line in lines if line]


class SerialCallRecords:
    """Call records from a PBX's serial port.

    format: data bits, parity, stop bits ("8N1", "7E2"). layout: a name in hw/smdr_layouts. clock: supplies the date where the PBX
    prints none. timezone: IANA name of the PBX's own clock. A line that cannot be read is logged as it came and passed over.
    """

    def __init__(  # noqa: PLR0917  the settings' own order
        self,
        port: str,
        baud: int,
        format: str,
        layout: str | Layout,
        clock: Clock,
        timezone: str,
        *,
        opener: Callable[[str, int, str], Port] = open_port,
    ) -> None:
        self.port = port
        self.layout = load_layout(layout) if isinstance(layout, str) else layout
        self._baud, self._format = baud, format
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._opener = opener
        self._line: Port | None = None
        self._lines = LineAssembler()
        self._first = True

    def open(self) -> None:
        """Claim the port. Raises DeviceError."""
        self._line = self._opener(self.port, self._baud, self._format)
        self._lines = LineAssembler(self._format.startswith("7"))
        self._first = True

    def poll(self) -> list[CallRecord]:
        """The whole records since the last call; never waits. Raises DeviceError when the port is gone."""
        if self._line is None:
            raise DeviceError(f"Serial port {self.port} is read before it was opened.", f"串口 {self.port} 尚未打开就被读取。")
        try:
            data = self._line.read(max(1, self._line.in_waiting))
        except (OSError, serial.SerialException) as error:
            raise gone(self.port, error) from error
        records = [self._record(line) for line in self._lines.feed(data)]
        return [record for record in records if record is not None]

    def _record(self, line: str) -> CallRecord | None:
        first, self._first = self._first, False
        line = line.lstrip("\ufffd").rstrip()  # noise before a record, as adapters make when they are plugged in
        if self.layout.skips(line):
            return None
        try:
            if "\ufffd" in line:
                raise ValueError("damaged on the wire")
            return self.layout.parse(line, self._zone, self._clock.now())
        except ValueError as error:
            # The port is often opened in the middle of a line.
            log.log(logging.INFO if first else logging.WARNING, "call record %r not understood: %s", line, error)
            return None

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""
        if self._line is not None:
            self._line.close()
            self._line = None
