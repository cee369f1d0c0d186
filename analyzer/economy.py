"""How much is put into a call: everything while there is time; less, by choice and said so, when there is not."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import IntEnum

from analyzer.sensors import MachineSensors, Sensors
from hw.messages import Message
from recorder.settings.sections import Analysis

log = logging.getLogger(__name__)

EASE, EASE_C = 0.7, 5.0
"""What was taken back is given again only below this share of a limit, or so many degrees below it: no to and fro at the limit."""
DEEPER, DEEPER_C = 2.0, 5.0
"""From a first to a second step: so many times the limit, or so many degrees above it."""
UNDER_LOAD = 0.25
"""While others take the CPU, this share of the limit on what waits counts: the analyzer gives way to them, which harms nobody
unless its queue grows."""


class Effort(IntEnum):
    """FULL: as set. NARROW_BEAM: the recogniser keeps one hypothesis. SPEECH_ONLY: who speaks when, no words: those follow when
    there is time."""

    FULL = 0
    NARROW_BEAM = 1
    SPEECH_ONLY = 2


NARROWED = Message(
    "transcribed with a narrower search, because the box was too busy: the text may have more mistakes",
    "设备过于繁忙，采用较窄的搜索转写：文字错误可能略多",
)


@dataclass(frozen=True)
class Load:
    """waiting_s: seconds of audio never tried yet. temperature_c: of the hottest part. pressure: share of time, 0–100, in which
    something that could run had to wait for a CPU. None: nobody measures it."""

    waiting_s: float
    temperature_c: float | None = None
    pressure: float | None = None


@dataclass(frozen=True)
class Limits:
    """From where the box is too busy, in the units of Load; 0: never."""

    waiting_s: float
    temperature_c: float
    pressure: float

    @classmethod
    def of(cls, settings: Analysis) -> Limits:
        """As a site has set them."""
        return cls(settings.busy_audio_h * 3600, settings.busy_temperature_c, settings.busy_pressure)

    def eased(self) -> Limits:
        """Below which effort rises again."""
        return Limits(self.waiting_s * EASE, max(0.0, self.temperature_c - EASE_C), self.pressure * EASE)


@dataclass(frozen=True)
class Choice:
    """The effort for the next call. causes: of "behind", "hot", "load", why it is not full."""

    effort: Effort = Effort.FULL
    causes: tuple[str, ...] = ()

    def for_call(self, goes_first: bool) -> Effort:
        """For one call: those people wait for get their words however much waits, unless the box is hot."""
        return min(self.effort, Effort.NARROW_BEAM) if goes_first and "hot" not in self.causes else self.effort


def choose(now: Choice, load: Load, limits: Limits) -> Choice:
    """What follows on `now`: effort falls a step at a time as soon as a limit is passed, and rises once the load is well below."""
    called_for, kept = _called_for(load, limits), _called_for(load, limits.eased())
    worst, still = max(called_for.values(), default=Effort.FULL), max(kept.values(), default=Effort.FULL)
    if worst > now.effort:
        return Choice(Effort(now.effort + 1), _causes(called_for))
    effort = min(now.effort, still)
    return Choice(effort, _causes(kept) if effort else ())


def _causes(found: dict[str, Effort]) -> tuple[str, ...]:
    return tuple(cause for cause, effort in found.items() if effort)


def _called_for(load: Load, limits: Limits) -> dict[str, Effort]:
    """The effort each cause leaves; "load" only where it makes a difference."""
    behind = _step(load.waiting_s, limits.waiting_s, limits.waiting_s * DEEPER)
    pressed = limits.pressure > 0 and (load.pressure or 0.0) >= limits.pressure
    under_load = limits.waiting_s * UNDER_LOAD
    loaded = _step(load.waiting_s, under_load, under_load * DEEPER) if pressed else Effort.FULL
    hot = _step(load.temperature_c or 0.0, limits.temperature_c, limits.temperature_c + DEEPER_C)
    return {"behind": behind, "hot": hot, "load": loaded if loaded > behind else Effort.FULL}


def _step(value: float, limit: float, deeper: float) -> Effort:
    if limit <= 0 or value < limit:
        return Effort.FULL
    return Effort.NARROW_BEAM if value < deeper else Effort.SPEECH_ONLY


class Economy:
    """Chooses before every call. sensors: of this machine unless given."""

    def __init__(self, limits: Limits, sensors: Sensors | None = None) -> None:
        self._limits = limits
        self._sensors = sensors or MachineSensors()
        self._choice = Choice()

    def choose(self, waiting_s: float) -> Choice:
        """For the next call, while so many seconds of audio wait."""
        load = Load(waiting_s, self._sensors.temperature_c(), self._sensors.pressure())
        before, self._choice = self._choice, choose(self._choice, load, self._limits)
        if before.effort != self._choice.effort:
            log.warning("effort is now %s (%s): %s", self._choice.effort.name, ", ".join(self._choice.causes) or "time again", load)
        return self._choice
