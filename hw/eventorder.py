"""Puts the tap board's events in order, whatever the wire lost: each once, those that came too early kept until their turn."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.outbox import WRAP

EARLY = 1024
"""Events ahead of the next one that are kept; the board holds no more than that anyway."""

Fields = tuple[int, int, int, int]
"""Counter, uptime in ms, input, kind."""


class EventOrder:
    """expected: counter of the next event, modulo 2**32."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.ack_due = False
        self._early: dict[int, Fields] = {}

    @property
    def had(self) -> int:
        """Counter of the last event that was given out: what may be acknowledged."""
        return (self.expected - 1) & WRAP

    def take(self, fields: Fields) -> Iterator[Fields]:
        """An event has come; gives those whose turn it is now."""
        ahead = (fields[0] - self.expected) & WRAP
        if 0 < ahead <= EARLY:
            self._early[fields[0]] = fields
            return
        if ahead <= WRAP // 2 and ahead:
            return  # nonsense, or a board of another size
        self.ack_due = True  # also for what was had before: its acknowledgement was lost
        if not ahead:
            yield self._next(fields)
            yield from self._due()

    def skip_to(self, oldest: int) -> tuple[int, list[Fields]]:
        """The board has nothing older than this: how many are lost for good, and those whose turn it is now."""
        behind = (oldest - self.expected) & WRAP
        if not 0 < behind < WRAP // 2:
            return 0, []
        early = sorted(self._early, key=lambda counter: (counter - self.expected) & WRAP)
        before = [counter for counter in early if (counter - self.expected) & WRAP < behind]
        given = [self._early.pop(counter) for counter in before]
        self.expected = oldest
        return behind - len(given), [*given, *self._due()]

    def _due(self) -> Iterator[Fields]:
        while self.expected in self._early:
            yield self._next(self._early.pop(self.expected))

    def _next(self, fields: Fields) -> Fields:
        self.expected = (self.expected + 1) & WRAP
        return fields
