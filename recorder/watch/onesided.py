"""Does one side of a pair line stay silent while the other talks? The second complaint about every recorder."""

from __future__ import annotations

from collections.abc import Sequence

TALK_S = 5.0
"""Seconds the other side must have talked for a call to count: a wrong number hangs up."""

TOTAL_S = 40.0
"""Seconds the other side must have talked in the calls that count, together: two or three voice mails do not reach it."""

IN_CALL_S = 120.0
"""Seconds of the other side after which one call alone is enough: few announcements and voice mails talk longer without pause."""

CALLS = 2
"""Such calls in a row: one may be a queue's announcement."""

SILENT_S, SILENT_SHARE = 1.0, 0.02
"""A side is silent when less than this many seconds, or than this share of the other side's speech, stir on it: in any noise a
little does. A side on which more stirs and nothing is known for speech is too quiet, not silent."""

SPOKE_S, SPOKE_SHARE = 3.0, 0.05
"""A side that has spoken so many seconds in a call, and that share of the other's, works."""


class OneSided:
    """Of one pair line. silent: for each side whether it counts as silent; standing: an alarm stood before a restart, and which
    side it was is not known any more, so that both must speak."""

    def __init__(self, standing: bool = False) -> None:
        self.silent = [standing, standing]
        self._calls = [0, 0]
        self._total = [0.0, 0.0]

    def during(self, said: Sequence[float], stirred: Sequence[float]) -> None:
        """The open call so far: each side's seconds of speech, and of anything that comes and goes as words do."""
        for side, other in enumerate(reversed(said)):
            if other >= IN_CALL_S and _is_silent(stirred[side], other):
                self.silent[side] = True
            elif said[side] >= max(SPOKE_S, SPOKE_SHARE * other):
                self.silent[side], self._calls[side], self._total[side] = False, 0, 0.0

    def ended(self, said: Sequence[float], stirred: Sequence[float]) -> None:
        """The same when the call is over."""
        self.during(said, stirred)
        for side, other in enumerate(reversed(said)):
            if other >= TALK_S and _is_silent(stirred[side], other):
                self._calls[side] += 1
                self._total[side] += other
                if self._calls[side] >= CALLS and self._total[side] >= TOTAL_S:
                    self.silent[side] = True


def _is_silent(stirred: float, other: float) -> bool:
    return stirred < max(SILENT_S, SILENT_SHARE * other)
