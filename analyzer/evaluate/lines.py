"""Telephone lines made of clean voices and what lines have, with where somebody speaks known frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import RATE
from analyzer.detectors import FRAME, Flags
from analyzer.vad import FRAME_S, levels_db, runs
from hw.interfaces import Samples

Floats = NDArray[np.float64]

_LEVEL_DB = -24.0  # dBFS (RMS) of the voices
_PAUSES_S = (0.6, 4.0)
_HOLD_S, _CLIPS_A_HOLD = 20.0, 8  # every so many clips somebody is put on hold
_UNDER_LOUD_DB = 30.0  # a frame of a clean clip so far under its loud frames is a pause
_SHORT_PAUSE_S = 0.2  # a shorter one is part of speaking


@dataclass(frozen=True)
class Line:
    """samples: 8 kHz int16. speech: a flag a frame of 20 ms, whether somebody speaks."""

    samples: Samples
    speech: Flags


def lay(clips: Sequence[Samples], condition: str) -> Line:
    """The clips one after the other with pauses between, under a condition of CONDITIONS. The same clips give the same line."""
    random = np.random.default_rng(4)
    pieces: list[Floats] = []
    flags: list[Flags] = []
    for number, clip in enumerate(clips):
        pause = round((_HOLD_S if number % _CLIPS_A_HOLD == 4 else random.uniform(*_PAUSES_S)) / FRAME_S)
        whole = clip[: len(clip) // FRAME * FRAME].astype(np.float64)
        pieces += [np.zeros(pause * FRAME), _levelled(whole)]
        flags += [np.zeros(pause, bool), spoken_frames(whole)]
    voice, speech = np.concatenate(pieces), np.concatenate(flags)
    return Line(_line(CONDITIONS[condition](voice, speech, random)), speech)


def spoken_frames(clean: Floats) -> Flags:
    """Where a clean recording is loud enough to be speech, short pauses closed."""
    levels = levels_db(clean.reshape(-1, FRAME).astype(np.int16))
    loud = levels > np.percentile(levels, 95) - _UNDER_LOUD_DB
    gap = round(_SHORT_PAUSE_S / FRAME_S)
    near = np.convolve(loud, np.ones(2 * gap + 1), mode="same") > 0
    padded = np.pad(near, gap, constant_values=True)
    closed = np.convolve(padded, np.ones(2 * gap + 1), mode="valid") >= 2 * gap + 1
    return np.asarray(closed | loud)


def _levelled(clip: Floats) -> Floats:
    speech = np.repeat(spoken_frames(clip), FRAME)
    power = np.mean(np.square(clip[speech])) if speech.any() else 1.0
    return np.asarray(clip * 32768 * 10 ** (_LEVEL_DB / 20) / np.sqrt(power + 1e-9))


def _line(sound: Floats) -> Samples:
    """Through G.711 µ-law and back."""
    x = np.clip(sound / 32768, -1, 1)
    code = np.round(np.sign(x) * np.log1p(255 * np.abs(x)) / np.log1p(255) * 127)
    back = np.sign(code) * np.expm1(np.abs(code) / 127 * np.log1p(255)) / 255
    return np.asarray(np.clip(back * 32767, -32768, 32767), np.int16)


def _noise(random: np.random.Generator, count: int, level_db: float) -> Floats:
    return np.asarray(random.normal(0, 32768 * 10 ** (level_db / 20), count))


def _clean(voice: Floats, _speech: Flags, random: np.random.Generator) -> Floats:
    return np.asarray(voice + _noise(random, len(voice), -65))


def _hissing(voice: Floats, _speech: Flags, random: np.random.Generator) -> Floats:
    return voice + _noise(random, len(voice), _LEVEL_DB - 15)


def _humming(voice: Floats, _speech: Flags, random: np.random.Generator) -> Floats:
    t = np.arange(len(voice)) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * n * t + n) / n for n in (1, 2, 3, 4, 5, 7, 9, 12))
    return np.asarray(_clean(voice, _speech, random) + 32768 * 10 ** ((_LEVEL_DB - 12) / 20) * hum)


def _typing(voice: Floats, _speech: Flags, random: np.random.Generator) -> Floats:
    """A key is a knock of a few milliseconds and its release a tenth of a second later; six keys a second in bursts."""
    sound = _clean(voice, _speech, random)
    at = 0.0
    while at < len(voice) / RATE - 1:
        at += random.exponential(0.15) if random.random() < 0.97 else random.uniform(1, 4)
        for delay, strength in ((0.0, 1.0), (random.uniform(0.07, 0.13), 0.5)):
            length = round(random.uniform(0.006, 0.03) * RATE)
            first = round((at + delay) * RATE)
            if first + length < len(sound):
                knock = random.normal(0, 1, length) * np.exp(-4 * np.arange(length) / length)
                sound[first : first + length] += strength * 32768 * 10 ** ((_LEVEL_DB + random.uniform(-6, 4)) / 20) * knock
    return np.asarray(sound)


def _holding(voice: Floats, speech: Flags, random: np.random.Generator) -> Floats:
    """Half-second chords of plucked notes in the long pauses."""
    notes = [261.6, 293.7, 329.6, 349.2, 392.0, 440.0, 523.3, 587.3]
    t = np.arange(RATE // 2) / RATE
    tune = []
    for _ in range(len(voice) // len(t) + 1):
        chosen = random.choice(notes, 3, replace=False)
        tune.append(np.asarray(sum(np.exp(-2 * t) * np.sin(2 * np.pi * f * h * t) / h for f in chosen for h in (1, 2, 3))))
    music = np.concatenate(tune)[: len(voice)]
    held = np.zeros(len(speech), bool)
    for first, past in runs(~speech):
        held[first:past] = (past - first) * FRAME_S >= _HOLD_S
    loudness = 32768 * 10 ** ((_LEVEL_DB - 3) / 20) / np.std(music)
    return np.asarray(_clean(voice, speech, random) + loudness * music * np.repeat(held, FRAME))


def _leaking(voice: Floats, _speech: Flags, random: np.random.Generator) -> Floats:
    """The other party, 25 dB down, all the time: the same voices from another place in the call."""
    return _clean(voice, _speech, random) + np.roll(voice, len(voice) // 3) * 10 ** (-25 / 20)


CONDITIONS: dict[str, Callable[[Floats, Flags, np.random.Generator], Floats]] = {
    "clean": _clean,
    "hiss": _hissing,
    "hum": _humming,
    "keys": _typing,
    "music": _holding,
    "leakage": _leaking,
}
"""clean: line noise at -65 dBFS; hiss: noise 15 dB under the voice; hum: mains and its harmonics 12 dB under; keys: a keyboard as
loud as the voice; music: hold music in pauses of 20 s; leakage: the other party 25 dB under."""
