"""The audio sources, all held to one contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hw.alsa import AlsaSource
from hw.clock import ManualClock
from hw.decimate import DecimatedSource
from hw.interfaces import AudioSource, Samples
from hw.paced import PacedSource
from hw.simulated.tap import alsa_config
from tests.contracts.audiosource import AudioSourceContract
from tests.hw.fakes import MemorySource


def _random(channels: int) -> Samples:
    return np.random.default_rng(7).integers(-32768, 32768, (8000, channels)).astype(np.int16)


class TestMemorySource(AudioSourceContract):
    @pytest.fixture
    def expected(self) -> Samples:
        return _random(3)

    @pytest.fixture
    def source(self, expected: Samples) -> AudioSource:
        return MemorySource(expected)


class TestPacedSource(AudioSourceContract):
    @pytest.fixture
    def expected(self) -> Samples:
        return _random(2)

    @pytest.fixture
    def source(self, expected: Samples) -> AudioSource:
        return PacedSource(MemorySource(expected), ManualClock(100.0), 100.0, 1.0)


class TestDecimatedSource(AudioSourceContract):
    """A slow ramp passes an anti-alias filter as it is, give or take rounding."""

    tolerance = 4

    @pytest.fixture
    def expected(self) -> Samples:
        return slow(8000)

    @pytest.fixture
    def source(self) -> AudioSource:
        return DecimatedSource(MemorySource(slow(48000), 48000, 4800))


class AlsaContract(AudioSourceContract):
    """Real pyalsaaudio and alsa-lib, over alsa-lib's file plugin."""

    channels, rate = 16, 8000

    @pytest.fixture
    def expected(self) -> Samples:
        return _random(self.channels)

    @pytest.fixture
    def source(self, expected: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AudioSource:
        raw = tmp_path / "a folder" / 'x "16".raw'
        raw.parent.mkdir()
        raw.write_bytes(expected.astype("<i2").tobytes())
        config = tmp_path / "asound.conf"
        config.write_text(alsa_config("contract", raw))
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
        return AlsaSource("contract", self.channels, self.rate, 100)


class TestAlsaSource(AlsaContract):
    """Sixteen channels: eight pair lines."""


class TestAlsaSourceOf48Channels(AlsaContract):
    """Twenty-four pair lines on one device."""

    channels = 48


class TestAlsaSourceAt48kHz(AlsaContract):
    """A sound card's own rate."""

    channels, rate = 24, 48000


def slow(rate: int) -> Samples:
    """A second of one slow wave that begins at rest (a filter needs a run-up), the same at every rate; two channels."""
    seconds = np.arange(rate) / rate
    wave = np.rint(12000 * (1 - np.cos(2 * np.pi * seconds)) / 2).astype(np.int16)
    return np.stack([wave, -wave], axis=1)
