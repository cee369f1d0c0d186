"""Where somebody speaks: a detector frame by frame, steadied by its neighbours and by level, cut into utterances a side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import RATE
from analyzer.detectors import FRAME, Flags, detector
from hw.interfaces import Samples

FRAME_S = FRAME / RATE
SILENCE_DB = -90.0
Levels = NDArray[np.float32]
Span = tuple[float, float]
"""Start and end in seconds from the call's first frame."""

_REACH, _HEART = (3, 5), (8, 11)  # so many set of so many frames: at the edges of a run, and somewhere within it
_BELOW_SPEECH_DB = 35.0  # frames so far under the side's own speech are room noise that the detector took for a voice
_QUIETEST_DB = -58.0  # and so are frames under this, whatever the side's level


@dataclass(frozen=True)
class Frames:
    """One channel, frame by frame (20 ms). voiced: what the detector said. level_db: dBFS (RMS), never under SILENCE_DB."""

    voiced: Flags
    level_db: Levels


class FrameListener:
    """Listens to one channel block by block and keeps two small numbers a frame: an hour is under a megabyte."""

    def __init__(self, name: str = "webrtc") -> None:
        self._detector = detector(name)
        self._rest: Samples = np.zeros(0, np.int16)
        self._levels: list[Levels] = []

    def listen(self, samples: Samples) -> None:
        """The channel's next samples, shape (n,); any length."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        if whole:
            self._take(np.ascontiguousarray(joined[:whole]).reshape(-1, FRAME))

    def _take(self, frames: Samples) -> None:
        self._detector.listen(frames)
        self._levels.append(levels_db(frames))

    def frames(self) -> Frames:
        """All frames so far; the last one filled up with silence."""
        if len(self._rest):
            self.listen(np.zeros(FRAME - len(self._rest), np.int16))
        if not self._levels:
            return Frames(np.zeros(0, bool), np.zeros(0, np.float32))
        return Frames(self._detector.flags(), np.concatenate(self._levels))


def levels_db(frames: Samples) -> Levels:
    """RMS of each row in dBFS (0 dB: a square wave at full scale)."""
    power = np.mean(np.square(frames.astype(np.float32) / 32768.0), axis=-1)
    levels: Levels = np.maximum(10 * np.log10(power + 1e-12), SILENCE_DB).astype(np.float32)
    return levels


def speech_flags(frames: Frames) -> Flags:
    """The frames with speech: voiced, loud enough beside the side's own speech, and so are most of their neighbours."""
    if not frames.voiced.any():
        return frames.voiced
    speech_db = float(np.percentile(frames.level_db[frames.voiced], 90))
    candidates = frames.voiced & (frames.level_db > max(_QUIETEST_DB, speech_db - _BELOW_SPEECH_DB))
    return _steadied(candidates)


def _steadied(flags: Flags) -> Flags:
    """N of M, twice: loosely for how far a run reaches, so that its soft ends stay; strictly for whether it is one at all, since
    the knocks of a keyboard seldom come so thickly."""
    reach, heart = _n_of_m(flags, *_REACH), _n_of_m(flags, *_HEART)
    for first, past in runs(reach):
        if not heart[first:past].any():
            reach[first:past] = False
    return reach


def _n_of_m(flags: Flags, needed: int, window: int) -> Flags:
    """The frames with at least `needed` set among the `window` around them."""
    padded = np.pad(flags.astype(np.int16), window // 2)
    return np.asarray(np.convolve(padded, np.ones(window, np.int16), mode="valid") >= needed)


def runs(flags: Flags) -> list[tuple[int, int]]:
    """The runs of set frames as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(first), int(past)) for first, past in edges.reshape(-1, 2)]
