"""Lines made of numbers: speech, noise, hum and silence, fed to a line under watch a block at a time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from hw.interfaces import Samples
from recorder.settings.sections import AlarmLimits
from recorder.signals.voice import VoiceDetector
from recorder.watch.line import Condition, LineWatch

RATE = 8000
BLOCK = 800
SPEECH = Path(__file__).parents[2] / "console" / "democalls" / "calls" / "shoes_perfect.flac"


@functools.cache
def _spoken() -> Samples:
    """Real words at an active level of -26 dBFS, two seconds of them and half a second of pause."""
    samples = soundfile.read(SPEECH, dtype="float32")[0].max(axis=1) * 32768
    pieces = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    loud = pieces[np.abs(pieces).max(axis=1) > 800].reshape(-1)
    loud = loud[: len(loud) // (2 * RATE) * 2 * RATE] * (32768 * 10 ** (-26 / 20) / np.sqrt(np.mean(loud**2)))
    return np.pad(loud.reshape(-1, 2 * RATE), ((0, 0), (0, RATE // 2))).reshape(-1)


def speech(seconds: float, level_db: float = -26.0) -> Samples:
    """Somebody talking, with pauses for breath, at that active level."""
    return np.resize(_spoken(), round(seconds * RATE)) * 10 ** ((level_db + 26) / 20)


def noise(seconds: float, level_db: float = -66.0, seed: int = 1) -> Samples:
    """A line's noise."""
    return np.random.default_rng(seed).normal(0, 32768 * 10 ** (level_db / 20), round(seconds * RATE))


def hum(seconds: float, level_db: float, hz: float = 50.0) -> Samples:
    """Mains with a third harmonic 10 dB below, both together at that level."""
    turns = 2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(turns) + 10 ** (-10 / 20) * np.sin(3 * turns)
    return wave / np.sqrt(np.mean(wave**2)) * 32768 * 10 ** (level_db / 20)


def channels(*sides: Samples) -> Samples:
    """Sides → what a device delivers: 16 bits, clipped at full scale, shape (frames, channels)."""
    return np.clip(np.stack(sides, axis=1), -32768, 32767).astype(np.int16)


class Watched:
    """A line, heard and watched as the recorder does it. names: its channels; limits as set."""

    def __init__(self, sides: int = 2, limits: AlarmLimits | None = None, standing: Sequence[str] = ()) -> None:
        self.watch = LineWatch(RATE, sides, limits or AlarmLimits(), frozenset(standing))
        self._voice = VoiceDetector(RATE, sides)
        self.changes: list[tuple[str, bool]] = []
        self._was = {condition.kind: condition.wrong for condition in self.watch.conditions()}

    def hear(self, *sides: Samples) -> Watched:
        """Feed audio; every change of a condition is noted as it comes."""
        samples = channels(*sides)
        for start in range(0, len(samples), BLOCK):
            block = samples[start : start + BLOCK]
            self.watch.audio(block, self._voice.feed(block))
            self._note()
        return self

    def call(self, *sides: Samples) -> Watched:
        """The same, as a call."""
        self.watch.began()
        self.hear(*sides)
        self.levels = self.watch.ended()
        self._note()
        return self

    def wrong(self) -> set[str]:
        """What is wrong now."""
        return {condition.kind for condition in self.watch.conditions() if condition.wrong}

    def condition(self, kind: str) -> Condition:
        """How that stands."""
        return next(condition for condition in self.watch.conditions() if condition.kind == kind)

    def _note(self) -> None:
        for condition in self.watch.conditions():
            if condition.wrong != self._was[condition.kind]:
                self._was[condition.kind] = condition.wrong
                self.changes.append((condition.kind, condition.wrong))
