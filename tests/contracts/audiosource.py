"""What every audio source must do, simulated or real."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import pytest

from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioSource, Samples


class AudioSourceContract:
    """Subclasses say how to make a source; `expected` is what it plays (its first frames at least). tolerance: how far a sample may
    be off where the source computes."""

    tolerance = 0

    @pytest.fixture
    @abstractmethod
    def expected(self) -> Samples: ...

    @pytest.fixture
    @abstractmethod
    def source(self, expected: Samples) -> AudioSource: ...

    def test_reading_before_opening_fails(self, source: AudioSource) -> None:
        with pytest.raises(DeviceError):
            source.read()

    def test_reading_after_closing_fails(self, source: AudioSource) -> None:
        source.open()
        source.read()
        source.close()
        with pytest.raises(DeviceError):
            source.read()

    def test_closing_twice_does_no_harm(self, source: AudioSource) -> None:
        source.close()
        source.open()
        source.close()
        source.close()

    def test_samples_come_unchanged_in_order(self, source: AudioSource, expected: Samples) -> None:
        source.open()
        try:
            got = _read_all(source, len(expected))
        finally:
            source.close()
        assert self.same(got, expected)
        assert len(got) >= len(expected) - source.rate // 8

    def test_blocks_have_the_shape_promised(self, source: AudioSource, expected: Samples) -> None:
        source.open()
        block = source.read()
        source.close()
        assert block.samples.dtype == np.int16
        assert block.samples.shape[1] == source.channels == expected.shape[1]
        assert block.lost_frames == 0

    def test_it_opens_again(self, source: AudioSource, expected: Samples) -> None:
        source.open()
        source.read()
        source.close()
        source.open()
        block = source.read()
        source.close()
        assert self.same(block.samples, expected)

    def same(self, got: Samples, expected: Samples) -> bool:
        """Whether these are the first samples."""
        return bool(np.abs(got.astype(int) - expected[: len(got)]).max(initial=0) <= self.tolerance)


def _read_all(source: AudioSource, frames: int) -> Samples:
    blocks: list[Samples] = []
    try:
        while sum(map(len, blocks)) < frames:
            blocks.append(source.read().samples)
    except EndOfAudio:
        pass
    return np.concatenate(blocks)[:frames]
