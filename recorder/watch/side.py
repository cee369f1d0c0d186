"""One side of a line: is it too quiet, too loud, humming?"""

from __future__ import annotations

import numpy as np

from recorder.settings.sections import AlarmLimits
from recorder.signals.levels import CallLevels, SideLevels
from recorder.signals.voice import FRAME_S
from recorder.watch.figures import CallFigures, Recent, peak_decibels
from recorder.watch.latch import Latch, beyond
from recorder.watch.meter import Second, decibels

SPEECH_S = 30.0
"""Seconds of speech that a verdict on clipping rests on: a few sentences."""

STIRRED, LOUD_SECONDS, LOUD_SHARE = 10, 40, 0.8
"""The level is judged by seconds of calls in which so many 20 ms pieces stand out of the pauses, so many of them, at that quantile:
not by the voice detector's word, which misses much of what is said below -50 dBFS, and not by their mean, since a side's room is
heard while its person listens. It reads some 2 dB above the active speech level of ITU-T P.56."""

HUM_CLEAR_DB = 6.0
"""Hum is over when it is this much below its limit."""

LOW_CLEAR_DB = 3.0
CLIP_CLEAR = 0.1
"""The level is right again when it is this much above its limit; clipping, when it is at this share of its limit."""


class SideWatch:
    """Judges what the meter says of one side. standing: the kinds of alarm that stand for its line.

    speech_db: dBFS of its words, of late, None before there were any. clipped_percent: of samples in the last SPEECH_S of speech.
    """

    def __init__(self, name: str, rate: int, limits: AlarmLimits, standing: frozenset[str] = frozenset()) -> None:
        self.name = name
        self.call: CallFigures | None = None
        self.speech_db: float | None = None
        self.clipped_percent = 0.0
        self._rate = rate
        self._limits = limits
        self._recent = Recent()
        self._loud: list[float] = []
        self._spoken = self._clipped = 0
        self.low = Latch(2, on="level_low" in standing)
        self.clipping = Latch(2, on="clipping" in standing)
        self.hum = Latch(1, on="hum" in standing)

    def take_up(self, limits: AlarmLimits) -> None:
        """Judge by these limits from now on; what was measured stays."""
        self._limits = limits

    def feed(self, second: Second) -> None:
        """The next second of this side."""
        self._recent.feed(second)
        if self.call is not None:
            self.call.feed(second, self._rate)
            self._judge_level(second)
        self._judge_clipping(second)
        if self._recent.full:
            limit = self._limits.hum_dbfs
            self.hum.feed(beyond(self._recent.hum_db(), limit, limit - HUM_CLEAR_DB))

    def ended(self) -> CallLevels | None:
        """The call is over: its figures."""
        call, self.call = self.call, None
        return call.result(self.name) if call is not None else None

    def levels(self) -> SideLevels | None:
        """The side now; None before its first second."""
        second = self._recent.last
        if second is None:
            return None
        return SideLevels(
            self.name,
            peak_decibels(second.peak),
            decibels(second.power),
            self._recent.noise_db(),
            self.hum_db(),
            self.speech_db,
            round(second.clipped / second.frames, 6),
        )

    def hum_db(self) -> float:
        """dBFS of hum in the last minute."""
        return self._recent.hum_db()

    def _judge_level(self, second: Second) -> None:
        if second.stirred < STIRRED:
            return
        self._loud.append(second.stirring / second.stirred)
        if len(self._loud) < LOUD_SECONDS:
            return
        self.speech_db = decibels(float(np.quantile(self._loud, LOUD_SHARE)))
        self._loud.clear()
        low = self._limits.low_dbfs
        self.low.feed(beyond(self.speech_db, low, low + LOW_CLEAR_DB))

    def _judge_clipping(self, second: Second) -> None:
        self._spoken += second.spoken
        self._clipped += second.clipped
        if self._spoken * FRAME_S < SPEECH_S:
            return
        self.clipped_percent = 100 * self._clipped / (self._spoken * FRAME_S * self._rate)
        limit = self._limits.clip_percent
        self.clipping.feed(beyond(self.clipped_percent, limit, limit * CLIP_CLEAR))
        self._spoken = self._clipped = 0
