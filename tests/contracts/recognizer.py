"""What every speech recogniser has to do, whichever engine it is."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.asr.interface import Recognizer
from hw.interfaces import Samples
from tests.analyzer.sounds import call, hiss


class RecognizerContract:
    """Subclasses give the fixtures `recognizer` and `language`."""

    @pytest.fixture
    def speech(self) -> list[Samples]:
        """Three utterances of one speaker."""
        agent = call()[:, 0]
        return [agent[round(a * 8000) : round(b * 8000)] for a, b in ((0.9, 8.2), (13.0, 19.1), (22.1, 29.1))]

    def test_one_transcript_a_clip(self, recognizer: Recognizer, language: str, speech: list[Samples]) -> None:
        transcripts = recognizer.transcribe(speech, language)
        assert len(transcripts) == len(speech)
        assert all(t.problem is None for t in transcripts)
        assert any(t.text for t in transcripts)

    def test_words_lie_in_their_clip_in_order(self, recognizer: Recognizer, language: str, speech: list[Samples]) -> None:
        for clip, transcript in zip(speech, recognizer.transcribe(speech, language), strict=True):
            at = 0.0
            for word in transcript.words:
                assert at - 0.05 <= word.start <= word.end <= len(clip) / 8000 + 0.05
                assert 0 <= word.confidence <= 1
                assert word.text.strip() == word.text != ""
                at = word.start
            assert 0 <= transcript.confidence <= 1
            assert bool(transcript.text) == bool(transcript.words)

    def test_silence_has_no_words(self, recognizer: Recognizer, language: str) -> None:
        quiet = [np.zeros(16000, np.int16), hiss(3)]
        assert [t.text for t in recognizer.transcribe(quiet, language)] == ["", ""]

    def test_the_shortest_clips_do_no_harm(self, recognizer: Recognizer, language: str) -> None:
        tiny = [np.zeros(0, np.int16), np.zeros(1, np.int16), np.zeros(80, np.int16)]
        assert [t.text for t in recognizer.transcribe(tiny, language)] == ["", "", ""]

    def test_no_clips_no_transcripts(self, recognizer: Recognizer, language: str) -> None:
        assert recognizer.transcribe([], language) == []

    def test_a_language_is_named(self, recognizer: Recognizer, language: str, speech: list[Samples]) -> None:
        assert recognizer.language_of(speech) == language
