"""The tap board's uptime on the box's clock, by the least delay of the frames that say when they were sent."""

from __future__ import annotations

from collections import deque

import numpy as np

FRAMES = 64
"""Over which the least delay is sought: about a minute, so that a box clock that was set is followed within that."""

BLOCKS = 60
"""Least delays kept, each over FRAMES frames of its own: about an hour, over which two crystals' difference shows."""

FIT_BLOCKS = 5
"""Before so many there is no talk of drift: a delay of 10 ms over a minute would pass for 160 ppm."""

STEP_S = 0.5
"""An offset that differs by more from what was to be expected: the box's clock was set."""


class BoardClock:
    """Offsets are seconds of box time at the board's uptime 0."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=FRAMES)
        self._blocks: deque[tuple[float, float]] = deque(maxlen=BLOCKS)  # uptime, least offset
        self._in_block: list[tuple[float, float]] = []
        self._uptime = 0.0

    def clear(self) -> None:
        """Another board, or the same one started anew."""
        self.__init__()  # type: ignore[misc]

    def measure(self, now: float, uptime: float) -> None:
        """A frame has come that was sent at this uptime. Seconds."""
        self._uptime = uptime
        self._recent.append(now - uptime)
        self._in_block.append((now - uptime, uptime))
        if len(self._in_block) == FRAMES:
            self._close_block()

    def at(self, uptime: float) -> float:
        """The box's time at an uptime of the board, which may lie hours back: then the drift between the two clocks counts."""
        drift = self.drift_ppm
        correction = 0.0 if drift is None else drift * 1e-6 * (uptime - self._uptime)
        return min(self._recent) + uptime + correction

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the box's clock runs than the board's; None until there is enough to tell."""
        if len(self._blocks) < FIT_BLOCKS:
            return None
        uptimes, offsets = np.array(self._blocks).T
        return float(np.polyfit(uptimes - uptimes[0], offsets - offsets[0], 1)[0] * 1e6)

    def _close_block(self) -> None:
        offset, uptime = min(self._in_block)
        self._in_block.clear()
        if self._blocks and abs(offset - self._blocks[-1][1]) > STEP_S:
            self._blocks.clear()
        self._blocks.append((uptime, offset))
