"""Thresholds kept over a power cut: two slots, written in turn, each with its number and a checksum.

A cut in the middle of a save spoils the slot being written; the other still holds what was kept before.
"""

import struct
from binascii import crc32

SLOTS = 2
_HEAD = "<2sBI"
_MAGIC = b"CB"
_FORM = 1
_VALUES = "<4I4H"
SIZE = struct.calcsize(_HEAD) + struct.calcsize(_VALUES) + 4


class Memory:
    """read(slot) -> bytes, empty when there is none; write(slot, data). Either may raise OSError."""

    def __init__(self, read, write) -> None:  # type: ignore[no-untyped-def]
        self._read = read
        self._write = write
        self._number = 0
        self._slot = SLOTS - 1  # of the newest
        self.spoilt = False  # something was kept, and none of it can be read

    def load(self) -> "tuple[int, ...] | None":
        """What was kept last; None when there is nothing to be read."""
        found = None
        seen = False
        for slot in range(SLOTS):
            try:
                data = self._read(slot)
            except OSError:
                data = b""
            seen = seen or bool(data)
            record = _unpack(data)
            if record is not None and record[0] > self._number:
                self._number, found, self._slot = record[0], record[1], slot
        self.spoilt = seen and found is None
        return found

    def save(self, values) -> bool:  # type: ignore[no-untyped-def]
        """Keep these; False when the flash does not take them."""
        slot = (self._slot + 1) % SLOTS
        body = struct.pack(_HEAD, _MAGIC, _FORM, self._number + 1) + struct.pack(_VALUES, *values)
        try:
            self._write(slot, body + struct.pack("<I", crc32(body)))
        except OSError:
            return False
        self._slot = slot
        self._number += 1
        self.spoilt = False
        return True


def _unpack(data: bytes) -> "tuple[int, tuple[int, ...]] | None":
    if len(data) != SIZE or struct.pack("<I", crc32(data[:-4])) != data[-4:]:
        return None
    magic, form, number = struct.unpack(_HEAD, data[: struct.calcsize(_HEAD)])
    if magic != _MAGIC or form != _FORM:
        return None
    return number, struct.unpack(_VALUES, data[struct.calcsize(_HEAD) : -4])
