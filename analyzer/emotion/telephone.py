"""What a telephone line does to a clip, for training: band, noise and µ-law, each clip its own line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hw.interfaces import Samples

RATE = 8000
BAND_HZ = (300.0, 3400.0)
"""The telephone band (ITU-T G.712)."""
MU = 255.0
"""µ-law's constant (ITU-T G.711)."""


def mu_law(clip: Samples) -> Samples:
    """Through a µ-law codec of 8 bits and back (the continuous law of G.711)."""
    x = np.clip(clip / 32768.0, -1, 1)
    y = np.sign(x) * np.log1p(MU * np.abs(x)) / np.log1p(MU)
    y = np.round(y * 127) / 127
    return np.asarray(np.sign(y) * np.expm1(np.abs(y) * np.log1p(MU)) / MU * 32767, dtype=np.int16)


def on_a_line(clip: Samples, random: np.random.Generator) -> Samples:
    """The clip as a telephone line might bring it: at another level, in the telephone band, with line noise, through µ-law."""
    spoken = _band_passed(clip.astype(np.float64))
    loud = 10 ** (random.uniform(-10, 4) / 20) * spoken
    noise = random.standard_normal(len(loud)) * np.sqrt(np.mean(loud**2)) * 10 ** (-random.uniform(18, 35) / 20)
    return mu_law(np.clip(loud + noise, -32768, 32767).astype(np.int16))


def _band_passed(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """With slopes of 12 dB an octave below and 24 above, as of a line transformer and a codec's filter."""
    hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    gain = 1 / np.sqrt(1 + (BAND_HZ[0] * 0.8 / np.maximum(hz, 1.0)) ** 4) / np.sqrt(1 + (hz / (BAND_HZ[1] * 1.05)) ** 8)
    return np.fft.irfft(np.fft.rfft(samples) * gain, len(samples))
