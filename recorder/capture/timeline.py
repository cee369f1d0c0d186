"""Which instant a frame of a device was, and which frame an instant: sound cards and clocks drift apart, and clocks are set."""

from __future__ import annotations

from collections import deque

WINDOW = 60
"""Seconds over which the promptest block is sought: a block is never early, only late."""

JUMP_S = 2.0
"""A clock that moved this far was set, and the card did not drift; what was believed before is forgotten."""


class Timeline:
    """Frames of one device on the clock. rate: frames per second.

    start: with a simulated clock the instant of frame 0 is known and never moves. Without it, it is taken from when blocks arrive.
    """

    def __init__(self, rate: int, start: float | None = None) -> None:
        self.rate = rate
        self.fixed = start is not None
        self._zero = start
        self._promptest: deque[list[float]] = deque(maxlen=WINDOW)  # [second, earliest instant of frame 0]

    def arrived(self, end: int, now: float) -> None:
        """A block whose last frame is `end` - 1 was delivered at `now`."""
        if self.fixed:
            return
        zero = now - end / self.rate
        if self._zero is not None and abs(zero - self._zero) > JUMP_S:
            self._promptest.clear()
        second = end // self.rate
        if self._promptest and self._promptest[-1][0] == second:
            self._promptest[-1][1] = min(self._promptest[-1][1], zero)
        else:
            self._promptest.append([second, zero])
        self._zero = min(earliest for _, earliest in self._promptest)

    def clock_set(self, seconds: float) -> None:
        """The clock was set by so much, forward above 0: what comes next is told by the new time, without a hole or an overlap in
        the frames. A simulated clock is never set."""
        if self._zero is not None and not self.fixed:
            self._zero += seconds
            for entry in self._promptest:
                entry[1] += seconds

    def instant(self, frame: int) -> float:
        """When the frame was, UTC epoch seconds."""
        return (self._zero or 0.0) + frame / self.rate

    def frame(self, instant: float) -> int:
        """The frame of that instant; may lie ahead of what has been heard, or before the first. Before anything was heard there is
        only the first: an event that is told then must not wait for a frame that never comes."""
        return 0 if self._zero is None else round((instant - self._zero) * self.rate)
