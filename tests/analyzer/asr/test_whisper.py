"""The Whisper adapter around a decoder that says what the test wants: words cut back, windows lost one by one, second chances."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer.asr import whisper
from analyzer.asr.interface import FAILED
from analyzer.asr.whisper import WhisperRecognizer
from hw.interfaces import Samples

Heard = Callable[[int, float], list[tuple[float, float, str]]]
"""What is "heard" in a window, by its number among all that were decoded and its length: words as (start, end, text), seconds."""
Make = Callable[..., WhisperRecognizer]


class FakeDecoder:
    """Stands for BatchedInferencePipeline: `heard` says what is in each window."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self.windows: list[float] = []
        self.no_speech = 0.1
        self.probability = 0.8
        self.asked: list[dict[str, Any]] = []
        self.short = False

    def transcribe(self, _audio: Any, clip_timestamps: Sequence[dict[str, float]], **options: Any) -> tuple[Iterator[Any], None]:
        """As the real one, for the arguments the adapter gives."""
        self.asked.append(options | {"short": self.short})
        return iter([self._segment(span) for span in clip_timestamps]), None

    def _segment(self, span: dict[str, float]) -> SimpleNamespace:
        number, start = len(self.windows), span["start"]
        self.windows.append(span["end"] - start)
        heard = self._heard(number, span["end"] - start)
        words = [SimpleNamespace(start=start + a, end=start + b, word=w, probability=self.probability) for a, b, w in heard]
        return SimpleNamespace(words=words, no_speech_prob=self.no_speech, avg_logprob=-1.5)


@pytest.fixture
def recognizer(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make a recogniser whose decoder hears what is given."""

    def build(heard: Heard, probability: float = 0.8, names: Sequence[str] = ()) -> WhisperRecognizer:
        monkeypatch.setattr(whisper, "WhisperModel", lambda *_, **__: None)
        decoder = FakeDecoder(heard)
        decoder.probability = probability
        monkeypatch.setattr(whisper, "ShortenedPipeline", lambda _model: decoder)
        made = WhisperRecognizer(folder=None, names=names)  # type: ignore[arg-type]
        made.decoder = decoder  # type: ignore[attr-defined]
        return made

    return build


def _clip(seconds: float) -> Samples:
    return np.zeros(round(seconds * 8000), np.int16)


def test_words_are_cut_back_to_their_clips(recognizer: Make) -> None:
    # Clips at 0–2 s and 2.6–4.6 s of the window; the second's first word begins in the gap, as Whisper has it.
    heard = [(0.2, 0.6, "您"), (0.6, 1.0, "好,"), (2.1, 3.0, "請"), (3.0, 3.4, " 問")]
    first, second = recognizer(lambda *_: heard).transcribe([_clip(2), _clip(2)], "zh")
    assert (first.text, second.text) == ("您好,", "请问")
    assert [(w.start, w.end, w.text) for w in second.words] == [(0.0, 0.4, "请"), (0.4, 0.8, "问")]
    assert first.confidence == pytest.approx(0.8)


def test_who_is_followed_is_heard_with_what_went_before_by_the_short_encoder(recognizer: Make) -> None:
    made = recognizer(lambda _number, seconds: [(seconds - 0.6, seconds - 0.2, "请"), (0.2, 0.5, "您")])
    (only,) = made.follow([_clip(9), _clip(5), _clip(3)], [_clip(2)], "zh")  # the last two fit into 14 s, gaps included
    assert only.text == "请"
    assert made.decoder.windows == [pytest.approx(5 + 0.6 + 3 + 0.6 + 2)]  # type: ignore[attr-defined]
    assert made.decoder.asked[0]["short"]  # type: ignore[attr-defined]
    made.transcribe([_clip(2)], "zh")
    assert not made.decoder.asked[1]["short"]  # type: ignore[attr-defined]


def test_clips_of_one_who_is_followed_may_be_too_long_for_the_short_encoder(recognizer: Make) -> None:
    made = recognizer(lambda *_: [(0.2, 0.5, "您")])
    found = made.follow([_clip(3)], [_clip(10), _clip(6), _clip(20)], "zh")
    assert [one.text for one in found] == ["您", "您", "您"]
    assert [asked["short"] for asked in made.decoder.asked] == [True, True, False]  # type: ignore[attr-defined]


def test_english_keeps_its_spaces(recognizer: Make) -> None:
    heard = [(0.1, 0.4, " It"), (0.4, 0.5, "'s"), (0.5, 0.9, " 28"), (0.9, 1.2, ".8")]
    (only,) = recognizer(lambda *_: heard).transcribe([_clip(2)], "en")
    assert only.text == "It's 28.8"
    assert [word.text for word in only.words] == ["It", "'s", "28", ".8"]


def test_a_failing_window_is_the_only_one_lost(recognizer: Make, caplog: pytest.LogCaptureFixture) -> None:
    def heard(_number: int, seconds: float) -> list[tuple[float, float, str]]:
        if seconds == pytest.approx(21):
            raise RuntimeError("the engine broke")
        return [(0.1, seconds - 0.2, "这里有话要说给你们大家听的呀真的有很多很多")]

    transcripts = recognizer(heard).transcribe([_clip(20), _clip(21), _clip(22)], "zh")
    assert [t.problem for t in transcripts] == [None, FAILED, None]
    assert [bool(t.text) for t in transcripts] == [True, False, True]
    assert "whisper failed" in caplog.text


def test_a_clip_the_decoder_passed_over_gets_a_second_chance(recognizer: Make) -> None:
    def heard(number: int, _seconds: float) -> list[tuple[float, float, str]]:
        return [(0.1, 1.5, "我要退款")] if number == 0 else [(0.1, 1.5, "再说一遍")]

    first, second = recognizer(heard).transcribe([_clip(2), _clip(2)], "zh")
    assert (first.text, second.text) == ("我要退款", "再说一遍")


def test_loops_and_phantoms_are_nothing(recognizer: Make) -> None:
    heard = [(0.1, 0.9, "谢谢观看"), *((1.6 + i / 10, 1.7 + i / 10, "好的") for i in range(30))]
    transcripts = recognizer(lambda *_: heard).transcribe([_clip(0.9), _clip(3)], "zh")
    assert [t.text for t in transcripts] == ["", ""]


def test_no_clips_no_work(recognizer: Make) -> None:
    assert recognizer(lambda *_: []).transcribe([], "zh") == []


def test_names_are_told_to_the_decoder_and_only_then(recognizer: Make) -> None:
    for names, told in (((), None), (("江南银行", "飞燕快递"), "江南银行 飞燕快递")):
        made = recognizer(lambda *_: [(0.1, 0.5, "您好")], names=names)
        made.transcribe([_clip(1)], "zh")
        assert made.decoder.asked[0]["hotwords"] == told  # type: ignore[attr-defined]


@pytest.mark.parametrize(("probability", "text"), [(0.2, ""), (0.9, "江南银行")])
def test_a_name_alone_is_believed_only_when_the_decoder_is_sure(recognizer: Make, probability: float, text: str) -> None:
    made = recognizer(lambda *_: [(0.1, 0.5, "江南"), (0.5, 0.9, "银行")], probability, ("江南银行",))
    assert [t.text for t in made.transcribe([_clip(1)], "zh")] == [text]
