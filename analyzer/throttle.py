"""The analyzer keeps within its share of a core by pausing between pieces of work."""

from __future__ import annotations

import time
from collections.abc import Callable

Pause = Callable[[], None]
"""Called between pieces of work of a second or so; comes back when work may go on."""

SLICE_S = 0.2
"""Longest sleep without a look whether to stop."""
_TRIFLE_S = 0.001  # too little to sleep for
CREDIT_S = 2.0
"""Seconds of a core that an idle time earns at most: after a quiet night nobody wants a morning at full speed."""


def no_pause() -> None:
    """For whoever has no share to keep."""


class Throttle:
    """share: of one core, 0–1, over time. heed: called while waiting; may raise to stop. The clocks are for tests."""

    def __init__(
        self,
        share: float,
        heed: Pause = no_pause,
        *,
        sleep: Callable[[float], None] = time.sleep,
        wall: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self._share = share
        self._heed = heed
        self._sleep, self._wall, self._cpu = sleep, wall, cpu
        self._wall_before, self._cpu_before = wall(), cpu()
        self._debt_s = 0.0

    def __call__(self) -> None:
        """Sleep until the CPU time used since the last call is within the share."""
        self._heed()
        self._settle()
        while self._debt_s > _TRIFLE_S and self._share < 1:
            self._sleep(min(SLICE_S, self._debt_s / self._share))
            self._heed()
            self._settle()

    def debt_s(self) -> float:
        """CPU seconds used beyond the share by now; 0 or less: there is time."""
        self._settle()
        return self._debt_s

    def _settle(self) -> None:
        wall, cpu = self._wall(), self._cpu()
        spent, earned = cpu - self._cpu_before, (wall - self._wall_before) * self._share
        self._debt_s = max(self._debt_s + spent - earned, -CREDIT_S)
        self._wall_before, self._cpu_before = wall, cpu
