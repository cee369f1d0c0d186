"""The `.part`: a call's audio while it is being written. Append only, so that nothing that stops the box can spoil what is there.

    header   "CALLBOX PART 1\\n", length of the JSON (u32), CRC-32 of the JSON (u32), JSON of PartHeader
    block    "PCM ", length in bytes (u32), CRC-32 of the samples (u32), interleaved signed 16-bit samples
    end      "END ", 8 (u32), CRC-32 (u32), frames that count (u64): a call whose end was learnt late is cut here

All numbers little endian. Whatever does not check is the cut of a power failure: it and all that follows is ignored.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hw.interfaces import Samples

MAGIC = b"CALLBOX PART 1\n"
PCM, END = b"PCM ", b"END "
SIZES = struct.Struct("<II")
BLOCK = struct.Struct("<4sII")
FRAMES = struct.Struct("<Q")
LONGEST_BLOCK = 1 << 26  # bytes; a length above it is no length

SYNC_S = 0.5
"""Seconds that a sample may wait for a flush to the disk: with its block and the flush itself, a power cut costs less than one."""


class NotAPartError(ValueError):
    """The file has no readable header."""


@dataclass(frozen=True)
class PartHeader:
    """What the part is, so that it can be made a call again without calls.db. Fields as in recorder.store.calls.Call and Part."""

    part_id: str
    call_id: str
    seq: int
    line: str
    layout: str
    language: str
    direction: str
    started_at: float
    rate: int
    channels: int
    agent_id: str | None = None
    team: str = ""
    extension: str = ""
    source: str = ""
    kind: str = "talk"


class PartWriter:
    """A part being written. Held under a lock, so that nobody recovers it while its writer lives.

    Raises OSError when the disk will not take it; what was written before stays good.
    """

    def __init__(self, path: Path, header: PartHeader, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.header = header
        self.frames = 0
        self.worst_write_s = self.worst_delay_s = 0.0
        self._monotonic = monotonic
        self._unsynced_from = float("inf")  # when the oldest sample was heard that is not on the disk
        self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o660)
        self._size = 0
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            text = json.dumps(dataclasses.asdict(header), ensure_ascii=False).encode()
            self._append(MAGIC + SIZES.pack(len(text), zlib.crc32(text)) + text)
            os.fdatasync(self._file)
            sync_folder(path.parent)
        except OSError:
            self.discard()
            raise

    def write(self, samples: Samples, age_s: float = 0.0) -> None:
        """Append samples, shape (frames, channels), and flush if the oldest that were not have waited for SYNC_S. age_s: seconds
        since the first of them was heard."""
        started = self._monotonic()
        self._unsynced_from = min(self._unsynced_from, started - age_s)
        data = np.ascontiguousarray(samples, dtype="<i2").tobytes()
        self._append(BLOCK.pack(PCM, len(data), zlib.crc32(data)) + data)
        self.frames += len(samples)
        if started - self._unsynced_from >= SYNC_S:
            self.sync()
        self.worst_write_s = max(self.worst_write_s, self._monotonic() - started)

    def sync(self) -> None:
        """Have everything so far on the disk."""
        os.fdatasync(self._file)
        self.worst_delay_s = max(self.worst_delay_s, self._monotonic() - self._unsynced_from)
        self._unsynced_from = float("inf")

    def end(self, frames: int) -> None:
        """Say how many of the frames count; the rest, heard before the end of the call was known, do not."""
        self.frames = min(max(frames, 0), self.frames)
        payload = FRAMES.pack(self.frames)
        self._append(BLOCK.pack(END, len(payload), zlib.crc32(payload)) + payload)
        self.sync()

    def close(self) -> None:
        """Let the file go (and its lock); closing twice does no harm."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def discard(self) -> None:
        """Take the file away."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _append(self, data: bytes) -> None:
        try:
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError:
            # Half a block would hide what is appended after space has returned.
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)


def read_header(path: Path) -> PartHeader:
    """The header of a part. Raises NotAPartError when there is none, OSError when the file cannot be read."""
    with path.open("rb") as file:
        return _header(file)


def blocks(path: Path) -> Iterator[Samples]:
    """The part's samples, block by block, up to its end or to the first thing that does not check."""
    with path.open("rb") as file:
        channels = _header(file).channels
        left = _end_frames(file)
        while left is None or left > 0:
            head = file.read(BLOCK.size)
            if len(head) < BLOCK.size:
                return
            tag, length, crc = BLOCK.unpack(head)
            if tag != PCM or length > LONGEST_BLOCK or length % (2 * channels):
                return
            data = file.read(length)
            if len(data) < length or zlib.crc32(data) != crc:
                return
            samples = np.frombuffer(data, "<i2").reshape(-1, channels)[:left]
            left = None if left is None else left - len(samples)
            yield samples


def was_ended(path: Path) -> bool:
    """Whether the writer said that the part is complete; if not, its end was cut off."""
    with path.open("rb") as file:
        _header(file)
        return _end_frames(file) is not None


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether nobody else holds the part; while inside, nobody else can."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def sync_folder(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _header(file: BinaryIO) -> PartHeader:
    start = file.read(len(MAGIC) + SIZES.size)
    if len(start) < len(MAGIC) + SIZES.size or not start.startswith(MAGIC):
        raise NotAPartError(file.name)
    length, crc = SIZES.unpack(start[len(MAGIC) :])
    text = file.read(length) if length < LONGEST_BLOCK else b""
    if len(text) < length or zlib.crc32(text) != crc:
        raise NotAPartError(file.name)
    try:
        return PartHeader(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise NotAPartError(file.name) from error


def _end_frames(file: BinaryIO) -> int | None:
    """The frames the end block names, or None without one. Leaves the file where it was, after the header."""
    here = file.tell()
    try:
        while True:
            head = file.read(BLOCK.size)
            if len(head) < BLOCK.size:
                return None
            tag, length, crc = BLOCK.unpack(head)
            if tag == END:
                payload = file.read(FRAMES.size)
                return int(FRAMES.unpack(payload)[0]) if length == FRAMES.size and zlib.crc32(payload) == crc else None
            if tag != PCM or length > LONGEST_BLOCK:
                return None
            file.seek(length, os.SEEK_CUR)
    finally:
        file.seek(here)
