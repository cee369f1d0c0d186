"""Clocks: the box's own, a fast one that all simulated twins share, and one that a test turns by hand."""

from __future__ import annotations

import time


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """UTC epoch seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`; none or fewer return at once."""
        if seconds > 0:
            time.sleep(seconds)


class FastClock:
    """Simulated time: shows `start` at the real instant `anchor` and runs `speed` times as fast from there.

    start, anchor: UTC epoch seconds. speed: simulated seconds per real second, above 0. Processes given the same numbers agree.
    """

    def __init__(self, start: float, anchor: float, speed: float) -> None:
        if speed <= 0:
            raise ValueError(f"a clock's speed must be above 0, not {speed}")
        self.start = start
        self.anchor = anchor
        self.speed = speed

    def now(self) -> float:
        """Simulated UTC epoch seconds."""
        return self.start + (time.time() - self.anchor) * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait `seconds` of simulated time; none or fewer return at once."""
        if seconds > 0:
            time.sleep(seconds / self.speed)


class ManualClock:
    """Stands still until somebody sleeps on it or advances it; sleeping takes no real time."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def now(self) -> float:
        """UTC epoch seconds, as last set."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the clock on by `seconds`; none or fewer do nothing."""
        self._now += max(0.0, seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock on, or back when `seconds` is below 0 (a clock that was set)."""
        self._now += seconds
