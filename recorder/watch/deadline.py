"""Is a line dead? It is when so much of its usual traffic has not come that chance does not explain it."""

from __future__ import annotations

from datetime import datetime

from recorder.watch.usual import Usual

LEAST_S = 2 * 3600.0
"""Seconds of silence before a busy line can be dead: a team meeting takes an hour, and on a line with twelve calls an hour such
lulls raised some forty false alarms a year (docs/measurements.md)."""

LONGEST_STEP_S = 300.0
"""A clock that jumps must not count as hours of silence."""


class DeadLine:
    """Of one line. limit: [alarms] dead_line_calls; were calls to come by chance alone, n usual ones would all stay away once in eⁿ
    silences. standing: an alarm stood before a restart; it stands until the line shows life. Silence before a restart does not
    count: the box was deaf for part of it, and does not know for how long."""

    def __init__(self, usual: Usual, limit: float, *, standing: bool = False) -> None:
        self.usual = usual
        self.dead = standing
        self.expected = self.silent_s = 0.0
        self.limit = limit
        self._at: datetime | None = None

    def step(self, now: datetime, alive: bool | None) -> bool:
        """now: local, aware. alive: whether the line showed life since the last step; None when it was not listened to, which says
        nothing. Whether it counts as dead."""
        passed = (now - self._at).total_seconds() if self._at is not None else 0.0
        if alive:
            self.dead, self.expected, self.silent_s = False, 0.0, 0.0
        elif alive is not None and self._at is not None and 0 < passed <= LONGEST_STEP_S:
            self.expected += self.usual.between(self._at, now)
            self.silent_s += passed
            enough = self.limit > 0 and self.expected >= self.limit and self.silent_s >= LEAST_S
            self.dead = self.dead or enough
        self._at = now
        return self.dead
