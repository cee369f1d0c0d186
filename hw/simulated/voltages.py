"""Voltages as a telephone line would have them, from a list of what the people at its ends do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

IDLE_MV = -48000
LOOP_MV = -9000
RING_MV = 113000
"""Peak of 80 V AC."""

RING_MS = 50
"""Period of a 20 Hz ring."""

RING_ON_MS, RING_OFF_MS = 1000, 4000
"""China's ringing cadence: 1 s on, 4 s off."""

FLASH_MS = 200

_RING = tuple(round(RING_MV * math.sin(2 * math.pi * ms / RING_MS)) for ms in range(RING_MS))
_NOISE = tuple((ms * 7919 % 401) - 200 for ms in range(1009))
"""A few hundred millivolts of hum and noise, the same each time."""

ACTIONS = ("ring", "stop_ring", "answer", "pick_up", "hang_up", "flash", "reverse", "unplug", "plug_in")


@dataclass(frozen=True)
class LineAction:
    """at_s: seconds from the schedule's start. sense: the board's input, from 0. action: one of ACTIONS.

    ring: China's cadence until answer, stop_ring or hang_up. answer, pick_up: the loop closes (an incoming, an outgoing call).
    flash: a break of 200 ms. reverse: the polarity turns over. unplug, plug_in: the tap's wires.
    """

    at_s: float
    sense: int
    action: str

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"no line action is called {self.action!r}; there are {', '.join(ACTIONS)}")


class LineVoltages:
    """One line's voltage over time, asked for at times that never go back."""

    def __init__(self, actions: Iterable[LineAction]) -> None:
        self._todo = sorted(((round(action.at_s * 1000), action.action) for action in actions), reverse=True)
        self._next = self._todo[-1][0] if self._todo else None
        self._base = IDLE_MV
        self._sign = 1
        self._ringing_since: int | None = None
        self._flash_until = -1
        self._plugged = True

    def mv(self, ms: int) -> int:
        """The voltage in mV, `ms` after the schedule's start."""
        while self._next is not None and ms >= self._next:
            self._act(*self._todo.pop())
            self._next = self._todo[-1][0] if self._todo else None
        noise = _NOISE[ms % 1009]
        if not self._plugged:
            return noise
        if self._ringing_since is not None and (ms - self._ringing_since) % (RING_ON_MS + RING_OFF_MS) < RING_ON_MS:
            return self._sign * self._base + _RING[ms % RING_MS] + noise
        base = IDLE_MV if ms < self._flash_until else self._base
        return self._sign * base + noise

    def _act(self, at: int, action: str) -> None:
        if action in ("answer", "pick_up", "hang_up", "stop_ring"):
            self._ringing_since = None
        if action == "ring":
            self._ringing_since = at
        elif action in ("answer", "pick_up"):
            self._base = LOOP_MV
        elif action == "hang_up":
            self._base = IDLE_MV
        elif action == "flash":
            self._flash_until = at + FLASH_MS
        elif action == "reverse":
            self._sign = -self._sign
        elif action in ("unplug", "plug_in"):
            self._plugged = action == "plug_in"
