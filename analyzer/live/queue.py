"""Utterances that wait to be understood: whose turn it is, whether there is time, and what has waited too long."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.live.callear import LiveClip

LATE_S = 12.0
"""Seconds after its end an utterance is no news any more: with it, the 15 s in which people are to know cannot be kept."""

WINDOW_S = 12.0
"""Seconds of sound that are recognised in one go at most."""

HURRY_S = 4.0
"""Seconds an utterance waits for its share of the CPU before it is done on credit."""

MOST_DEBT_S = 5.0
"""CPU seconds of credit at most."""


class Queue:
    """Of all lines."""

    def __init__(self) -> None:
        self._waiting: list[LiveClip] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, clips: Iterable[LiveClip]) -> None:
        """Utterances that have ended."""
        self._waiting += clips

    def forget(self, call_id: str) -> None:
        """Those of a call that was none, or that is understood already."""
        self._waiting = [clip for clip in self._waiting if clip.call_id != call_id]

    def holds(self, call_id: str) -> bool:
        """Whether something of the call waits."""
        return any(clip.call_id == call_id for clip in self._waiting)

    def too_late(self, now: float) -> list[LiveClip]:
        """Take out what has waited too long, while younger ones wait for their turn; the last to come is always understood."""
        late = [clip for clip in self._waiting[:-1] if now - clip.said_at > LATE_S]
        self._waiting = [clip for clip in self._waiting if clip not in late]
        return late

    def next(self, now: float, debt_s: float) -> list[LiveClip]:
        """Take out the utterances to understand now: the oldest, and what else its speaker has said since, as they fit a window.
        None while there is no time. debt_s: CPU seconds used beyond the share."""
        if not self._waiting:
            return []
        first = min(self._waiting, key=lambda clip: clip.said_at)
        if debt_s > 0 and (now - first.said_at < HURRY_S or debt_s > MOST_DEBT_S):
            return []
        taken: list[LiveClip] = []
        room = WINDOW_S
        for clip in self._waiting:
            room -= (clip.end - clip.start) + 1.0
            if (clip.call_id, clip.side) == (first.call_id, first.side) and (room >= 0 or not taken):
                taken.append(clip)
        ids = set(map(id, taken))
        self._waiting = [clip for clip in self._waiting if id(clip) not in ids]
        return taken
