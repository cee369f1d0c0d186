"""Made-up line voltages for the firmware's tests; real seconds never pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from firmware.linestate import LineState
from firmware.protocol import KINDS

Volts = Callable[[float], float]
"""Volts as a function of seconds."""


def flat(volts: float) -> Volts:
    return lambda _: volts


def ring(hz: float = 20.0, rms: float = 80.0, rest: float = -48.0) -> Volts:
    return lambda t: rest + rms * math.sqrt(2) * math.sin(2 * math.pi * hz * t)


def events(pieces: Iterable[tuple[float, Volts]], step_ms: int = 5) -> list[tuple[str, int]]:
    """Feed pieces of (seconds, volts) to a new line, after one second on-hook; its (kind, ms) after that second."""
    line = LineState()
    now = -1000
    told: list[tuple[int, int]] = []
    for seconds, volts in [(1.0, flat(-48.0)), *pieces]:
        end = now + round(seconds * 1000)
        while now < end:
            told += line.update(now + 1000, round(volts(now / 1000) * 1000))
            now += step_ms
    return [(KINDS[kind], at - 1000) for kind, at in told[1:]]
