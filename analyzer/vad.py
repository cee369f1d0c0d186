"""Where somebody speaks: webrtcvad frame by frame, steadied by its neighbours and by level, cut into utterances a side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from analyzer.audio import RATE
from hw.interfaces import Samples

FRAME = 160  # samples a frame: 20 ms, one of the three lengths webrtcvad takes
FRAME_S = FRAME / RATE
SILENCE_DB = -90.0
Flags = NDArray[np.bool_]
Levels = NDArray[np.float32]
Span = tuple[float, float]
"""Start and end in seconds from the call's first frame."""

_MODE = 2  # webrtcvad's aggressiveness, 0–3: at 3 the soft ends of read Mandarin go missing
_WINDOW, _NEEDED = 5, 3  # a frame counts as speech when so many of the frames around it do: one key click has no neighbours
_BELOW_SPEECH_DB = 35.0  # frames so far under the side's own speech are room noise that webrtcvad took for a voice
_QUIETEST_DB = -58.0  # and so are frames under this, whatever the side's level


@dataclass(frozen=True)
class Frames:
    """One channel, frame by frame (20 ms). voiced: what webrtcvad said. level_db: dBFS (RMS), never under SILENCE_DB."""

    voiced: Flags
    level_db: Levels


class FrameListener:
    """Listens to one channel block by block and keeps two small numbers a frame: an hour is under a megabyte."""

    def __init__(self, detector: str = "webrtc") -> None:
        assert detector == "webrtc"
        self._vad = webrtcvad.Vad(_MODE)
        self._rest: Samples = np.zeros(0, np.int16)
        self._voiced: list[Flags] = []
        self._levels: list[Levels] = []

    def listen(self, samples: Samples) -> None:
        """The channel's next samples, shape (n,); any length."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        if whole:
            self._take(np.ascontiguousarray(joined[:whole]).reshape(-1, FRAME))

    def _take(self, frames: Samples) -> None:
        self._voiced.append(np.fromiter((self._vad.is_speech(frame.tobytes(), RATE) for frame in frames), bool, len(frames)))
        self._levels.append(levels_db(frames))

    def frames(self) -> Frames:
        """All frames so far; the last one filled up with silence."""
        if len(self._rest):
            self.listen(np.zeros(FRAME - len(self._rest), np.int16))
        if not self._voiced:
            return Frames(np.zeros(0, bool), np.zeros(0, np.float32))
        return Frames(np.concatenate(self._voiced), np.concatenate(self._levels))


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
    """N of M: frame i stays when at least _NEEDED of the _WINDOW frames around it are set."""
    padded = np.pad(flags.astype(np.int16), _WINDOW // 2)
    steady: Flags = np.convolve(padded, np.ones(_WINDOW, np.int16), mode="valid") >= _NEEDED
    return steady


def runs(flags: Flags) -> list[tuple[int, int]]:
    """The runs of set frames as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(first), int(past)) for first, past in edges.reshape(-1, 2)]
