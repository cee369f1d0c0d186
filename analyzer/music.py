"""Hold music and line tones: sounds whose pitches stand still. They are kept out of recognition, which would make words of them.

A note holds its frequency for a fifth of a second and longer; the harmonics of a voice glide all the time. So the share of a
frame's energy that lies in spectral peaks which have not moved for 0.2 s tells them apart, taken over several seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.vad import FRAME, FRAME_S, Flags, Frames, Span, runs
from hw.interfaces import Samples

Shares = NDArray[np.float32]

_FFT = 512  # samples: 64 ms, bins of 15.6 Hz
_LOWEST, _HIGHEST = 8, 224  # bins: 125–3500 Hz, what a telephone line carries
_HELD = 10  # frames (0.2 s) a peak has to stand still
_PROMINENT = 4.0  # times the mean power around it that a peak has to reach
_AROUND = 8  # bins on either side that are "around it"


class MusicListener:
    """Listens to one channel block by block; keeps one number a frame of 20 ms."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)
        self._before: NDArray[np.bool_] = np.zeros((_HELD - 1, _HIGHEST - _LOWEST), bool)
        self._shares: list[Shares] = []

    def listen(self, samples: Samples) -> None:
        """The channel's next samples, shape (n,); any length."""
        joined = np.concatenate((self._rest, samples))
        count = max(0, (len(joined) - _FFT) // FRAME + 1)
        if count:
            windows = np.lib.stride_tricks.sliding_window_view(joined, _FFT)[: count * FRAME : FRAME]
            self._take(windows)
        self._rest = joined[count * FRAME :]

    def _take(self, windows: Samples) -> None:
        power = np.abs(np.fft.rfft(windows * _hann(), axis=1)[:, _LOWEST:_HIGHEST]).astype(np.float32) ** 2
        peaks = np.concatenate((self._before, _peaks(power)))
        held = np.lib.stride_tricks.sliding_window_view(peaks, _HELD, axis=0).all(axis=-1)
        # A peak's energy leaks into the bins beside it.
        wide = held | np.pad(held, ((0, 0), (1, 0)))[:, :-1] | np.pad(held, ((0, 0), (0, 1)))[:, 1:]
        self._shares.append(((power * wide).sum(axis=1) / (power.sum(axis=1) + 1.0)).astype(np.float32))
        self._before = peaks[-(_HELD - 1) :]

    def tonal(self) -> Shares:
        """Share (0–1) of each frame's energy that lies in standing peaks."""
        return np.concatenate(self._shares) if self._shares else np.zeros(0, np.float32)


def _hann() -> NDArray[np.float32]:
    return np.hanning(_FFT).astype(np.float32)


def _peaks(power: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Bins that stand out of their surroundings; one bin to either side counts too, since a note may lie between two."""
    sums = np.cumsum(np.pad(power, ((0, 0), (_AROUND + 1, _AROUND))), axis=1)
    around = (sums[:, 2 * _AROUND + 1 :] - sums[:, : -2 * _AROUND - 1]) / (2 * _AROUND + 1)
    peaks: NDArray[np.bool_] = power > _PROMINENT * around
    return peaks


_TONAL = 0.3  # a frame is tonal from this share on
_OVER_S = 5.0  # seconds over which frames are counted: no vowel lasts, every tune does
_CERTAIN, _POSSIBLE = 0.55, 0.3  # share of tonal frames at the heart of a stretch of music, and at its edges
_SHORTEST_S = 3.0
_SILENT_DB = -50.0


def music_flags(tonal: Shares, frames: Frames) -> Flags:
    """The frames that are music or a steady tone: stretches that hold a certain heart, as far as they stay possible."""
    level = frames.level_db
    count = min(len(tonal), len(level))
    hits = np.zeros(len(level), np.float32)
    hits[:count] = (tonal[:count] > _TONAL) & (level[:count] > _SILENT_DB)
    share = _running_mean(hits, round(_OVER_S / FRAME_S))
    flags = np.zeros(len(level), bool)
    for first, past in runs(share >= _POSSIBLE):
        inner = np.flatnonzero(hits[first:past])
        if share[first:past].max() >= _CERTAIN and (inner[-1] - inner[0]) * FRAME_S >= _SHORTEST_S:
            flags[first + inner[0] : first + inner[-1] + 1] = True
    return flags


def music_spans(flags: Sequence[Flags]) -> list[Span]:
    """Music on any channel, in seconds."""
    together = np.logical_or.reduce(flags) if flags else np.zeros(0, bool)
    return [(first * FRAME_S, past * FRAME_S) for first, past in runs(together)]


def _running_mean(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Centred; at the ends over what there is."""
    sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    first = np.clip(np.arange(len(values)) - width // 2, 0, None)
    past = np.clip(np.arange(len(values)) + width - width // 2, None, len(values))
    means: NDArray[np.float32] = ((sums[past] - sums[first]) / np.maximum(past - first, width // 2)).astype(np.float32)
    return means
