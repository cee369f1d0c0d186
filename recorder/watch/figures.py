"""What is said of a side's level: now, for the live status, and of a whole call, kept with it."""

from __future__ import annotations

from array import array
from collections import deque

import numpy as np

from recorder.signals.levels import CallLevels
from recorder.signals.voice import FRAME_S
from recorder.watch.meter import Second, decibels

SIDES = {1: ("mixed",), 2: ("agent", "customer")}
"""The sides of a line by its number of channels."""

NOISE_SHARE = 0.1
"""A call's noise is the quiet of its seconds at this quantile: some seconds have no pause."""

HUM_SHARE = 0.25
"""Hum never stops, so the quietest quarter of the seconds has it too; a low voice stops to breathe."""

RECENT = 60
"""Seconds that noise and hum of now are told from."""


def peak_decibels(peak: int) -> float:
    """Largest sample → dBFS."""
    return decibels(float(peak) ** 2)


class Recent:
    """The last minute of one side."""

    def __init__(self) -> None:
        self._quiet: deque[float] = deque(maxlen=RECENT)
        self._hum: deque[float] = deque(maxlen=RECENT)
        self.last: Second | None = None

    def feed(self, second: Second) -> None:
        """The next second."""
        self.last = second
        self._quiet.append(second.quiet)
        self._hum.append(second.hum)

    @property
    def full(self) -> bool:
        """Whether a whole minute has been heard."""
        return len(self._hum) == RECENT

    def noise_db(self) -> float:
        """dBFS."""
        return decibels(_quantile(self._quiet, NOISE_SHARE))

    def hum_db(self) -> float:
        """dBFS, of the quietest quarter."""
        return decibels(_quantile(self._hum, HUM_SHARE))


class CallFigures:
    """One side of the call that is open."""

    def __init__(self) -> None:
        self.spoken_s = self.stirred_s = 0.0
        self._quiet, self._hum = array("f"), array("f")  # four bytes a second: a call may last a day
        self._peak = self._frames = self._clipped = self._spoken = self._stirred = 0
        self._speech = self._seconds = 0.0

    def feed(self, second: Second, rate: int) -> None:
        """The next second of the call."""
        self._quiet.append(second.quiet)
        self._hum.append(second.hum)
        self._peak = max(self._peak, second.peak)
        self._frames += second.frames
        self._clipped += second.clipped
        self._spoken += second.spoken
        self._speech += second.speech
        self._seconds += second.frames / rate
        self._stirred += second.stirred
        self.spoken_s, self.stirred_s = self._spoken * FRAME_S, self._stirred * FRAME_S

    def result(self, side: str) -> CallLevels | None:
        """The call's figures; None when it was over before a second was."""
        if not self._frames:
            return None
        return CallLevels(
            side,
            peak_decibels(self._peak),
            decibels(self._speech / self._spoken) if self._spoken else None,
            decibels(_quantile(self._quiet, NOISE_SHARE)),
            decibels(_quantile(self._hum, HUM_SHARE)),
            round(self._clipped / self._frames, 6),
            round(self.spoken_s, 2),
            round(self._seconds, 2),
        )


def _quantile(values: deque[float] | array[float], share: float) -> float:
    ordered = np.sort(np.asarray(values, np.float32))
    return float(ordered[int(share * len(ordered))]) if len(ordered) else 0.0
