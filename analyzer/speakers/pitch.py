"""The pitch of a voice, frame by frame: the autocorrelation method of Boersma ("Accurate short-term analysis of the fundamental
frequency", IFA Proceedings 17, 1993) at the analyzer's own frames of 20 ms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import RATE
from analyzer.detectors import FRAME
from hw.interfaces import Samples

Floats = NDArray[np.float32]

UNVOICED = np.float32(-100.0)
"""Stands for "no pitch" among semitones."""
REFERENCE_HZ = 100.0
"""0 semitones."""
WINDOW = 320
"""Samples a pitch is taken over: 40 ms, nearly three periods of the lowest voice."""
_PITCH_HZ = (70.0, 400.0)
_VOICED = 0.5  # normalised autocorrelation; Boersma's 0.45, and lines are noisier than studios
_OCTAVE_COST = 0.02  # favours the higher of two equally good pitches (Boersma's is 0.01)
_TOO_HIGH = round(1200 * 2 * WINDOW / RATE)  # bin (1200 Hz): lags are whole samples, which higher harmonics do not fit
_QUIETEST_DB = -55.0  # below it a frame is not looked at: half of a call is silence
_LAGS = np.arange(int(RATE / _PITCH_HZ[1]), int(RATE / _PITCH_HZ[0]) + 1)
_SEMITONES = (12 * np.log2(RATE / _LAGS / REFERENCE_HZ)).astype(np.float32)
_COST = (_OCTAVE_COST * np.log2(_LAGS / _LAGS[0])).astype(np.float32)
_SHAPE = np.hanning(WINDOW).astype(np.float32)


class PitchListener:
    """Listens to one channel block by block and keeps one number a frame."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros((WINDOW - FRAME) // 2, np.int16)  # windows are centred on their frames
        self._kept: list[Floats] = []

    def listen(self, samples: Samples) -> None:
        """The channel's next samples, shape (n,); any length."""
        self._rest = np.concatenate((self._rest, samples))
        count = (len(self._rest) - WINDOW) // FRAME + 1
        if count > 0:
            windows = np.lib.stride_tricks.sliding_window_view(self._rest, WINDOW)[: count * FRAME : FRAME]
            self._kept.append(pitches(windows))
            self._rest = self._rest[count * FRAME :]

    def semitones(self, frames: int) -> Floats:
        """The pitch of each of the first `frames` frames above REFERENCE_HZ; UNVOICED where there is none."""
        self.listen(np.zeros(WINDOW, np.int16))
        found = np.concatenate(self._kept) if self._kept else np.zeros(0, np.float32)
        return np.pad(found[:frames], (0, max(0, frames - len(found))), constant_values=UNVOICED)


def pitches(windows: Samples) -> Floats:
    """The pitch of each row of WINDOW samples in semitones, or UNVOICED."""
    found = np.full(len(windows), UNVOICED, np.float32)
    scaled = windows.astype(np.float32) / np.float32(32768)
    loud = np.flatnonzero(np.mean(np.square(scaled), axis=1) > 10 ** (_QUIETEST_DB / 10))
    if not len(loud):
        return found
    chosen = scaled[loud]
    correlation = _autocorrelation((chosen - chosen.mean(axis=1, keepdims=True)) * _SHAPE)
    normal = correlation[:, _LAGS] / np.maximum(correlation[:, :1], np.float32(1e-12)) / _window_at_lags()
    best = np.argmax(normal - _COST, axis=1)
    voiced = normal[np.arange(len(best)), best] > _VOICED
    found[loud[voiced]] = _SEMITONES[best[voiced]]
    return found


def _autocorrelation(frames: Floats) -> Floats:
    spectrum = np.fft.rfft(frames, 2 * WINDOW)
    spectrum[:, _TOO_HIGH:] = 0
    return np.fft.irfft(spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)


def _window_at_lags() -> Floats:
    """The window's own autocorrelation, which is divided out (Boersma, eq. 9)."""
    of_window = _autocorrelation(_SHAPE[None])[0]
    return np.asarray(of_window[_LAGS] / of_window[0], np.float32)
