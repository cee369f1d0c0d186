"""Refusals that come again and again become one entry: a worker writes the same one once a minute, and only so many in all."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

AGAIN_S = 60.0
KEPT = 4000
_TENS = frozenset(10.0**power for power in range(1, 10))
MOST = 240
"""Entries a minute that one worker writes of refusals; beyond, they are counted into the next that is written."""


class Folded:
    """What was refused lately. Times: seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Hashable, list[float]] = OrderedDict()  # key → [when written, how often since]
        self._lock = Lock()
        self._minute = (0.0, 0)
        self._unwritten = 0

    def take(self, key: Hashable, now: float) -> int | None:
        """None when this is to be left out; else how many were left out before it. Of a flood every tenth, hundredth, thousandth…
        is written, so that its size is told while it lasts."""
        with self._lock:
            seen = self._seen.get(key)
            if seen is not None and now - seen[0] < AGAIN_S:
                seen[1] += 1
                return int(seen[1]) if seen[1] in _TENS else None
            if not self._room(now):
                self._unwritten += 1
                return None
            left_out = self._unwritten + int(seen[1] if seen else 0)
            self._unwritten = 0
            self._keep(key, now)
            return left_out

    def _room(self, now: float) -> bool:
        start, count = self._minute
        self._minute = (start, count + 1) if now - start < AGAIN_S else (now, 1)
        return self._minute[1] <= MOST

    def _keep(self, key: Hashable, now: float) -> None:
        self._seen[key] = [now, 0]
        self._seen.move_to_end(key)
        while len(self._seen) > KEPT:
            self._unwritten += int(self._seen.popitem(last=False)[1][1])
