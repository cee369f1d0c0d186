"""The last seconds of a line, kept because what they were may be learnt late."""

from __future__ import annotations

from collections import deque

import numpy as np

from hw.interfaces import Samples


class LookBack:
    """Holds at least the last `frames` frames (fewer before so many came). channels: of the line."""

    def __init__(self, frames: int, channels: int) -> None:
        self._keep = frames
        self._blocks: deque[Samples] = deque()
        self._held = 0
        self._channels = channels
        self.end = 0  # frames heard

    @property
    def oldest(self) -> int:
        """The first frame that is still held."""
        return self.end - self._held

    def push(self, samples: Samples) -> None:
        """The next samples, shape (frames, channels); kept as they are, so not to be changed."""
        self._blocks.append(samples)
        self._held += len(samples)
        self.end += len(samples)
        while self._held - len(self._blocks[0]) >= self._keep:
            self._held -= len(self._blocks.popleft())

    def skip(self, frames: int) -> None:
        """Frames that were lost: they are held as silence."""
        self.end += frames - min(frames, self._keep)
        self.push(np.zeros((min(frames, self._keep), self._channels), np.int16))

    def since(self, frame: int) -> Samples:
        """The samples from `frame` on, or from the oldest."""
        joined = np.concatenate(self._blocks) if self._blocks else np.zeros((0, self._channels), np.int16)
        return joined[max(0, frame - self.oldest) :]
