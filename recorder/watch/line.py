"""One line under watch: its levels, its calls' figures, what is wrong with it. Counts frames: the clock may do as it likes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from hw.interfaces import Samples
from hw.messages import Message
from recorder.settings.sections import AlarmLimits
from recorder.signals.levels import CallLevels, SideLevels
from recorder.signals.voice import Heard
from recorder.watch import words
from recorder.watch.figures import SIDES, CallFigures
from recorder.watch.meter import Meter, Second
from recorder.watch.onesided import OneSided
from recorder.watch.side import SideWatch

STUCK_S = 12 * 3600.0
"""Off-hook for so long is no call, whatever is heard: nobody's shift is longer."""

LIFE_S = 2.0
"""Seconds of speech, of the last minute, that show a line to be alive: less may be crackle."""

IDLE_SPEECH_S = 20.0
"""Seconds of speech in a minute on an idle line that are somebody talking, and not a few words caught from another wire."""


@dataclass(frozen=True)
class Condition:
    """How one thing stands with a line. detail: what was seen, for the alarm."""

    kind: str
    wrong: bool
    detail: Message


class LineWatch:
    """Told everything that happens on a line. standing: kinds of alarm that stand for it since before a restart."""

    def __init__(self, rate: int, channels: int, limits: AlarmLimits, standing: frozenset[str] = frozenset()) -> None:
        self._rate = rate
        self._limits = limits
        self._meter = Meter(rate, channels, limits.mains_hz)
        self._sides = [SideWatch(name, rate, limits, standing) for name in SIDES[channels]]
        self._one_sided = OneSided("one_sided" in standing)
        self._minute: deque[float] = deque(maxlen=60)  # seconds of speech in each
        self._open = False
        self._open_s = self._hush_s = 0.0
        self._stuck = "stuck_off_hook" in standing
        self._unrecorded = "speech_unrecorded" in standing
        self._alive = self._heard = False

    def take_up(self, limits: AlarmLimits) -> None:
        """Judge by these limits from now on; an alarm that stands goes when it is over by them."""
        if limits.mains_hz != self._limits.mains_hz:
            self._meter.take_up(limits.mains_hz)
        self._limits = limits
        for side in self._sides:
            side.take_up(limits)

    def audio(self, samples: Samples, heard: Heard) -> None:
        """A block of the line's own channels, and what was heard in it."""
        seconds = self._meter.feed(samples, heard)
        if seconds:
            self._second(seconds)

    def lost(self) -> None:
        """Audio was lost."""
        self._meter.skip()

    def event(self) -> None:
        """The tap board told something of this line."""
        self._alive = True

    def began(self) -> None:
        """A call is open."""
        self._open, self._alive, self._unrecorded = True, True, False
        self._open_s = self._hush_s = 0.0
        self._minute.clear()
        for side in self._sides:
            side.call = CallFigures()

    def ended(self) -> list[CallLevels]:
        """It is over (or was none): the figures of its sides."""
        if not self._open:
            return []
        self._open, self._stuck = False, False
        self._minute.clear()
        if len(self._sides) == 2:
            self._one_sided.ended(self._said(), self._stirred())
        return [levels for side in self._sides if (levels := side.ended()) is not None]

    def lived(self) -> bool | None:
        """Whether the line showed life since last asked; None when there was no audio to tell from."""
        alive, heard = self._alive, self._heard
        self._alive = self._heard = False
        return alive if alive or heard else None

    def levels(self) -> tuple[SideLevels, ...]:
        """Each side now."""
        return tuple(levels for side in self._sides if (levels := side.levels()) is not None)

    def conditions(self) -> Iterator[Condition]:
        """How everything stands."""
        yield Condition("stuck_off_hook", self._stuck, words.off_hook(self._open_s / 60, self._hush_s / 60))
        yield Condition("speech_unrecorded", self._unrecorded, words.unrecorded(sum(self._minute)))
        if len(self._sides) == 2:
            silent = [side.name for side, on in zip(self._sides, self._one_sided.silent, strict=True) if on]
            yield Condition("one_sided", bool(silent), words.silent(silent))
        low = {side.name: f"{side.speech_db} dBFS" for side in self._sides if side.low.on}
        yield Condition("level_low", bool(low), words.each(low))
        clipped = {side.name: f"{side.clipped_percent:.2f} %" for side in self._sides if side.clipping.on}
        yield Condition("clipping", bool(clipped), words.clipped(clipped))
        hum = {side.name: f"{side.hum_db()} dBFS" for side in self._sides if side.hum.on}
        yield Condition("hum", bool(hum), words.each(hum))

    def _said(self) -> list[float]:
        return [side.call.spoken_s if side.call else 0.0 for side in self._sides]

    def _stirred(self) -> list[float]:
        return [side.call.stirred_s if side.call else 0.0 for side in self._sides]

    def _second(self, seconds: list[Second]) -> None:
        for side, second in zip(self._sides, seconds, strict=True):
            side.feed(second)
        spoken = max(second.spoken_s for second in seconds)
        self._minute.append(spoken)
        self._heard = True
        said = sum(self._minute)
        self._alive = self._alive or self._open or said >= LIFE_S
        if self._open:
            self._off_hook(seconds[0].frames / self._rate, spoken, said)
            if len(self._sides) == 2:
                self._one_sided.during(self._said(), self._stirred())
        elif said >= IDLE_SPEECH_S:
            self._unrecorded = True

    def _off_hook(self, passed: float, spoken: float, said: float) -> None:
        self._open_s += passed
        self._hush_s = 0.0 if spoken >= 0.2 else self._hush_s + passed
        if self._hush_s >= 60 * self._limits.stuck_off_hook_min or self._open_s >= STUCK_S:
            self._stuck = True
        elif said >= LIFE_S:
            self._stuck = False
