"""The whole pipeline over real calls, with a recogniser that reads the script, and once with the real one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analyzer import models, pipeline
from analyzer.asr.interface import FAILED, NOTHING, Transcript
from analyzer.audio import open_audio
from analyzer.pipeline import PIPELINE_VERSION, Pipeline, to_json
from analyzer.result import EMOTIONS, CallFacts, Word
from hw.interfaces import Samples
from hw.messages import UserError
from recorder.settings.sections import Analysis, Site
from tests.analyzer.sounds import CALLS, HeldAudio, call


class Scripted:
    """Hears in every clip one sentence with its words in its first second; the clips it is told to fail on are lost."""

    def __init__(self, text: str = "您好", failing: tuple[int, ...] = (), deaf: bool = False) -> None:
        self._text, self._failing, self._deaf = text, failing, deaf
        self.asked: list[tuple[int, str]] = []

    def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
        """One sentence a clip."""
        self.asked.append((len(clips), language))
        if self._deaf:
            return [NOTHING] * len(clips)
        words = tuple(Word(0.2 + 0.2 * n, 0.4 + 0.2 * n, c, 0.9) for n, c in enumerate(self._text))
        said = Transcript(self._text, 0.9, words)
        return [Transcript("", 0.0, problem=FAILED) if n in self._failing else said for n in range(len(clips))]

    def language_of(self, clips: Sequence[Samples]) -> str:
        """English, whatever it is."""
        assert sum(map(len, clips)) > 8000
        return "en"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A pipeline with the recogniser given."""

    def make(recognizer: Scripted, **settings: Any) -> Pipeline:
        monkeypatch.setattr(pipeline, "load_recognizer", lambda *_, **__: recognizer)
        return Pipeline(Analysis(**settings), Site(company=("好走购鞋网",)))

    return make


def test_sides_times_and_moods(made) -> None:  # type: ignore[no-untyped-def]
    recognizer = Scripted()
    analysis = made(recognizer).analyze(HeldAudio(call()), CallFacts("zh"))
    script = json.loads((CALLS / "shoes_perfect.json").read_text(encoding="utf-8"))
    assert analysis.channels == 2
    assert analysis.duration_s == pytest.approx(len(call()) / 8000, abs=0.001)
    assert sorted({u.side for u in analysis.utterances}) == ["agent", "customer"]
    for utterance in analysis.utterances:
        at = (utterance.start + utterance.end) / 2
        assert any(t["side"] == utterance.side and t["start"] - 0.5 < at < t["end"] + 0.5 for t in script["turns"])
        assert -60 < utterance.level_db < 0
        assert utterance.words[0].start == pytest.approx(utterance.start, abs=0.21)
        if utterance.emotion:
            assert set(utterance.emotion) == set(EMOTIONS)
            assert sum(utterance.emotion.values()) == pytest.approx(1, abs=0.01)
    assert list(analysis.utterances) == sorted(analysis.utterances, key=lambda u: (u.start, u.end))
    assert {language for _, language in recognizer.asked} == {"zh"}
    assert len(recognizer.asked) == 2  # one batch a side
    assert analysis.pipeline_version == PIPELINE_VERSION


