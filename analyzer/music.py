"""Hold music and line tones: sounds whose pitches stand still. They are kept out of recognition, which would make words of them.

A note holds its frequency for a fifth of a second and longer; the harmonics of a voice glide all the time. So the share of a
frame's energy that lies in spectral peaks which have not moved for 0.2 s tells them apart, taken over several seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.detectors import FRAME, Flags
from analyzer.vad import FRAME_S, Frames, Levels, Span, runs
from hw.interfaces import Samples

Shares = NDArray[np.float32]

_FFT = 512  # samples: 64 ms, bins of 15.6 Hz
_LOWEST, _HIGHEST = 8, 224  # bins: 125–3500 Hz, what a telephone line carries
_HELD = 10  # frames (0.2 s) a peak has to stand still
_PROMINENT = 4.0  # times the mean power around it that a peak has to reach
_AROUND = 8  # bins on either side that are "around it"
CHUNK = 250
"""Frames (5 s) over which what never goes away is measured."""

_HUM = 3.0  # times that: mains hum stands still all call long while people talk over it, and must not make music of them


@dataclass(frozen=True)
class Tonal:
    """Frame by frame, the share (0–1) of energy in standing peaks. moving: what never goes away left out, so hum does not count,
    nor does a continuous tone. standing: everything."""

    moving: Shares
    standing: Shares


class MusicListener:
    """Listens to one channel and keeps two numbers a frame of 20 ms; hears by chunks of its own, whatever it is given."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)
        self._before: NDArray[np.bool_] = np.zeros((_HELD - 1, _HIGHEST - _LOWEST), bool)
        self._moving: list[Shares] = []
        self._standing: list[Shares] = []

    def listen(self, samples: Samples) -> None:
        """The channel's next samples, shape (n,); any length."""
        self._rest = np.concatenate((self._rest, samples))
        while len(self._rest) >= CHUNK * FRAME + _FFT:
            self._take(CHUNK)

    def _take(self, count: int) -> None:
        windows = np.lib.stride_tricks.sliding_window_view(self._rest, _FFT)[: count * FRAME : FRAME]
        self._rest = self._rest[count * FRAME :]
        power = np.abs(np.fft.rfft(windows * _hann(), axis=1)[:, _LOWEST:_HIGHEST]).astype(np.float32) ** 2
        peaks = np.concatenate((self._before, _peaks(power)))
        self._before = peaks[-(_HELD - 1) :]
        held = np.lib.stride_tricks.sliding_window_view(peaks, _HELD, axis=0).all(axis=-1)
        # A peak's energy leaks into the bins beside it.
        wide = held | np.pad(held, ((0, 0), (1, 0)))[:, :-1] | np.pad(held, ((0, 0), (0, 1)))[:, 1:]
        self._standing.append(_share(power, wide))
        self._moving.append(_share(np.maximum(power - _HUM * np.percentile(power, 10, axis=0), 0), wide))

    def tonal(self) -> Tonal:
        """What was heard, to the last sample."""
        count = (len(self._rest) - _FFT) // FRAME + 1
        if count > 0:
            self._take(count)
        return self.so_far(0)

    def so_far(self, since: int) -> Tonal:
        """What was heard from frame `since` on, which is to be a multiple of CHUNK while more is to come; whole chunks only."""
        first = since // CHUNK
        if not self._moving[first:]:
            return Tonal(np.zeros(0, np.float32), np.zeros(0, np.float32))
        return Tonal(np.concatenate(self._moving[first:]), np.concatenate(self._standing[first:]))


def _share(power: NDArray[np.float32], chosen: NDArray[np.bool_]) -> Shares:
    share: Shares = ((power * chosen).sum(axis=1) / (power.sum(axis=1) + 1.0)).astype(np.float32)
    return share


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
_CERTAIN, _POSSIBLE = 0.5, 0.3  # share of tonal frames at the heart of a stretch of music, and at its edges
_SHORTEST_S = 3.0
_SILENT_DB = -50.0
_PURE = 0.9  # share of a frame's energy in standing peaks that makes it a tone and nothing else
_TONE_S = 0.3  # a tone lasts at least so long; the shortest on a line, busy, is 0.35 s
_LONG_S = 0.9  # ring-back sounds for 1 s
_AGAIN_S = 3.0  # busy tone sounds four times in so long before or after
_TONE_DB = 0.4  # and its level does not waver by more (standard deviation); a vowel's does


def music_flags(tonal: Tonal, frames: Frames) -> Flags:
    """The frames that are music, as far as it stays possible around a certain heart, or a pure tone of the line."""
    level = frames.level_db
    count = min(len(tonal.moving), len(level))
    audible = level[:count] > _SILENT_DB
    hits, pure = np.zeros(len(level), bool), np.zeros(len(level), bool)
    hits[:count] = (tonal.moving[:count] > _TONAL) & audible
    pure[:count] = (tonal.standing[:count] > _PURE) & audible
    flags = np.zeros(len(level), bool)
    share = _running_mean(hits, round(_OVER_S / FRAME_S))
    for first, past in runs(share >= _POSSIBLE):
        inner = np.flatnonzero(hits[first:past])
        if share[first:past].max() >= _CERTAIN and (inner[-1] - inner[0]) * FRAME_S >= _SHORTEST_S:
            _mark(flags, first + int(inner[0]), first + int(inner[-1]) + 1)
    for first, past in _line_tones(pure, level):
        _mark(flags, first, past)
    return flags


def _line_tones(pure: Flags, level: Levels) -> list[tuple[int, int]]:
    """Runs of pure tone that are long, or come again and again: a single short one may be a vowel that was held."""

    def lasts(run: tuple[int, int], seconds: float) -> bool:
        return (run[1] - run[0] + _HELD) * FRAME_S >= seconds

    steady = [run for run in runs(pure) if lasts(run, _TONE_S) and np.std(level[run[0] : run[1]]) < _TONE_DB]
    return [run for run in steady if lasts(run, _LONG_S) or sum(abs(run[0] - r[0]) * FRAME_S < _AGAIN_S for r in steady) > 3]


def _mark(flags: Flags, first: int, past: int) -> None:
    # A peak is known to stand still only once it has; and a window of the spectrum is three frames long.
    flags[max(0, first - _HELD) : past + _FFT // FRAME] = True


def music_spans(flags: Sequence[Flags]) -> list[Span]:
    """Music on any channel, in seconds."""
    together = np.logical_or.reduce(flags) if flags else np.zeros(0, bool)
    return [(first * FRAME_S, past * FRAME_S) for first, past in runs(together)]


def _running_mean(values: Flags, width: int) -> Shares:
    """Centred; at the ends over what there is."""
    sums = np.concatenate(([0], np.cumsum(values)))
    first = np.clip(np.arange(len(values)) - width // 2, 0, None)
    past = np.clip(np.arange(len(values)) + width - width // 2, None, len(values))
    means: Shares = ((sums[past] - sums[first]) / np.maximum(past - first, width // 2)).astype(np.float32)
    return means
