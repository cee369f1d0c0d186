"""Made-up voices: a buzz of a known pitch through the resonances of a vocal tract, and conversations of two of them."""

from __future__ import annotations

import numpy as np

from analyzer.audio import RATE
from hw.interfaces import Samples


def buzz(hertz: float, seconds: float, formants: tuple[float, ...] = (500.0, 1500.0, 2500.0), seed: int = 1) -> Samples:
    """Harmonics of `hertz` up to 3.6 kHz, strongest around the formants, each with a phase of its own."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(t))
    for harmonic in np.arange(hertz, 3600.0, hertz):
        gain = sum(1 / (1 + ((harmonic - formant) / 120) ** 2) for formant in formants) + 0.02
        sound += gain * np.sin(2 * np.pi * harmonic * t + random.uniform(0, 2 * np.pi))
    return np.asarray(sound / np.abs(sound).max() * 8000, np.int16)