def _mono(name: str) -> Samples:
    return (call(name).astype(int).sum(axis=1) // 2).astype(np.int16)


def test_on_a_mono_call_that_tells_nothing_of_who_is_who_all_are_mixed(made) -> None:  # type: ignore[no-untyped-def]
    analysis = made(Scripted("嗯")).analyze(HeldAudio(_mono("shoes_perfect")), CallFacts("zh"))
    assert analysis.channels == 1
    assert {u.side for u in analysis.utterances} == {"mixed"}
    assert all(0 <= (u.role_confidence or 0) < 0.7 for u in analysis.utterances)
    assert set(analysis.acoustics["speech_s"]) == {"mixed"}  # type: ignore[call-overload]


def test_the_voices_of_a_mono_call_get_their_roles(made) -> None:  # type: ignore[no-untyped-def]
    script = json.loads((CALLS / "shoes_perfect.json").read_text(encoding="utf-8"))

    class Opening(Scripted):
        """The first to be recognised opens as an agent does."""

        def transcribe(self, clips: Sequence[Samples], language: str) -> list[Transcript]:
            self._text = "嗯" if self.asked else "您好,工号三零二七,很高兴为您服务"
            return super().transcribe(clips, language)

    analysis = made(Opening()).analyze(HeldAudio(_mono("shoes_perfect")), CallFacts("zh", direction="in"))
    assert {u.side for u in analysis.utterances} == {"agent", "customer"}
    assert set(analysis.acoustics["speech_s"]) == {"agent", "customer"}  # type: ignore[call-overload]
    for utterance in analysis.utterances:
        at = (utterance.start + utterance.end) / 2
        assert any(t["side"] == utterance.side and t["start"] - 0.5 < at < t["end"] + 0.5 for t in script["turns"])
        assert 0.5 < (utterance.role_confidence or 0) <= 1
    assert all("role_confidence" in u for u in to_json(analysis)["utterances"])  # type: ignore[attr-defined]


def test_a_lost_window_costs_only_its_words_and_is_told(made) -> None:  # type: ignore[no-untyped-def]
    whole = made(Scripted()).analyze(HeldAudio(call()), CallFacts("zh"))
    analysis = made(Scripted(failing=(1,))).analyze(HeldAudio(call()), CallFacts("zh"))
    assert analysis.warnings == (FAILED,)
    assert whole.warnings == ()
    assert sum(bool(u.text) for u in analysis.utterances) == len(whole.utterances) - 2
    lost = [u for u in analysis.utterances if u.problem]
    assert [(u.text, u.problem) for u in lost] == [("", FAILED)] * 2
    told = [u["problem"]["en"] for u in to_json(analysis)["utterances"] if "problem" in u]  # type: ignore[attr-defined]
    assert told == [FAILED.en] * 2


def test_short_noises_without_words_are_left_out_long_ones_kept(made) -> None:  # type: ignore[no-untyped-def]
    kept = made(Scripted(deaf=True)).analyze(HeldAudio(call()), CallFacts("zh")).utterances
    assert kept
    assert all(u.text == "" and u.end - u.start >= 1.0 for u in kept)


def test_a_silent_call_is_analysed_too(made) -> None:  # type: ignore[no-untyped-def]
    analysis = made(Scripted()).analyze(HeldAudio(np.zeros((80000, 2), np.int16)), CallFacts("zh"))
    assert analysis.utterances == ()
    assert analysis.duration_s == 10


def test_json_is_the_contract(made) -> None:  # type: ignore[no-untyped-def]
    analysis = made(Scripted("你去死")).analyze(HeldAudio(call()), CallFacts("zh"))
    answer = json.loads(json.dumps(to_json(analysis)))
    assert {"duration_s", "channels", "utterances", "rule_hits", "scores", "acoustics", "cpu_s", "wall_s"} <= set(answer)
    assert {"start", "end", "side", "text", "confidence", "emotion"} <= set(answer["utterances"][0])
    assert set(answer["rule_hits"][0]) == {"rule", "side", "start", "end", "evidence", "confidence"}
    assert "insult" in {hit["rule"] for hit in answer["rule_hits"]}
    assert set(answer["scores"]) == {"compliance", "experience", "risk"}
    for name, value in answer["scores"].items():
        assert value == pytest.approx(100 - sum(d["points"] for d in answer["deductions"] if d["score"] == name), abs=0.01)


def test_priority_is_the_rulebooks_word(made) -> None:  # type: ignore[no-untyped-def]
    for text, expected in (("你去死", True), ("好的谢谢您", False)):
        made_one = made(Scripted(text))
        assert made_one.is_high_priority(made_one.analyze(HeldAudio(call()), CallFacts("zh"))) is expected


def test_progress_only_grows_and_ends_at_the_end(made) -> None:  # type: ignore[no-untyped-def]
    told: list[float] = []
    made(Scripted()).analyze(HeldAudio(call(), 8000), CallFacts("zh"), lambda done, _total: told.append(done))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(len(call()) / 8000)


def test_a_long_call_is_recognised_in_batches(made, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(pipeline, "_BATCH_S", 33.0)  # a tenth, so that a call of two minutes is a long one
    recognizer = Scripted()
    long = np.tile(call(), (3, 1))
    analysis = made(recognizer).analyze(HeldAudio(long), CallFacts("zh"))
    assert analysis.duration_s == pytest.approx(len(long) / 8000, abs=0.001)
    assert len(recognizer.asked) > 2
    assert sum(n for n, _ in recognizer.asked) >= len(analysis.utterances) > 30


def test_language_is_heard_from_the_file(made, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    soundfile.write(tmp_path / "a.wav", call()[: 30 * 8000], 8000)
    soundfile.write(tmp_path / "quiet.wav", np.zeros(8000, np.int16), 8000)
    assert made(Scripted()).language_of(tmp_path / "a.wav") == "en"
    assert made(Scripted()).language_of(tmp_path / "quiet.wav") == "zh"  # the site's


def test_a_missing_model_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "SYSTEM_FOLDER", tmp_path / "none")
    monkeypatch.delenv("CALLBOX_MODELS", raising=False)
    with pytest.raises(UserError, match="callbox models install whisper-base"):
        Pipeline(Analysis(models=str(tmp_path)), Site()).load()
    with pytest.raises(UserError, match="whisper, vosk"):
        Pipeline(Analysis(engine="magic"), Site()).load()


def test_long_numbers_are_masked_where_asked_but_only_after_the_rules(made) -> None:  # type: ignore[no-untyped-def]
    recognizer = Scripted("您的卡号是六二二八四八零一二三九五七七一六零四三")
    plain = made(recognizer).analyze(HeldAudio(call()), CallFacts("zh"))
    masking = made(recognizer, mask_digits=True).analyze(HeldAudio(call()), CallFacts("zh"))
    assert [h.rule for h in masking.hits] == [h.rule for h in plain.hits]
    assert "六二二八" in json.dumps(to_json(plain), ensure_ascii=False)
    shown = json.dumps(to_json(masking), ensure_ascii=False) + "".join(w.text for u in masking.utterances for w in u.words)
    assert "卡号是" + 19 * "*" in shown
    assert [c for c in "六八零九七" if c in shown] == [], re.findall(".{12}[六八零九七].{12}", shown)


class Narrowing(Scripted):
    """One whose search can be narrowed."""

    def __init__(self) -> None:
        super().__init__()
        self.is_narrow = False

    def narrow(self, narrow: bool) -> bool:
        """It makes a difference."""
        self.is_narrow = narrow
        return narrow


def test_a_narrower_search_is_said_and_taken_back(made) -> None:  # type: ignore[no-untyped-def]
    recognizer = Narrowing()
    pipe = made(recognizer)
    narrow = pipe.analyze(HeldAudio(call()), CallFacts(), narrow=True)
    assert recognizer.is_narrow and narrow.degraded == to_json(narrow)["degraded"] == "narrow_beam"
    assert any("narrower search" in warning.en for warning in narrow.warnings)
    full = pipe.analyze(HeldAudio(call()), CallFacts())
    assert not recognizer.is_narrow and not full.degraded and "degraded" not in to_json(full)
    always_alike = made(Scripted()).analyze(HeldAudio(call()), CallFacts(), narrow=True)
    assert not always_alike.degraded  # an engine without a search to narrow saved on nothing


def test_a_survey_needs_no_recogniser_and_knows_who_spoke_when(made) -> None:  # type: ignore[no-untyped-def]
    recognizer = Scripted()
    pipe = made(recognizer)
    survey, analysis = pipe.survey(HeldAudio(call()), CallFacts()), pipe.analyze(HeldAudio(call()), CallFacts())
    assert survey.acoustics["speech_s"] == analysis.acoustics["speech_s"]
    assert survey.duration_s == analysis.duration_s and survey.channels == 2
    assert len(recognizer.asked) == 2  # the analysis's, a side each
    assert "未转写" in survey.why.zh and "not transcribed" in survey.why.en


@pytest.mark.model
def test_a_real_call_is_understood() -> None:
    real = Pipeline(Analysis(), Site())
    with open_audio(CALLS / "courier_shirk.flac") as audio:
        analysis = real.analyze(audio, CallFacts("zh", hung_up_by="customer", direction="in"))
    assert "sensitive_word" in {hit.rule for hit in analysis.hits}
    text = "".join(u.text for u in analysis.utterances)
    assert "投诉" in text
    assert real.language_of(CALLS / "courier_shirk.flac") == "zh"
    assert real.language_of(CALLS / "english_repair.flac") == "en"
