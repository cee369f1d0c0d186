"""The wire protocol between the tap board and the box: the one definition that both use (see docs/protocol.md).

A frame is SYNC (2 bytes), payload length, sequence, type, payload, CRC-32 of length to payload; numbers are little endian. This
file runs under MicroPython and under CPython alike.
"""

import struct
from binascii import crc32

VERSION = 2
SYNC = b"\xa5\x5a"
OVERHEAD = 9  # bytes of a frame besides its payload
MAX_PAYLOAD = 48  # bytes; a longer length can only be noise

HELLO = 0x01  # board: version, boot id, inputs, uptime, counter of the oldest event not yet acknowledged, why it started
HEARTBEAT = 0x02  # board: boot id, uptime, oldest as above, events given up, faults, stuck inputs, longest round in ms
EVENT = 0x03  # board: boot id, counter, uptime at which it happened, input, kind
THRESHOLDS = 0x04  # board: boot id and what holds now, in the order of firmware.thresholds.NAMES
VOLTAGES = 0x05  # board: boot id and every input's voltage, 10 mV, 0 where there is no input
HELLO_REQUEST = 0x81  # box: its version
ACK = 0x82  # box: boot id, counter of the last event it has; acknowledges all before it too
SET_THRESHOLDS = 0x83  # box: all of them; the board keeps them if they can be, and answers with what holds
GET_THRESHOLDS = 0x84  # box
GET_VOLTAGES = 0x85  # box

MAX_INPUTS = 16

FORMATS = {
    HELLO: "<BHBQIB",
    HEARTBEAT: "<HQIIHHH",
    EVENT: "<HIQBB",
    THRESHOLDS: "<H4I4H",
    VOLTAGES: "<H16h",
    HELLO_REQUEST: "<B",
    ACK: "<HI",
    SET_THRESHOLDS: "<4I4H",
    GET_THRESHOLDS: "<",
    GET_VOLTAGES: "<",
}

STARTS = ("power", "watchdog", "reset")
"""Why the board started; the wire number is the place here."""

KINDS = ("ring_start", "ring_stop", "off_hook", "on_hook", "flash", "reversed", "no_line")
"""Event kinds; their wire number is their place here."""


def encode(sequence: int, kind: int, *fields: int) -> bytes:
    """A frame ready to send. sequence: the sender's frame number modulo 256, which only serves to count losses."""
    payload = struct.pack(FORMATS[kind], *fields)
    body = bytes((len(payload), sequence & 0xFF, kind)) + payload
    return SYNC + body + struct.pack("<I", crc32(body))


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
        self._sequence = -1  # of the last frame
        self.bad = 0  # sync marks that no good frame followed
        self.missed = 0  # frames the sender has counted and nobody has seen

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
                self._count(self._buffer[at + 3])
                kind = self._buffer[at + 4]
                fields = decode(kind, self._buffer[at + 5 : at + size - 4])
                if fields is not None:
                    found.append((kind, fields))
            else:
                self.bad += 1
            at = self._buffer.find(SYNC, at + (size or 1))
        self._buffer = self._buffer[at:] if at >= 0 else self._buffer[-1:]
        return found

    def _count(self, sequence: int) -> None:
        if self._sequence >= 0:
            self.missed += (sequence - self._sequence - 1) & 0xFF
        self._sequence = sequence

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
        good = struct.pack("<I", crc32(buffer[at + 2 : end - 4])) == buffer[end - 4 : end]
        return length + OVERHEAD if good else 0
