"""The Vosk adapter around an engine that says what the test wants: renewed for every clip, only a clip it breaks on lost."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analyzer.asr.interface import FAILED, NOTHING
from analyzer.asr.lexicon import Lexicon
from analyzer.asr.named import NamedRecognizer
from analyzer.asr.vosk import VoskRecognizer
from hw.interfaces import Samples
from hw.messages import UserError


class Native:
    """Stands for vosk.KaldiRecognizer: one word each half second it is given, then what is left; breaks on a loud clip."""

    made = 0
    alive = 0
    said = ("繁", "體", "江南", "引航")

    def __init__(self, _model: object, rate: int) -> None:
        assert rate == 16000
        Native.made, Native.alive = Native.made + 1, Native.alive + 1
        self.heard = self.told = 0

    def __del__(self) -> None:
        Native.alive -= 1

    def SetWords(self, wanted: bool) -> None:  # noqa: N802  its name there
        assert wanted

    def AcceptWaveform(self, data: bytes) -> bool:  # noqa: N802  its name there
        samples = np.frombuffer(data, np.int16)
        if samples.size and samples.max() > 20000:
            raise RuntimeError("native trouble")
        self.heard += len(samples)
        return self.heard // 8000 > self.told

    def Result(self) -> str:  # noqa: N802  its name there
        word = {"word": Native.said[self.told % 4], "start": self.told * 0.5, "end": self.told * 0.5 + 0.4, "conf": 0.9}
        self.told += 1
        return json.dumps({"result": [word, {"word": "[unk]", "start": 9, "end": 9, "conf": 0.1}], "text": "x"})

    def FinalResult(self) -> str:  # noqa: N802  its name there
        return json.dumps({"text": ""})


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> VoskRecognizer:
    Native.made = Native.alive = 0
    monkeypatch.setattr("vosk.Model", lambda _: object())
    monkeypatch.setattr("vosk.KaldiRecognizer", Native)
    return VoskRecognizer(tmp_path, "zh")


def _clip(seconds: float, level: int = 100) -> Samples:
    return np.full(round(seconds * 8000), level, np.int16)


def test_a_recogniser_is_renewed_before_it_grows(engine: VoskRecognizer) -> None:
    engine.transcribe([_clip(1)] * 50, "zh")
    assert (Native.made, Native.alive) == (50, 0)


def test_words_come_simplified_with_times_and_without_unknown_ones(engine: VoskRecognizer) -> None:
    (transcript,) = engine.transcribe([_clip(2)], "zh")
    assert transcript.text == "繁体江南引航"
    assert [(w.start, w.end, w.text) for w in transcript.words][:2] == [(0.0, 0.4, "繁"), (0.5, 0.9, "体")]
    assert transcript.confidence == 0.9


def test_only_the_clip_it_breaks_on_is_lost_and_that_is_said(engine: VoskRecognizer) -> None:
    before, broken, silent, after = engine.transcribe([_clip(1), _clip(1, 30000), _clip(0), _clip(1)], "zh")
    assert before.text == after.text != ""
    assert (broken.text, broken.problem) == ("", FAILED)
    assert silent == NOTHING


def test_the_site_s_names_are_put_in_by_sound_here_too(engine: VoskRecognizer) -> None:
    (transcript,) = NamedRecognizer(engine, Lexicon(["江南银行"])).transcribe([_clip(2)], "zh")
    assert transcript.text == "繁体江南银行"
    assert [w.text for w in transcript.words] == ["繁", "体", "江南", "银行"]


def test_another_language_is_refused(engine: VoskRecognizer) -> None:
    with pytest.raises(UserError, match="the call is in en"):
        engine.transcribe([_clip(1)], "en")


def test_a_broken_folder_is_told_with_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(_: str) -> None:
        raise Exception("Failed to create a model")

    monkeypatch.setattr("vosk.Model", broken)
    with pytest.raises(UserError, match="callbox models verify"):
        VoskRecognizer(tmp_path, "zh")
