"""callbox analyze: a file in, JSON or a readable transcript out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.console import badaudio
from tests.console.command import answer, callbox, environment
from tests.console.contract import check_call

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    badaudio.make(folder)
    return folder


@pytest.mark.parametrize(("name", "seconds"), [("whole.wav", 20.0), ("fast.wav", 20.0), ("truncated.wav", 10.0)])
def test_json_is_as_promised_and_alone_on_standard_output(sounds: Path, name: str, seconds: float) -> None:
    done = callbox("analyze", sounds / name, "--language", "zh", "--json")
    call = answer(done)
    check_call(call)
    assert call["duration_s"] == pytest.approx(seconds, abs=0.05) and call["channels"] == 2
    assert {utterance["side"] for utterance in call["utterances"]} == {"agent", "customer"}
    assert any("银行" in utterance["text"] for utterance in call["utterances"])
    assert bool(call["warnings"]) == (name == "truncated.wav")
    assert "analysing" in done.stderr


def test_a_file_that_breaks_off_is_used_to_its_last_frame(sounds: Path) -> None:
    call = answer(callbox("analyze", sounds / "truncated.flac", "--language", "zh", "--json"))
    check_call(call)
    assert "cut off" in call["warnings"][0]["en"]
    whole, kept = soundfile.read(sounds / "whole.flac")[0], call["duration_s"]
    share = (sounds / "truncated.flac").stat().st_size / (sounds / "whole.flac").stat().st_size
    assert kept == pytest.approx(share * len(whole) / 8000, rel=0.25)
    assert kept % 10 > 0.01  # not just the whole blocks of ten seconds


def test_silence_is_a_call_in_which_nobody_speaks(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(80_000, np.int16), 8000)
    call = answer(callbox("analyze", tmp_path / "silence.wav", "--json"))
    check_call(call)
    assert (call["duration_s"], call["channels"], call["utterances"]) == (10.0, 1, [])


def test_a_person_reads_a_transcript(sounds: Path) -> None:
    said = callbox("analyze", sounds / "whole.wav", "--language", "zh", CALLBOX_LANG="zh")
    assert said.returncode == 0
    assert "agent" in said.stdout and "compliance" in said.stdout
    assert "正在分析" in said.stderr


def test_evaluate_asr_names_a_file_that_is_no_sound(sounds: Path) -> None:
    (sounds / "manifest.csv").write_text("path,text\ntext.wav,你好\n", encoding="utf-8")
    done = callbox("evaluate", "asr", sounds / "manifest.csv", "--language", "zh")
    assert done.returncode == 2 and "text.wav" in done.stderr


@pytest.mark.slow
def test_two_hours_of_mostly_silence_stay_within_the_analyzers_memory(tmp_path: Path) -> None:
    speech, rate = soundfile.read(badaudio.SPEECH, dtype="int16", always_2d=True)
    quarter = np.zeros((15 * 60 * rate, 2), np.int16)
    quarter[60 * rate : 60 * rate + len(speech)] = speech
    with soundfile.SoundFile(tmp_path / "long.flac", "w", rate, 2) as out:
        for _ in range(8):
            out.write(quarter)
    command = [sys.executable, "-m", "console", "analyze", str(tmp_path / "long.flac"), "--language", "zh", "--json"]
    running = subprocess.Popen(command, stdout=(tmp_path / "said").open("w"), stderr=subprocess.DEVNULL, env=environment())
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert status == 0
    assert used.ru_maxrss / 1024 <= 700
    call = json.loads((tmp_path / "said").read_text(encoding="utf-8"))
    check_call(call)
    assert call["duration_s"] == 7200.0 and len(call["utterances"]) > 40
