"""A recorded call as the pipeline reads it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import BLOCK_S, at_line_rate
from hw.interfaces import Samples
from hw.messages import Message
from recorder.audio.files import CallAudio


class RecordedCall:
    """A CallAudio as an AudioInput: at 8 kHz, whatever rate the tap has."""

    def __init__(self, audio: CallAudio) -> None:
        self._audio = audio

    @property
    def duration_s(self) -> float:
        """Seconds, known losses included."""
        return self._audio.duration_s

    @property
    def channels(self) -> int:
        """1 or 2."""
        return self._audio.channels

    @property
    def warnings(self) -> tuple[Message, ...]:
        """None: what was lost stands in calls.db."""
        return ()

    def blocks(self) -> Iterator[Samples]:
        """All frames from the first, shape (frames, channels), 8 kHz."""
        blocks = self._audio.blocks(size=round(BLOCK_S * self._audio.rate))
        return at_line_rate((_unit(block) for block in blocks), self._audio.rate, self.channels)


def _unit(block: Samples) -> NDArray[np.float32]:
    return block.astype(np.float32) / 32768.0
