"""Speech on a line over time: when enough of it has come to be a call, and when it was last heard. Pure."""

from __future__ import annotations

from collections import deque

from recorder.line.actions import Timing
from recorder.signals.voice import FRAME_S


class Speech:
    """Of one line."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._piece = timing.frames(FRAME_S)
        self._spoken: deque[int] = deque()  # ends of speech pieces, of late
        self.first = self.last = -1  # of the open call

    def began(self, first: int = -1, last: int = -1) -> None:
        """A call began; first, last: the speech that began it."""
        self.first, self.last = first, last
        self._spoken.clear()

    def in_call(self, frame: int) -> None:
        """A piece of speech of the open call."""
        self.first = frame if self.first < 0 else self.first
        self.last = max(self.last, frame)

    def idle(self, frame: int) -> int | None:
        """A piece of speech on the idle line. The frame where speech began once it fills start_speech within twice that time
        (N of M), else None."""
        self._spoken.append(frame)
        while self._spoken[0] <= frame - 2 * self._timing.start_speech - self._piece:
            self._spoken.popleft()
        enough = len(self._spoken) * self._piece >= self._timing.start_speech
        return self._spoken[0] - self._piece if enough else None

    def was_noise(self) -> bool:
        """Whether the open call has too little of it."""
        return self.last - self.first < self._timing.min_call
