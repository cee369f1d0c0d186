"""A call's sound as one WAV file that is never written: any byte range is made from the call's frames when asked for.

That is what lets a call of several parts play as one, start at once and jump to the exact frame, whatever its length.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from typing import Protocol

from hw.interfaces import Samples
from hw.messages import UserError

log = logging.getLogger(__name__)

HEADER_BYTES = 44
SAMPLE_BYTES = 2
BLOCK_FRAMES = 65536
_LIMIT = 0xFFFFFFFF - 36  # the size fields of RIFF have 32 bits; 4 GiB is 37 hours of two channels at 8 kHz


class Soundtrack(Protocol):
    """A call's audio as one run of frames: recorder.audio.files.CallAudio."""

    rate: int  # frames per second
    channels: int  # 1, or 2 with the agent left and the customer right
    frames: int

    def read(self, start: int, count: int) -> Samples:
        """`count` frames from `start`, fewer at the end, shape (frames, channels). Raises UserError on a damaged file."""


def total_bytes(track: Soundtrack) -> int:
    """The length of the whole WAV file."""
    return HEADER_BYTES + data_bytes(track)


def data_bytes(track: Soundtrack) -> int:
    """The length of its samples."""
    return min(track.frames * track.channels * SAMPLE_BYTES, _LIMIT)


def frames_of(track: Soundtrack, first: int, length: int) -> tuple[int, int]:
    """The frames, from and up to, that these bytes of the WAV file are made of."""
    frame_bytes = track.channels * SAMPLE_BYTES
    start, end = max(0, first - HEADER_BYTES), max(0, first + length - HEADER_BYTES)
    return start // frame_bytes, -(-end // frame_bytes)


def header(track: Soundtrack) -> bytes:
    """The canonical 44-byte header of 16-bit PCM (Microsoft RIFF/WAVE, format tag 1)."""
    frame_bytes = track.channels * SAMPLE_BYTES
    size = data_bytes(track)
    riff = struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, track.channels, track.rate, track.rate * frame_bytes, frame_bytes, 16)
    return riff + form + struct.pack("<4sI", b"data", size)


def read_range(track: Soundtrack, first: int, length: int) -> Iterator[bytes]:
    """Bytes `first` to `first + length` of the WAV file, in blocks. The range lies within the file. Ends early, so that the player
    sees that something is wrong, when a file of the call turns out to be damaged."""
    if first < HEADER_BYTES:
        piece = header(track)[first : first + length]
        yield piece
        first, length = HEADER_BYTES, length - len(piece)
    try:
        yield from _samples(track, first - HEADER_BYTES, length)
    except UserError as error:
        log.error("%s", error)


def _samples(track: Soundtrack, offset: int, length: int) -> Iterator[bytes]:
    frame_bytes = track.channels * SAMPLE_BYTES
    while length > 0:
        frame, inside = divmod(offset, frame_bytes)
        count = min(BLOCK_FRAMES, -(-(inside + length) // frame_bytes))
        piece = track.read(frame, count).astype("<i2", copy=False).tobytes()[inside : inside + length]
        yield piece
        offset, length = offset + len(piece), length - len(piece)
