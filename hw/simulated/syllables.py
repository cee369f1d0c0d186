"""Noise that passes for speech on many channels at once: for benches and fault runs, in which no two stretches
may be alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hw.interfaces import Samples

LOUD, HUSHED = 2000.0, 0.02
"""RMS of a syllable in 16-bit steps, and what is left of it between two."""


def syllables(seconds: int, channels: int, rate: int) -> Iterator[Samples]:
    """Blocks of one second, shape (rate, channels), 16 bit: noise in syllables, four a second, the channels' out of step. Loud
    enough for a voice detector's gate, and compresses badly."""
    random = np.random.default_rng(1)
    for second in range(seconds):
        time_s = (second * rate + np.arange(rate))[:, None] / rate
        loudness = np.maximum(HUSHED, np.sin(2 * np.pi * (2 * time_s + np.arange(channels) / channels)))
        yield np.clip(random.normal(0, LOUD, (rate, channels)) * loudness, -32768, 32767).astype(np.int16)
