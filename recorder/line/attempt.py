"""A call out that nobody has answered yet, on a line without a sense: known by dial tone, keys and ring-back alone."""

from __future__ import annotations

from collections.abc import Sequence

from recorder.line.actions import Timing, Unanswered
from recorder.signals.cadence import Sign

PATIENCE_S = 8.0
"""Seconds without tone or key after which the handset was put down again: ring-back comes every 5 s (GB 3380)."""


class Attempt:
    """What the tones of an idle line have told. Empty until one of them does."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._first = self._last = -1
        self._ring_first = self._rings = 0
        self._dial = self._keys = self._refused = False

    @property
    def direction(self) -> str:
        """ "out" when somebody dialled; ring-back alone may be a PBX's own, towards a caller."""
        return "out" if self._dial or self._keys else "unknown"

    def heard(self, signs: Sequence[Sign], keys: Sequence[int], last_tone: int) -> None:
        """Take what the line gave. last_tone: the last frame of any tone."""
        for frame in keys:
            self._keys = True
            self._lasts(frame, frame)
        for sign in signs:
            if sign.kind == "dial":
                self._dial = True
                self._lasts(sign.start, sign.end)
            elif sign.kind == "ring_back":
                self._ring_first = self._ring_first if self._rings else sign.start
                self._rings += 1
                self._lasts(sign.start, sign.end)
            elif self._first >= 0 and sign.kind in {"busy", "congestion"}:
                self._refused = True
        if self._first >= 0:
            self._last = max(self._last, last_tone)

    def over(self, end: int) -> bool:
        """Whether nothing will come of it any more."""
        return self._first >= 0 and (self._refused or end - self._last > self._timing.frames(PATIENCE_S))

    def outcome(self) -> Unanswered | None:
        """The call that nobody answered; None when nobody was called."""
        if not self._rings and not self._keys:
            return None
        rang = self._timing.seconds(self._last - self._ring_first) if self._rings else 0.0
        return Unanswered(self._first, self._last, rang, self._rings, self.direction)

    def _lasts(self, start: int, end: int) -> None:
        self._first = start if self._first < 0 else min(self._first, start)
        self._last = max(self._last, end)
