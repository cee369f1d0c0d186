"""Vosk: streams word by word with little memory. Its small models want 16 kHz and refuse 8, so the line is brought up first.

The site's names are put in by sound afterwards (analyzer.asr.lexicon), as for every engine. Vosk itself knows no hints: a grammar
would let it hear nothing else.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soxr
import vosk

from analyzer.asr.interface import FAILED, NOTHING, Transcript
from analyzer.asr.script import simplified
from analyzer.audio import RATE
from analyzer.result import Word
from analyzer.throttle import Pause, no_pause
from hw.interfaces import Samples
from hw.messages import UserError

log = logging.getLogger(__name__)

_RATE = 16000
_CHUNK = _RATE // 4  # samples handed over at a time


class VoskRecognizer:
    """See Recognizer. folder: an installed Vosk model. language: the one it was trained for."""

    def __init__(self, folder: Path, language: str, pause: Pause = no_pause) -> None:
        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(str(folder))
        except Exception:
            # vosk raises a bare Exception whatever is wrong with the folder.
            raise UserError(
                f"{folder} is no Vosk model that can be loaded: run callbox models verify",
                f"{folder} 不是可加载的 Vosk 模型:请运行 callbox models verify",
            ) from None
        self._language = language
        self._pause = pause

    def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
        """See Recognizer."""
        if language != self._language:
            raise UserError(
                f"the Vosk model is for {self._language}, the call is in {language}: choose another [analysis] model",
                f"Vosk 模型的语言是 {self._language},通话语言是 {language}:请更换 [analysis] model",
            )
        transcripts = []
        for clip in clips:
            transcripts.append(self._safely(clip))
            self._pause()
        return transcripts

    def _safely(self, clip: Samples) -> Transcript:
        try:
            return self._hear(clip)
        except Exception:
            # Whatever a native engine throws at one clip must not cost the others, nor the call.
            log.exception("vosk failed on a clip of %.1f s", len(clip) / RATE)
            return Transcript("", 0.0, problem=FAILED)

    def _hear(self, clip: Samples) -> Transcript:
        # A recogniser a clip: long-lived ones grow (300 to 690 MB in 11 minutes was seen).
        recognizer = vosk.KaldiRecognizer(self._model, _RATE)
        recognizer.SetWords(True)
        words = tuple(_words(recognizer, clip))
        if self._language == "zh":
            plain = simplified([word.text for word in words])
            words = tuple(replace(word, text=text) for word, text in zip(words, plain, strict=True))
        if not words:
            return NOTHING
        text = ("" if self._language == "zh" else " ").join(word.text for word in words)
        return Transcript(text, round(sum(word.confidence for word in words) / len(words), 3), words)

    def language_of(self, clips: Sequence[Samples]) -> str:  # noqa: ARG002  it knows only one
        """The model's own language."""
        return self._language


def _words(recognizer: vosk.KaldiRecognizer, clip: Samples) -> Iterator[Word]:
    audio = soxr.resample(clip, RATE, _RATE).astype(np.int16)
    for first in range(0, len(audio), _CHUNK):
        if recognizer.AcceptWaveform(audio[first : first + _CHUNK].tobytes()):
            yield from _result(recognizer.Result())
    yield from _result(recognizer.FinalResult())


def _result(answer: str) -> Iterator[Word]:
    for word in json.loads(answer).get("result", ()):
        if word["word"] != "[unk]":
            yield Word(round(word["start"], 2), round(word["end"], 2), word["word"], round(word["conf"], 3))
