"""The sound measures behind the emotion model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.emotion.features import FEATURE_NAMES, RATE, features
from hw.interfaces import Samples


def voice(hz: float, seconds: float = 1.0, level: float = 0.3) -> Samples:
    """A buzz with a speaker's pitch: all harmonics of `hz`, falling 6 dB an octave, opening and closing four times a second."""
    t = np.arange(int(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, int(RATE / 2 / hz)))
    return (level * 32767 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * t)) / np.abs(buzz).max()).astype(np.int16)


def measure(clip: Samples, name: str) -> float:
    vector = features(clip)
    assert vector is not None
    return float(vector[FEATURE_NAMES.index(name)])


@pytest.mark.parametrize("hz", [90.0, 150.0, 220.0, 330.0])
def test_pitch_is_found_in_semitones_above_100_hz(hz: float) -> None:
    assert measure(voice(hz), "pitch_median") == pytest.approx(12 * np.log2(hz / 100), abs=0.4)


def test_a_louder_line_reads_the_same() -> None:
    quiet, loud = features(voice(200, level=0.05)), features(voice(200, level=0.8))
    assert quiet is not None and loud is not None
    np.testing.assert_allclose(quiet, loud, atol=0.3)


def test_a_sharper_voice_has_more_highs() -> None:
    sharp = np.diff(voice(200).astype(np.int32), prepend=0).clip(-32768, 32767).astype(np.int16)
    assert measure(sharp, "alpha_mean") > measure(voice(200), "alpha_mean") + 6


def test_silence_and_scraps_tell_nothing() -> None:
    assert features(np.zeros(8000, dtype=np.int16)) is None
    assert features(voice(200, seconds=0.2)) is None


@given(st.integers(0, 20000), st.integers(0, 2**32 - 1))
def test_any_clip_gives_finite_figures_or_none(length: int, seed: int) -> None:
    clip = np.random.default_rng(seed).integers(-32768, 32768, length).astype(np.int16)
    vector = features(clip)
    assert vector is None or (len(vector) == len(FEATURE_NAMES) and np.isfinite(vector).all())
