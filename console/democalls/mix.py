"""Two readers into one telephone call: timing, levels, leakage, line noise, hold music, telephone band, µ-law."""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from console.democalls.manner import manner_of
from console.democalls.script import SIDES, Dialogue, Hold, Turn, Voice

Sound = npt.NDArray[np.float64]
RATE = 8000
"""Hz."""
MU = 255.0
MUSIC_DB = -31.0

Read = Callable[[Turn, Voice], Sound]
"""A turn in a voice at 8 kHz, at no level in particular."""


@dataclass
class Timeline:
    """The call as it grows: a track per side, and where each turn and hold came to lie (seconds)."""

    tracks: dict[str, Sound]
    turns: list[dict[str, Any]] = field(default_factory=list)
    holds: list[dict[str, Any]] = field(default_factory=list)
    end: float = 0.0
    last_start: float = 0.0


def lay_out(dialogue: Dialogue, read: Read, told: Callable[[int], None]) -> Timeline:
    """All steps at their times, clean. `told` is called with each step's index as it is done."""
    line = Timeline({side: np.zeros(0) for side in SIDES}, end=dialogue.lead)
    for index, step in enumerate(dialogue.steps):
        if isinstance(step, Hold):
            _hold(line, step)
        else:
            _speak(line, step, dialogue.voices[step.side], read)
        told(index)
    return line


def _add(track: Sound, sound: Sound, start: float) -> Sound:
    at = round(start * RATE)
    grown = np.concatenate([track, np.zeros(max(0, at + len(sound) - len(track)))])
    grown[at : at + len(sound)] += sound
    return grown


def _speak(line: Timeline, turn: Turn, voice: Voice, read: Read) -> None:
    sound = _at_level(telephone_band(read(turn, voice)), voice.level_db + manner_of(turn).gain_db)
    if turn.cut is not None:
        sound = sound[: int(turn.cut * RATE)]
    start = line.end + turn.pause if turn.during is None else line.last_start + turn.during
    end = start + len(sound) / RATE
    line.tracks[turn.side] = _add(line.tracks[turn.side], sound, start)
    line.turns.append({"start": round(start, 3), "end": round(end, 3), "side": turn.side, "text": turn.text, "mood": turn.mood})
    line.end, line.last_start = max(line.end, end), start


def _active_rms(sound: Sound) -> float:
    """RMS over the 20 ms frames within 30 dB of the loudest (pauses do not count)."""
    powers = np.array([np.mean(frame**2) for frame in np.array_split(sound, max(1, len(sound) // 160))])
    return float(np.sqrt(np.mean(powers[powers >= powers.max() / 1000])))


def _at_level(sound: Sound, level_db: float, knee: float = 0.5) -> Sound:
    """The sound at level_db dBFS active RMS, peaks above the knee bent so that none passes 0.9."""
    scaled = sound * (10 ** (level_db / 20) / _active_rms(sound))
    over = np.maximum(np.abs(scaled) - knee, 0.0)
    return np.asarray(np.where(over > 0, np.sign(scaled) * (knee + 0.4 * np.tanh(over / 0.4)), scaled), np.float64)


def _hold(line: Timeline, hold: Hold) -> None:
    start = line.end + hold.pause
    if hold.music:
        line.tracks["agent"] = _add(line.tracks["agent"], telephone_band(melody(hold.seconds)), start)
    line.holds.append({"start": round(start, 3), "end": round(start + hold.seconds, 3), "music": hold.music})
    line.end = start + hold.seconds


def melody(seconds: float) -> Sound:
    """A plain music-box tune of our own (pentatonic, 0.4 s a note), as a telephone exchange plays it."""
    steps, scale = (0, 2, 4, 3, 2, 1, 0, 2, 4, 5, 4, 2, 3, 1, 2, 0), (392.0, 440.0, 523.25, 587.33, 659.25, 784.0)
    time = np.arange(int(0.4 * RATE)) / RATE
    notes = [
        sum(np.sin(2 * math.pi * scale[s] * k * time) / k**2 for k in (1, 2, 3)) * np.exp(-4 * time) * np.minimum(1, time / 0.01)
        for s in steps
    ]
    bar = np.concatenate(notes)
    tune = np.tile(bar, math.ceil(seconds * RATE / len(bar)))[: int(seconds * RATE)]
    return np.asarray(tune * 10 ** (MUSIC_DB / 20) / np.sqrt(np.mean(bar**2)), np.float64)


def noise(count: int, level_db: float, seed: int) -> Sound:
    """Line noise: hiss with a little 50 Hz hum's harmonics, level_db dBFS RMS in all."""
    generator = np.random.default_rng(seed)
    hiss = generator.standard_normal(count)
    time = np.arange(count) / RATE
    hum = sum(np.sin(2 * math.pi * hz * time + phase) for hz, phase in ((150, 0.3), (250, 1.1), (350, 2.0))) * 0.3
    both = hiss + hum
    return np.asarray(both * 10 ** (level_db / 20) / np.sqrt(np.mean(both**2)), np.float64)


def telephone_band(sound: Sound) -> Sound:
    """300–3400 Hz (G.712's band), fourth order each way."""
    signal: Any = importlib.import_module("scipy.signal")
    return np.asarray(signal.sosfilt(signal.butter(4, (280, 3400), "bandpass", fs=RATE, output="sos"), sound), np.float64)


def mu_law(sound: Sound) -> npt.NDArray[np.int16]:
    """There and back through G.711 µ-law (segments, 14 bit), as 16-bit samples."""
    level = np.minimum(np.abs(np.round(sound * 32768)), 32635).astype(np.int64) + 132
    exponent = np.floor(np.log2(level)).astype(np.int64) - 7
    mantissa = (level >> (exponent + 3)) & 15
    decoded = ((mantissa << 3) + 132 << exponent) - 132
    return np.asarray(np.where(sound < 0, -decoded, decoded), np.int16)


def to_line(dialogue: Dialogue, line: Timeline) -> npt.NDArray[np.int16]:
    """The finished call: frames × (agent, customer), 16 bit."""
    count = math.ceil((line.end + dialogue.tail) * RATE)
    clean = {side: np.pad(line.tracks[side], (0, max(0, count - len(line.tracks[side]))))[:count] for side in SIDES}
    columns = []
    for index, side in enumerate(SIDES):
        voice, other = dialogue.voices[side], clean[SIDES[1 - index]]
        leak = 0.0 if voice.leak_db is None else 10 ** (voice.leak_db / 20)
        seed = random.Random(f"{dialogue.name}/{side}").randrange(2**32)
        columns.append(mu_law(clean[side] + leak * np.roll(other, 12) + noise(count, voice.noise_db, seed)))
    return np.stack(columns, axis=1)
