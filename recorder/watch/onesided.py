"""Does one side of a pair line stay silent while the other talks? The second complaint about every recorder."""

from __future__ import annotations

TALK_S = 20.0
"""Seconds the other side must have talked in a call before silence says anything: who answers says a word within that."""

IN_CALL_S = 120.0
"""Seconds of the other side after which one call alone is enough: few announcements and voice mails talk longer without pause."""

CALLS = 2
"""Calls in a row, each with TALK_S: one may be a voice mail or a queue's announcement."""

SILENT_S, SILENT_SHARE = 1.0, 0.02
"""A side is silent with less speech than this many seconds, or than this share of the other side's: a voice detector finds a little
speech in any noise."""

SPOKE_S, SPOKE_SHARE = 3.0, 0.05
"""A side that has spoken so many seconds in a call, and that share of the other's, works."""


class OneSided:
    """Of one pair line. silent: for each side whether it counts as silent; standing: an alarm stood before a restart, and which
    side it was is not known any more, so that both must speak."""

    def __init__(self, standing: bool = False) -> None:
        self.silent = [standing, standing]
        self._calls = [0, 0]

    def during(self, said: list[float]) -> None:
        """Seconds of speech of each side in the open call, so far."""
        for side, mine in enumerate(said[:2]):
            other = said[1 - side] if len(said) == 2 else 0.0
            if other >= IN_CALL_S and _is_silent(mine, other):
                self.silent[side] = True
            elif mine >= max(SPOKE_S, SPOKE_SHARE * other):
                self.silent[side], self._calls[side] = False, 0

    def ended(self, said: list[float]) -> None:
        """The same when the call is over."""
        self.during(said)
        for side, mine in enumerate(said[:2]):
            other = said[1 - side] if len(said) == 2 else 0.0
            if other >= TALK_S and _is_silent(mine, other):
                self._calls[side] += 1
                if self._calls[side] >= CALLS:
                    self.silent[side] = True


def _is_silent(mine: float, other: float) -> bool:
    return mine < max(SILENT_S, SILENT_SHARE * other)
