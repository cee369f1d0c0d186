"""How a voice and the line it comes over colour the spectrum, frame by frame: mel cepstra without the level (Davis and Mermelstein,
IEEE Trans. ASSP 28(4), 1980), within the telephone band."""

from __future__ import annotations

import numpy as np

from analyzer.audio import RATE
from analyzer.detectors import FRAME
from analyzer.speakers.pitch import Floats
from hw.interfaces import Samples

CEPSTRA = 16
"""Numbers a frame."""
_WINDOW = 256  # samples: 32 ms
_MELS = 24
_BAND_HZ = (200.0, 3600.0)


class TimbreListener:
    """Listens to one channel and keeps CEPSTRA small numbers a frame of 20 ms (an hour: 6 MB)."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros((_WINDOW - FRAME) // 2, np.int16)  # windows are centred on their frames
        self._kept: list[Floats] = []

    def listen(self, samples: Samples) -> None:
        """The channel's next samples, shape (n,); any length."""
        self._rest = np.concatenate((self._rest, samples))
        count = (len(self._rest) - _WINDOW) // FRAME + 1
        if count > 0:
            windows = np.lib.stride_tricks.sliding_window_view(self._rest, _WINDOW)[: count * FRAME : FRAME]
            self._kept.append(cepstra(windows).astype(np.float16))
            self._rest = self._rest[count * FRAME :]

    def cepstra(self, frames: int) -> Floats:
        """The first `frames` frames, shape (frames, CEPSTRA)."""
        self.listen(np.zeros(_WINDOW, np.int16))
        found = np.concatenate(self._kept)[:frames].astype(np.float32)
        return np.pad(found, ((0, frames - len(found)), (0, 0)))


def cepstra(windows: Samples) -> Floats:
    """Rows 1 to CEPSTRA of the cosine transform of the log mel spectrum; row 0, the level, is left out."""
    scaled = windows.astype(np.float32) / np.float32(32768)
    spectrum = np.fft.rfft(scaled * _SHAPE, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)
    return np.asarray(np.log(power @ _MEL + np.float32(1e-7)) @ _COSINES, np.float32)


def _mel_filters() -> Floats:
    """Triangles, equally wide on the mel scale (O'Shaughnessy's formula, 2595 log10(1 + f / 700))."""
    low_mel, high_mel = (2595 * np.log10(1 + hz / 700) for hz in _BAND_HZ)
    edges = 700 * (10 ** (np.linspace(low_mel, high_mel, _MELS + 2) / 2595) - 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    filters = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return np.asarray(filters.T, dtype=np.float32)


def _cosines() -> Floats:
    phase = np.pi / _MELS * np.outer(np.arange(_MELS) + 0.5, np.arange(1, CEPSTRA + 1))
    return np.asarray(np.cos(phase) * np.sqrt(2 / _MELS), dtype=np.float32)


_SHAPE = np.hanning(_WINDOW).astype(np.float32)
_MEL = _mel_filters()
_COSINES = _cosines()
