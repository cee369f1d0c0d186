"""The wire protocol between the tap board and the box: the one definition that both use (see firmware/README.md).

A frame is SYNC (2 bytes), payload length, sequence, type, payload, CRC-16 of length to payload; numbers are little endian. This
file runs under MicroPython and under CPython alike.
"""

import struct

VERSION = 1
SYNC = b"\xa5\x5a"
OVERHEAD = 7  # bytes of a frame besides its payload
MAX_PAYLOAD = 48  # bytes; a longer length can only be noise

HELLO = 0x01  # board: version, boot id, inputs, uptime, counter of the oldest event not yet acknowledged
HEARTBEAT = 0x02  # board: boot id, uptime, counter of the oldest event not yet acknowledged
EVENT = 0x03  # board: boot id, counter, uptime at which it happened, input, kind
HELLO_REQUEST = 0x81  # box: its version
ACK = 0x82  # box: boot id, counter of the last event it has; acknowledges all before it too

FORMATS = {HELLO: "<BHBQI", HEARTBEAT: "<HQI", EVENT: "<HIQBB", HELLO_REQUEST: "<B", ACK: "<HI"}

KINDS = ("ring_start", "ring_stop", "off_hook", "on_hook", "flash", "reversed", "no_line")
"""Event kinds; their wire number is their place here."""

_NIBBLES = tuple(0x1021 * n for n in range(16))


def crc16(data: bytes) -> int:
    """CRC-16/IBM-3740 ("CCITT-FALSE"): polynomial 0x1021, start 0xFFFF; the same as binascii.crc_hqx(data, 0xFFFF)."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc << 4 & 0xFFFF) ^ _NIBBLES[crc >> 12 ^ byte >> 4]
        crc = (crc << 4 & 0xFFFF) ^ _NIBBLES[crc >> 12 ^ byte & 15]
    return crc


def encode(sequence: int, kind: int, *fields: int) -> bytes:
    """A frame ready to send. sequence: the sender's frame number modulo 256, which only serves to count losses."""
    payload = struct.pack(FORMATS[kind], *fields)
    body = bytes((len(payload), sequence & 0xFF, kind)) + payload
    return SYNC + body + struct.pack("<H", crc16(body))


def decode(kind: int, payload: bytes) -> "tuple[int, ...] | None":
    """The fields of a payload; None when this version knows no such frame.

    A hello of another version gives its version alone: that byte is first in every version there will ever be.
    """
    if kind == HELLO and payload and payload[0] != VERSION:
        return (payload[0],)
    if kind not in FORMATS or struct.calcsize(FORMATS[kind]) != len(payload):
        return None
    return struct.unpack(FORMATS[kind], payload)


class FrameReader:
    """Finds whole frames in a stream of bytes; after garbage it goes on at the next frame that checks."""

    def __init__(self) -> None:
        self._buffer = b""
        self.bad = 0  # sync marks that no good frame followed

    def feed(self, data: bytes) -> "list[tuple[int, tuple[int, ...]]]":
        """Take what has arrived; give the (type, fields) of each frame that is complete now."""
        self._buffer += data
        found = []
        at = self._buffer.find(SYNC)
        while at >= 0:
            size = self._size(at)
            if size is None:
                break
            if size:
                kind = self._buffer[at + 4]
                fields = decode(kind, self._buffer[at + 5 : at + size - 2])
                if fields is not None:
                    found.append((kind, fields))
            else:
                self.bad += 1
            at = self._buffer.find(SYNC, at + (size or 1))
        self._buffer = self._buffer[at:] if at >= 0 else self._buffer[-1:]
        return found

    def _size(self, at: int) -> "int | None":
        """Bytes of the frame at `at`; 0 when it is none; None when more has to arrive to tell."""
        buffer = self._buffer
        if len(buffer) - at < 3:
            return None
        length = buffer[at + 2]
        if length > MAX_PAYLOAD:
            return 0
        end = at + length + OVERHEAD
        if len(buffer) < end:
            return None
        good = crc16(buffer[at + 2 : end - 2]) == buffer[end - 2] | buffer[end - 1] << 8
        return length + OVERHEAD if good else 0
