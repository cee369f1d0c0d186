"""Pitch of made-up voices with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.speakers.pitch import REFERENCE_HZ, UNVOICED, PitchListener
from tests.analyzer.sounds import call, hiss
from tests.analyzer.voices import buzz


def _heard(samples: np.ndarray, block: int = 8000) -> np.ndarray:
    listener = PitchListener()
    for first in range(0, len(samples), block):
        listener.listen(samples[first : first + block])
    return listener.semitones(len(samples) // 160)


@pytest.mark.parametrize("hertz", [90.0, 130.0, 210.0, 330.0])
def test_the_pitch_of_a_steady_voice(hertz: float) -> None:
    found = _heard(buzz(hertz, 1.0))[3:-3]
    assert (found > UNVOICED).all()
    assert np.median(found) == pytest.approx(12 * np.log2(hertz / REFERENCE_HZ), abs=0.6)


def test_hiss_and_silence_have_none() -> None:
    assert (_heard(hiss(2.0, 500.0)) > UNVOICED).mean() < 0.02
    assert (_heard(np.zeros(8000, np.int16)) == UNVOICED).all()


@pytest.mark.parametrize("block", [37, 160, 1000, 10**6])
def test_blocks_of_any_length_hear_the_same(block: int) -> None:
    speech = call()[8000:24000, 0]
    assert np.array_equal(_heard(speech, block), _heard(speech))


def test_there_is_a_value_for_every_frame() -> None:
    assert len(PitchListener().semitones(5)) == 5
