"""On and off with hysteresis: an alarm that flickers is one nobody looks at."""

from __future__ import annotations


def beyond(value: float, raise_at: float, clear_at: float) -> bool | None:
    """True when the value is at or past `raise_at`, False when it is at or on the good side of `clear_at`, None between them.
    A `clear_at` above `raise_at` means that small values are bad."""
    if raise_at > clear_at:
        return True if value >= raise_at else False if value <= clear_at else None
    return True if value <= raise_at else False if value >= clear_at else None


class Latch:
    """Goes on after `needed` bad verdicts in a row and off with a good one. on: whether it stood on before a restart."""

    def __init__(self, needed: int = 1, *, on: bool = False) -> None:
        self.on = on
        self._needed = needed
        self._bad = 0

    def feed(self, verdict: bool | None) -> bool:
        """Take a verdict (True bad, False good, None neither: all stays as it is); whether it is on now."""
        if verdict is not None:
            self._bad = self._bad + 1 if verdict else 0
            if not verdict:
                self.on = False
            elif self._bad >= self._needed:
                self.on = True
        return self.on
