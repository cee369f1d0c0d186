"""What a printer port sends, cut into lines, and each line read: the part that serial and TCP feeds share."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from hw.interfaces import CallRecord, Clock, PortLine
from hw.smdr_layout import Layout, Refused

log = logging.getLogger(__name__)

LONGEST_LINE = 512
"""Bytes; more without a line end is noise."""

UNENDED_S = 5.0
"""Seconds without a byte after which a line counts as whole although no line end came, if it reads as a record with its duration:
some PBXs send the line end before a record instead of after it."""

_IDLE = bytes((0x00, 0x11, 0x13, 0x7F))
"""Fill characters and flow control, which belong to no record."""

_LINE_END = re.compile(rb"[\r\n\f]+")

_DAMAGED = "\ufffd"


class LineAssembler:
    """Bytes as they come → whole lines of text. CR, LF and form feed in any combination end a line.

    seven_bits: the eighth bit of each byte is parity. A byte that is no printable ASCII shows as "\ufffd".
    """

    def __init__(self, seven_bits: bool = False) -> None:
        self._mask = bytes(byte & 0x7F for byte in range(256)) if seven_bits else None
        self._rest = b""
        self._noise = False
        self.parity_seen = False

    def feed(self, data: bytes) -> list[str]:
        """The lines that are whole now, empty ones left out. Of a line that is too long nothing is kept."""
        *lines, self._rest = _LINE_END.split(self._rest + data.translate(self._mask, b"").translate(None, _IDLE))
        if lines and self._noise:
            lines, self._noise = lines[1:], False
        if len(self._rest) > LONGEST_LINE:
            log.warning("call record port: %d bytes without a line end dropped", len(self._rest))
            self._rest, self._noise = b"", True
        return [self._text(line) for line in lines if 0 < len(line) <= LONGEST_LINE]

    @property
    def rest(self) -> str:
        """The line that is not whole yet."""
        return "" if self._noise else self._text(self._rest)

    def drop(self) -> None:
        """Forget the line that is not whole yet."""
        self._rest = b""

    def _text(self, line: bytes) -> str:
        if self._mask is None and _has_parity(line):
            self.parity_seen = True
        return "".join(chr(byte) if 0x20 <= byte < 0x7F else _DAMAGED for byte in line)


def _has_parity(line: bytes) -> bool:
    """Whether the eighth bits look like parity: many are set, every byte has an even number of bits (or each an odd one), and
    without the eighth bit all is printable."""
    if sum(byte > 0x7F for byte in line) < max(4, len(line) // 8):
        return False
    odd = {byte.bit_count() % 2 for byte in line}
    return len(odd) == 1 and all(0x20 <= byte & 0x7F < 0x7F for byte in line)


class LineReader:
    """Lines → call records and what else they are.

    format: data bits, parity, stop bits ("8N1"). clock: supplies the date where the PBX prints none. timezone: IANA name of the
    PBX's own clock. A line that cannot be read comes out as it came, with the reason.
    """

    def __init__(self, layout: Layout, clock: Clock, timezone: str, format: str = "8N1") -> None:
        self.layout = layout
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._format = format
        self.restart()

    def restart(self) -> None:
        """The port was opened: perhaps in the middle of a line."""
        self._lines = LineAssembler(self._format.startswith("7"))
        self._first = True
        self._heard_at = self._clock.now()

    def feed(self, data: bytes) -> list[CallRecord | PortLine]:
        """What the bytes make whole; with no bytes for UNENDED_S, also a record whose line end has not come."""
        if data:
            self._heard_at = self._clock.now()
            return [item for line in self._lines.feed(data) for item in self._read(line)]
        rest = self._lines.rest
        if rest and self._clock.now() - self._heard_at >= UNENDED_S:
            found = [item for item in self._read(rest, quiet=True) if isinstance(item, CallRecord) and item.duration_s is not None]
            if found:
                self._lines.drop()
            return list(found)
        return []

    def _read(self, line: str, *, quiet: bool = False) -> Iterator[CallRecord | PortLine]:
        first, self._first = self._first and not quiet, self._first and quiet
        raw, line = line, line.lstrip(_DAMAGED).rstrip()  # noise before a record, as adapters make when they are plugged in
        if not line or self.layout.skips(line):
            return
        notice = self.layout.notice(line)
        if notice:
            yield PortLine(notice, raw)
            return
        try:
            if _DAMAGED in line:
                raise self._damaged()
            yield self.layout.parse(line, self._zone, self._clock.now())
        except Refused as refused:
            if first or quiet:  # the port is often opened in the middle of a line
                log.info("call record %r not understood: %s", raw, refused)
                return
            log.warning("call record %r not understood: %s", raw, refused)
            yield PortLine("refused", raw, refused.message)

    def _damaged(self) -> Refused:
        if self._lines.parity_seen:
            return Refused(
                f'the PBX sends 7 bits with parity, and format is "{self._format}": set format = "7E1" or "7O1"',
                f'PBX 使用 7 位数据加校验,而 format 是 "{self._format}":请设置 format = "7E1" 或 "7O1"',
            )
        return Refused("damaged on the wire", "传输中损坏")
