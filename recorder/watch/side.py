"""One side of a line: is it too quiet, too loud, humming?"""

from __future__ import annotations

from recorder.levels import CallLevels, SideLevels
from recorder.settings.sections import AlarmLimits
from recorder.voice import FRAME_S
from recorder.watch.figures import CallFigures, Recent, peak_decibels
from recorder.watch.latch import Latch, beyond
from recorder.watch.meter import Second, decibels

SPEECH_S = 30.0
"""Seconds of speech a verdict on level and clipping rests on: a few sentences (ITU-T P.56 wants some seconds of active speech)."""

HUM_CLEAR_DB = 6.0
"""Hum is over when it is this much below its limit."""

LOW_CLEAR_DB = 3.0
CLIP_CLEAR = 0.1
"""The level is right again when it is this much above its limit; clipping, when it is at this share of its limit."""


class SideWatch:
    """Judges what the meter says of one side. standing: the kinds of alarm that stand for its line."""

    def __init__(self, name: str, rate: int, limits: AlarmLimits, standing: frozenset[str] = frozenset()) -> None:
        self.name = name
        self.call: CallFigures | None = None
        self.speech_db: float | None = None
        self._rate = rate
        self._limits = limits
        self._recent = Recent()
        self._spoken = self._clipped = 0
        self._speech = 0.0
        self.clipped_percent = 0.0
        self.low = Latch(2, on="level_low" in standing)
        self.clipping = Latch(2, on="clipping" in standing)
        self.hum = Latch(1, on="hum" in standing)

    def feed(self, second: Second) -> None:
        """The next second of this side."""
        self._recent.feed(second)
        if self.call is not None:
            self.call.feed(second, self._rate)
        self._spoken += second.spoken
        self._speech += second.speech
        self._clipped += second.clipped
        if self._spoken * FRAME_S >= SPEECH_S:
            self._judge_speech()
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
            self._recent.hum_db(),
            self.speech_db,
            round(second.clipped / second.frames, 6),
        )

    def hum_db(self) -> float:
        """dBFS of hum in the last minute."""
        return self._recent.hum_db()

    def _judge_speech(self) -> None:
        self.speech_db = decibels(self._speech / self._spoken)
        self.clipped_percent = 100 * self._clipped / (self._spoken * FRAME_S * self._rate)
        low, clip = self._limits.low_dbfs, self._limits.clip_percent
        self.low.feed(beyond(self.speech_db, low, low + LOW_CLEAR_DB))
        self.clipping.feed(beyond(self.clipped_percent, clip, clip * CLIP_CLEAR))
        self._spoken = self._clipped = 0
        self._speech = 0.0
