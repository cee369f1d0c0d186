"""The evaluation counts what the recogniser gets wrong, and names what is wrong with a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analyzer.asr.interface import Transcript
from analyzer.evaluate.asr import evaluate_asr
from hw.interfaces import Samples
from hw.messages import UserError
from recorder.settings.sections import Analysis
from tests.analyzer.sounds import call


class Parrot:
    """Says its texts one after the other, one a call of a clip."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.batches: list[int] = []

    def transcribe(self, clips: Sequence[Samples], _language: str) -> list[Transcript]:
        """The next texts."""
        self.batches.append(len(clips))
        return [Transcript(self.texts.pop(0), 0.9) for _ in clips]

    def language_of(self, _clips: Sequence[Samples]) -> str:
        """Mandarin."""
        return "zh"


def _manifest(folder: Path, rows: str) -> Path:
    agent = call()[:, 0]
    for name, (start, end) in {"one": (0.9, 4.5), "two": (22.1, 25.5)}.items():
        soundfile.write(folder / f"{name}.wav", agent[round(start * 8000) : round(end * 8000)], 8000)
    (folder / "m.csv").write_text("path,text\n" + rows, encoding="utf-8-sig")
    return folder / "m.csv"


def test_errors_are_counted_over_all_files(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path, f'one.wav,"您好,一百二十元"\n{tmp_path}/two.wav,谢谢您\n')
    parrot = Parrot("您号120元。", "谢谢")
    figures = evaluate_asr(manifest, "zh", Analysis(), recognizer=parrot)
    assert (figures["n"], figures["errors"], figures["length"]) == (2, 2, 9)
    assert figures["cer"] == pytest.approx(2 / 9, abs=1e-4)
    assert figures["audio_s"] == pytest.approx(7.0, abs=0.1)
    assert parrot.batches == [2]  # packed over files, as the utterances of a speaker are
    worst = figures["worst"]
    assert isinstance(worst, list) and worst[0]["path"] in {"one.wav", "two.wav"}


def test_rates_by_speaker_where_the_manifest_names_them(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path, "one.wav,您好\ntwo.wav,谢谢您\n")
    manifest.write_text("path,text,speaker\none.wav,您好,S1\ntwo.wav,谢谢您,S2\n", encoding="utf-8")
    figures = evaluate_asr(manifest, "zh", Analysis(), recognizer=Parrot("您好", "谢谢"))
    assert figures["speakers"] == {
        "S1": {"n": 1, "cer": 0.0, "errors": 0, "length": 2}, "S2": {"n": 1, "cer": 0.3333, "errors": 1, "length": 3}
    }  # fmt: skip
    assert isinstance(figures["cpu_s"], float)


def test_english_is_counted_in_words(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path, "one.wav,Press one now\ntwo.wav,Thank you\n")
    figures = evaluate_asr(manifest, "en", Analysis(), recognizer=Parrot("press 1 no", "Thank you."))
    assert figures["wer"] == pytest.approx(1 / 5)


def test_a_file_without_speech_is_all_errors(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path, "quiet.wav,你好\n")
    soundfile.write(tmp_path / "quiet.wav", np.zeros(16000, np.int16), 8000)
    assert evaluate_asr(manifest, "zh", Analysis(), recognizer=Parrot())["cer"] == 1


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path, "one.wav,好\nmissing.wav,好\n,好\ntwo.wav,\n")
    with pytest.raises(UserError) as caught:
        evaluate_asr(manifest, "zh", Analysis(), recognizer=Parrot())
    message = caught.value.message.en
    assert "line 3: missing.wav" in message and "line 4: path" in message and "line 5: text" in message
    assert "line 2" not in message


@pytest.mark.parametrize(
    ("content", "wanted"), [(b"file,words\na,b\n", "columns"), (b"path,text\n", "no rows"), (b"\xff\xfe\x00", "UTF-8")]
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: bytes, wanted: str) -> None:
    (tmp_path / "m.csv").write_bytes(content)
    with pytest.raises(UserError, match=wanted):
        evaluate_asr(tmp_path / "m.csv", "zh", Analysis(), recognizer=Parrot())
    with pytest.raises(UserError, match="cannot be read"):
        evaluate_asr(tmp_path / "none.csv", "zh", Analysis(), recognizer=Parrot())
