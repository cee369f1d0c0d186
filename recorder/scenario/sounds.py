"""The sounds of a scenario: speech from a recording, an exchange's tones, telephone keys, music."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recorder.signals.dtmf import HIGH_HZ, KEYS, LOW_HZ
from recorder.signals.tones import TONE_HZ

Sound = NDArray[np.int16]
"""Shape (frames,)."""

LEVEL = 32768 * 10 ** (-13 / 20)
"""Peak of a tone: -10 dBm0, as ITU-T E.180 recommends."""

CADENCE = {
    "dial tone": (1.0, 1.0), "ring-back": (1.0, 5.0), "busy tone": (0.35, 0.7), "congestion tone": (0.7, 1.4),
    "waiting tone": (0.4, 4.4),
}  # fmt: skip
"""Seconds on, seconds of a period (GB 3380)."""

KEY_S, BETWEEN_KEYS_S = 0.1, 0.1

NOTES_HZ = (261.6, 329.6, 392.0, 523.3, 392.0, 329.6)
"""Music on hold: a broken chord with its overtones, 0.4 s a note."""


def tone(kind: str, seconds: float, rate: int) -> Sound:
    """One of CADENCE, or "music"."""
    time = np.arange(round(seconds * rate)) / rate
    if kind == "music":
        return _music(time)
    on, period = CADENCE[kind]
    return (LEVEL * np.sin(2 * np.pi * TONE_HZ * time) * (time % period < on)).astype(np.int16)


def keys(symbols: str, rate: int, key_s: float = KEY_S) -> Sound:
    """Telephone keys one after another (ITU-T Q.23), each tone at -10 dBm0."""
    time = np.arange(round(key_s * rate)) / rate
    pause = np.zeros(round(BETWEEN_KEYS_S * rate))
    pieces = []
    for symbol in symbols:
        row = next(place for place, row in enumerate(KEYS) if symbol in row)
        pair = (LOW_HZ[row], HIGH_HZ[KEYS[row].index(symbol)])
        pieces += [sum((LEVEL * np.sin(2 * np.pi * hz * time) for hz in pair), np.zeros(len(time))), pause]
    return np.concatenate(pieces).astype(np.int16)


def level_speech(samples: Sound) -> Sound:
    """Speech without long pauses, from a recording of any."""
    pieces = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    loud: Sound = pieces[np.abs(pieces.astype(np.int32)).max(axis=1) > 800].reshape(-1)
    return loud


def _music(time: NDArray[np.float64]) -> Sound:
    note = np.array(NOTES_HZ)[(time / 0.4).astype(int) % len(NOTES_HZ)]
    overtones = np.array([1.0, 2.0, 3.0, 4.0])[:, None]
    wave = (np.sin(2 * np.pi * note * overtones * time) / overtones).sum(axis=0)
    sound: Sound = (LEVEL / 2 * wave * np.exp(-2 * (time % 0.4))).astype(np.int16)
    return sound
