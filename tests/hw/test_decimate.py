"""From a device's rate to the telephone's: what is heard, what is not, and that no frame goes missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.decimate import DecimatedSource
from hw.errors import EndOfAudio
from hw.interfaces import AudioBlock, Samples
from tests.hw.fakes import MemorySource


def sine(hertz: float, rate: int, seconds: float = 2.0) -> Samples:
    wave = 16000 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)
    return np.rint(wave).astype(np.int16)[:, None]


def read_all(source: DecimatedSource) -> list[AudioBlock]:
    blocks: list[AudioBlock] = []
    source.open()
    try:
        while True:
            blocks.append(source.read())
    except EndOfAudio:
        source.close()
        return blocks


def level_db(samples: Samples) -> float:
    """Against the sine that went in."""
    return 20 * np.log10(max(1e-3, float(np.sqrt(np.mean(samples.astype(float) ** 2)))) / (16000 / np.sqrt(2)))


def heard(hertz: float, rate: int) -> float:
    source = DecimatedSource(MemorySource(sine(hertz, rate), rate, rate // 10))
    return level_db(np.concatenate([block.samples for block in read_all(source)])[1600:-800])


@pytest.mark.parametrize("rate", [16000, 32000, 48000])
def test_telephone_speech_passes_and_what_is_above_does_not_fold_back(rate: int) -> None:
    assert heard(3400, rate) == pytest.approx(0.0, abs=0.1)
    assert heard(4600, rate) < -80
    assert heard(rate / 2 - 700, rate) < -80


def test_channels_stay_apart_and_in_their_place() -> None:
    tones = np.hstack([sine(400, 48000), np.zeros((96000, 1), np.int16), sine(1000, 48000)])
    samples = np.concatenate([block.samples for block in read_all(DecimatedSource(MemorySource(tones, 48000, 4800)))])
    assert level_db(samples[1600:-800, 1]) < -80
    expected = np.hstack([sine(400, 8000), np.zeros((16000, 1), np.int16), sine(1000, 8000)])[: len(samples)]
    assert np.abs(samples.astype(int) - expected)[800:-800].max() < 20


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([16000, 32000, 48000]), st.dictionaries(st.integers(1, 18), st.integers(1, 99_999), max_size=4))
def test_every_frame_is_accounted_for(rate: int, lost: dict[int, int]) -> None:
    """After each loss the sum of frames given and lost is that of the device, divided."""
    source = DecimatedSource(MemorySource(np.zeros((2 * rate, 2), np.int16), rate, rate // 10, lost))
    given, taken = 0, sum(lost.values())
    blocks = read_all(source)
    for block in blocks:
        given += block.lost_frames + len(block.samples)
    held = (2 * rate + taken) // (rate // 8000) - given
    assert 0 <= held <= 0.15 * 8000
    assert sum(block.lost_frames > 0 for block in blocks) <= len(lost)
    assert abs(sum(block.lost_frames for block in blocks) - taken / (rate // 8000)) <= 2 * len(lost)


def test_a_rate_that_is_no_multiple_is_refused() -> None:
    with pytest.raises(ValueError, match="44100"):
        DecimatedSource(MemorySource(np.zeros((10, 1), np.int16), 44100))
