"""One channel of a call that goes on: the last two minutes of what the first pass over a call keeps of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.detectors import FRAME, detector
from analyzer.music import CHUNK, MusicListener, Tonal
from analyzer.vad import SILENCE_DB, Frames, levels_db
from hw.interfaces import Samples

KEPT_FRAMES = 6000
"""Frames (two minutes) that levels are compared over."""


class Channel:
    """Listens to one channel. heard: whole frames so far."""

    def __init__(self, vad: str) -> None:
        self._detector = detector(vad)
        self._music = MusicListener()
        self._rest: Samples = np.zeros(0, np.int16)
        self._samples: Samples = np.zeros(0, np.int16)
        self._levels: NDArray[np.float32] = np.zeros(0, np.float32)
        self.heard = 0

    def listen(self, samples: Samples) -> None:
        """The next samples, shape (n,); any length."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        if not whole:
            return
        frames = np.ascontiguousarray(joined[:whole]).reshape(-1, FRAME)
        self._detector.listen(frames)
        self._music.listen(joined[:whole])
        self._levels = np.concatenate((self._levels, levels_db(frames)))[-KEPT_FRAMES - CHUNK :]
        self._samples = np.concatenate((self._samples, joined[:whole]))[-(KEPT_FRAMES + CHUNK) * FRAME :]
        self.heard += whole // FRAME

    @property
    def since(self) -> int:
        """The frame with which what is kept begins: a multiple of CHUNK."""
        return max(0, self.heard - KEPT_FRAMES) // CHUNK * CHUNK

    def frames(self) -> Frames:
        """From `since` on. What the detector cannot tell yet is not voiced."""
        count = self.heard - self.since
        voiced = np.zeros(count, bool)
        known = self._detector.so_far(self.since)[:count]
        voiced[: len(known)] = known
        level = np.full(count, SILENCE_DB, np.float32)
        kept = self._levels[-count:] if count else self._levels[:0]
        level[count - len(kept) :] = kept
        return Frames(voiced, level)

    def tonal(self, *, final: bool = False) -> Tonal:
        """From `since` on, as far as it is known. final: nothing more comes."""
        if final:
            self._music.tonal()
        return self._music.so_far(self.since)

    def cut(self, first: int, past: int) -> Samples:
        """The samples of frames first..past-1 of the call, as far as they are kept."""
        begin = self.heard - len(self._samples) // FRAME
        return self._samples[max(0, first - begin) * FRAME : max(0, past - begin) * FRAME].copy()
