"""Sounds for the analyzer's tests: real speech from the bundled calls, and what is made up."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from analyzer.audio import RATE
from hw.interfaces import Samples

CALLS = Path(__file__).parents[2] / "console" / "democalls" / "calls"


def call(name: str = "shoes_perfect") -> Samples:
    """A bundled call, shape (frames, 2); a copy of one's own."""
    return _decoded(name).copy()


@lru_cache(maxsize=4)
def _decoded(name: str) -> Samples:
    samples, rate = soundfile.read(CALLS / f"{name}.flac", dtype="int16", always_2d=True)
    assert rate == RATE
    return np.asarray(samples, np.int16)


def tone(hertz: float, seconds: float, amplitude: float = 8000.0, rate: int = RATE) -> Samples:
    """A sine."""
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


def tune(seconds: float, seed: int = 1) -> Samples:
    """Hold music: half-second chords of plucked notes with three harmonics."""
    random = np.random.default_rng(seed)
    notes = [261.6, 293.7, 329.6, 349.2, 392.0, 440.0, 523.3, 587.3]
    t = np.arange(RATE // 2) / RATE
    chords = []
    for _ in range(round(seconds * 2)):
        chord = sum(
            np.exp(-2 * t) * np.sin(2 * np.pi * note * harmonic * t) / harmonic
            for note in random.choice(notes, 3, replace=False)
            for harmonic in (1, 2, 3)
        )
        chords.append(chord)
    sound = np.concatenate(chords)
    return (sound / np.abs(sound).max() * 12000).astype(np.int16)


def hiss(seconds: float, amplitude: float = 30.0, seed: int = 2) -> Samples:
    """Line noise."""
    return (np.random.default_rng(seed).normal(0, amplitude, round(seconds * RATE))).astype(np.int16)


class HeldAudio:
    """An AudioInput over samples in memory, given out in blocks of any length."""

    def __init__(self, samples: Samples, block: int = 10 * RATE) -> None:
        self._samples = samples if samples.ndim == 2 else samples[:, None]
        self._block = block
        self.duration_s = len(self._samples) / RATE
        self.channels = self._samples.shape[1]
        self.warnings = ()

    def blocks(self):  # type: ignore[no-untyped-def]
        """All frames from the first."""
        for first in range(0, len(self._samples), self._block):
            yield self._samples[first : first + self._block]
