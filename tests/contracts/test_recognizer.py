"""Both engines, held to one contract, with real models: Whisper hears Mandarin; of Vosk only a Korean model is on a registry."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from analyzer import models
from analyzer.asr.interface import Recognizer
from analyzer.evaluate.chinese import normalise_chinese
from analyzer.evaluate.distance import edits
from hw.interfaces import Samples
from hw.messages import UserError
from recorder.settings.sections import Analysis
from tests.contracts.recognizer import RecognizerContract

pytestmark = pytest.mark.model


def _folder(name: str) -> Path:
    try:
        return models.locate(name, models.folder(Analysis()))
    except UserError as error:
        pytest.skip(error.message.en)


@cache
def _whisper() -> Recognizer:
    from analyzer.asr.whisper import WhisperRecognizer  # noqa: PLC0415  a native engine, only where it is wanted

    return WhisperRecognizer(_folder("whisper-base"))


@cache
def _vosk() -> Recognizer:
    from analyzer.asr.vosk import VoskRecognizer  # noqa: PLC0415

    return VoskRecognizer(_folder("vosk-ko"), "ko")


class TestWhisper(RecognizerContract):
    @pytest.fixture
    def language(self) -> str:
        return "zh"

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return _whisper()

    def test_the_same_clips_give_the_same_words(self, recognizer: Recognizer, language: str, speech: list[Samples]) -> None:
        assert recognizer.transcribe(speech[:1], language) == recognizer.transcribe(speech[:1], language)

    def test_words_are_those_of_their_clip(self, recognizer: Recognizer, language: str, speech: list[Samples]) -> None:
        said = (
            "您好,好走购鞋网,工号三零二七,很高兴为您服务,请问有什么可以帮您?",
            "好的,为了帮您核实订单,请问您贵姓,手机号码后四位是多少?",
            "谢谢您,陈先生。您买的是四十一码的跑鞋,请问是想换成四十二码吗?",
        )
        for text, transcript in zip(said, recognizer.transcribe(speech, language), strict=True):
            wanted, got = normalise_chinese(text), normalise_chinese(transcript.text)
            # Half would be too many for mishearing and too few for words of another clip.
            assert edits(wanted, got) < 0.5 * len(wanted), transcript.text


class TestVosk(RecognizerContract):
    @pytest.fixture
    def language(self) -> str:
        return "ko"

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        return _vosk()

    def test_another_language_is_refused(self, recognizer: Recognizer, speech: list[Samples]) -> None:
        with pytest.raises(UserError, match="the call is in zh"):
            recognizer.transcribe(speech, "zh")
