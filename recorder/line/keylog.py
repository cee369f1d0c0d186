"""The keys pressed on one line, kept until they can be written with their call; what was dialled, and by whom."""

from __future__ import annotations

from collections.abc import Sequence

from recorder.capture.timeline import Timeline
from recorder.settings.sections import Line
from recorder.signals.dtmf import Digit
from recorder.store.calls import KeyPress

BEFORE_S = 60.0
"""Seconds for which keys on an idle line may belong to a call that begins later: dialling, and the ring-back after it."""

DIALLING_S = 20.0
"""Seconds from the start of a call out within which dialling begins."""

NEXT_KEY_S = 8.0
"""Seconds between two keys of one number; exchanges wait 10 to 20 s (GB 3380 does not say)."""

WRITE_S = 3.0
"""Seconds without a key after which those pressed are written: a write for each would cost a flush each."""


class KeyLog:
    """One line's. On a pair line the channel says who pressed; on a mono line it was the agent while dialling or while the customer
    is on hold, and otherwise nobody can tell."""

    def __init__(self, line: Line, timeline: Timeline) -> None:
        self._line = line
        self._timeline = timeline
        self._new: list[tuple[Digit, str]] = []  # with the kind of the part
        self._out = False
        self._number = ""
        self._start = self._last = 0

    def pressed(self, digits: Sequence[Digit], kind: str) -> None:
        """Keys were let go. kind: what the part is (recorder.line.actions.KINDS)."""
        self._new += [(digit, kind) for digit in digits]

    def due(self, end: int) -> bool:
        """Whether there are keys that wait to be written. end: frames heard."""
        return bool(self._new) and end - self._new[-1][0].end > WRITE_S * self._timeline.rate

    def forget(self, before: int) -> None:
        """Keys on the idle line that are older than BEFORE_S, counted from frame `before`, are of no call."""
        oldest = before - BEFORE_S * self._timeline.rate
        self._new = [(digit, kind) for digit, kind in self._new if digit.start >= oldest]

    def began(self, start: int, direction: str) -> None:
        """A call began at frame `start`. Unless it came in, what was dialled before is part of it."""
        self._out, self._number, self._start, self._last = direction != "in", "", start, 0
        if not self._out:
            self._new = [(digit, kind) for digit, kind in self._new if digit.start >= start]

    def take(self, call_id: str) -> tuple[list[KeyPress], str]:
        """The keys since the last time, and the whole number dialled so far ("" when none was)."""
        new, self._new = self._new, []
        return [self._press(call_id, digit, kind) for digit, kind in new], self._number

    def _press(self, call_id: str, digit: Digit, kind: str) -> KeyPress:
        side = self._side(digit, kind)
        known = side == "agent" or not self._line.mask_digits
        start = digit.start - self._start
        at = self._timeline.instant(digit.start)
        return KeyPress(call_id, at, start, digit.end - digit.start, side, digit.symbol if known else None)

    def _side(self, digit: Digit, kind: str) -> str:
        mono = len(self._line.channels) == 1
        if (mono or digit.channel == 0) and self._dialling(digit, kind):
            return "agent"
        if mono:
            return "agent" if kind == "held" else "mixed"
        return "agent" if digit.channel == 0 else "customer"

    def _dialling(self, digit: Digit, kind: str) -> bool:
        """Whether the key is one of the number that the call out was made with; then it is noted."""
        since = digit.start - self._last if self._number else digit.start - self._start
        limit = NEXT_KEY_S if self._number else DIALLING_S
        if not self._out or kind != "talk" or since > limit * self._timeline.rate:
            return False
        self._number += digit.symbol
        self._last = digit.end
        return True
