"""Keys that a customer presses are taken out of the sound before anybody gets it: the disk, live listening, the analyzer.

The line is held back by HOLD_S, since a key is certain only after 30 ms of it. What lies under a key, and 20 ms on both sides, is
silence on every channel: the other side's telephone hears it too.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from hw.interfaces import Samples
from recorder.signals.dtmf import HOP_S, WINDOW_S, Pressed

MARGIN_S = 0.02
"""Seconds before the first and after the last window of a key: the window that was not certain may lie half outside it."""

HOLD_S = WINDOW_S + 2 * HOP_S + MARGIN_S
"""Seconds of a key that can have gone by before it is certain: a window, the next one, what is left of a block, and the margin."""


class Masker:
    """One line's. rate: frames per second. channel: whose keys are masked; None: all."""

    def __init__(self, rate: int, channels: int, channel: int | None) -> None:
        self._margin = round(MARGIN_S * rate)
        self._channel = channel
        self._held: Samples = np.zeros((0, channels), np.int16)
        self._at = 0  # first frame held
        self._masks: deque[tuple[int, int]] = deque()

    def feed(self, samples: Samples, pressed: Pressed) -> Samples:
        """Take the next frames and give those that are safe. pressed: what the decoder found in them."""
        self._held = np.concatenate((self._held, samples))
        for start, end, channel in pressed.hits:
            if self._channel in {None, channel}:
                self._masks.append((start - self._margin, end + self._margin))
        return self._release(pressed.clear - self._margin)

    def flush(self) -> Samples:
        """Give all that is held: nothing comes after it."""
        return self._release(self._at + len(self._held))

    def skip(self, frames: int) -> None:
        """Frames that were lost, after flush()."""
        self._at += frames

    def _release(self, until: int) -> Samples:
        count = min(max(0, until - self._at), len(self._held))
        out, self._held = self._held[:count], self._held[count:]
        if self._masks:
            out = out.copy()
            for start, end in self._masks:
                out[max(0, start - self._at) : max(0, end - self._at)] = 0
        self._at += count
        while self._masks and self._masks[0][1] <= self._at:
            self._masks.popleft()
        return out
