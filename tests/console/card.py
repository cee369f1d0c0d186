"""A capture device for the doctor's tests, and what a quiet line sounds like."""

from __future__ import annotations

from hw.errors import DeviceError
from hw.interfaces import AudioBlock, Samples
from recorder.signals.levels import SideLevels
from tests.recorder.lines import RATE

QUIET = SideLevels("agent", -55.0, -66.0, -66.5, -90.0, -24.0, 0.0)


class Card:
    """A capture device that plays what was laid on it."""

    rate = RATE

    def __init__(self, samples: Samples, error: DeviceError | None = None) -> None:
        self.samples, self.error, self.place, self.opened = samples, error, 0, 0

    @property
    def channels(self) -> int:
        return self.samples.shape[1]

    def open(self) -> None:
        if self.error is not None:
            raise self.error
        self.opened += 1

    def read(self) -> AudioBlock:
        self.place += 800
        return AudioBlock(self.samples[self.place - 800 : self.place])

    def close(self) -> None:
        self.opened -= 1
