"""A device that runs at a multiple of the telephone's 8 kHz, brought down to 8 kHz with an anti-alias filter (soxr)."""

from __future__ import annotations

from collections import deque

import numpy as np
import soxr

from hw.interfaces import AudioBlock, AudioSource, Samples

LINE_RATE = 8000
"""Frames per second of a recorded line: telephone speech ends at 3.4 kHz (ITU-T G.712)."""

QUALITY = "MQ"
"""soxr's medium filter: flat to 3.6 kHz (0.01 dB), what lies above 4.2 kHz comes back below -88 dB, which is 16-bit rounding. It
holds back up to 0.11 s. High quality gains nothing here; low quality takes 8 dB off 3.4 kHz. Figures: docs/measurements.md."""


class DecimatedSource:
    """`source` at 8 kHz. Its rate must be a multiple of 8000; frames it lost are counted at 8 kHz too, to the frame.

    Reading raises what the source raises; what the filter still held of a source that failed is lost with it.
    """

    def __init__(self, source: AudioSource) -> None:
        if source.rate % LINE_RATE:
            raise ValueError(f"{source.rate} frames per second is no multiple of {LINE_RATE}")
        self._source = source
        self._factor = source.rate // LINE_RATE
        self._filter = self._new_filter()
        self._ready: deque[AudioBlock] = deque()
        self._taken = 0  # frames of the source since it was opened, lost ones included
        self._given = 0  # the same at 8 kHz

    @property
    def rate(self) -> int:
        """Frames per second: 8000."""
        return LINE_RATE

    @property
    def channels(self) -> int:
        """Channels per frame."""
        return self._source.channels

    def open(self) -> None:
        """Open the source. Raises what that raises."""
        self._source.open()
        self._filter = self._new_filter()
        self._ready.clear()
        self._taken = self._given = 0

    def read(self) -> AudioBlock:
        """The next frames at 8 kHz; blocks are not all of one length, since the filter works in steps of its own."""
        while not self._ready:
            self._take(self._source.read())
        return self._ready.popleft()

    def close(self) -> None:
        """Close the source; closing twice does no harm."""
        self._source.close()
        self._ready.clear()

    def _take(self, block: AudioBlock) -> None:
        lost = self._lose(block.lost_frames) if block.lost_frames else 0
        self._taken += len(block.samples)
        samples = self._filter.resample_chunk(block.samples)
        if len(samples) or lost:
            self._give(samples, lost)

    def _lose(self, frames: int) -> int:
        """Give what the filter holds from before the loss; the loss in frames at 8 kHz, so that the sum stays true."""
        before = self._taken // self._factor - self._given
        tail = self._filter.resample_chunk(np.zeros((0, self.channels), np.int16), last=True)[:before]
        if len(tail):
            self._give(tail, 0)
        self._filter = self._new_filter()
        self._taken += frames
        return self._taken // self._factor - self._given

    def _give(self, samples: Samples, lost: int) -> None:
        self._given += len(samples) + lost
        self._ready.append(AudioBlock(samples.reshape(-1, self.channels), lost))

    def _new_filter(self) -> soxr.ResampleStream:
        return soxr.ResampleStream(self._source.rate, LINE_RATE, self._source.channels, dtype="int16", quality=QUALITY)
