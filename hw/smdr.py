"""The PBX's call records (SMDR), read off its printer port: serial, or TCP in either direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import serial

from hw.errors import DeviceError
from hw.interfaces import CallRecord, Clock, PortLine
from hw.serialport import Port, gone, open_port
from hw.smdr_layout import Layout
from hw.smdr_layoutfile import load_layout
from hw.smdr_lines import LineReader

__all__ = ["LineFeed", "SerialCallRecords", "Wire"]


class Wire(Protocol):
    """Where the bytes come from. Opening and reading raise DeviceError."""

    name: str

    def open(self) -> None: ...

    def read(self) -> bytes: ...

    def close(self) -> None: ...


class LineFeed:
    """A CallRecordFeed over any wire."""

    def __init__(self, wire: Wire, reader: LineReader) -> None:
        self.wire = wire
        self.reader = reader
        self._open = False

    def open(self) -> None:
        """Claim the port. Raises DeviceError."""
        self.wire.open()
        self.reader.restart()
        self._open = True

    def poll(self) -> list[CallRecord | PortLine]:
        """The whole lines since the last call; never waits. Raises DeviceError when the port is gone."""
        if not self._open:
            raise DeviceError(
                f"Call record port {self.wire.name} is read before it was opened.", f"话单端口 {self.wire.name} 尚未打开就被读取。"
            )
        return self.reader.feed(self.wire.read())

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""
        self._open = False
        self.wire.close()


class SerialWire:
    """A serial port. form: data bits, parity, stop bits ("8N1", "7E2")."""

    def __init__(self, port: str, baud: int, form: str, opener: Callable[[str, int, str], Port] = open_port) -> None:
        self.name = port
        self._baud, self._form = baud, form
        self._opener = opener
        self._line: Port | None = None

    def open(self) -> None:
        """Claim the port. Raises DeviceError."""
        self._line = self._opener(self.name, self._baud, self._form)

    def read(self) -> bytes:
        """What has arrived; never waits. Raises DeviceError when the port is gone."""
        if self._line is None:
            return b""
        try:
            return self._line.read(max(1, self._line.in_waiting))
        except (OSError, serial.SerialException) as error:
            raise gone(self.name, error) from error

    def close(self) -> None:
        """Let the port go; closing twice does no harm."""
        if self._line is not None:
            self._line.close()
            self._line = None


class SerialCallRecords(LineFeed):
    """Call records from a PBX's serial port.

    format: data bits, parity, stop bits ("8N1", "7E2"). layout: a layout or its name. clock: supplies the date where the PBX
    prints none. timezone: IANA name of the PBX's own clock.
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
        chosen = load_layout(layout) if isinstance(layout, str) else layout
        super().__init__(SerialWire(port, baud, format, opener), LineReader(chosen, clock, timezone, format))
