"""The figures of `callbox evaluate roles`, on utterances made up against real channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from analyzer.audio import AudioInput
from analyzer.evaluate.roles import compare, doubled, evaluate_roles
from analyzer.hearing import listen
from analyzer.result import Analysis, CallFacts, Utterance, Word
from hw.messages import UserError
from tests.analyzer.analyses import analysis
from tests.analyzer.sounds import CALLS, HeldAudio, call


def _truth(name: str = "shoes_perfect"):  # type: ignore[no-untyped-def]
    return listen(HeldAudio(call(name)))


def test_all_right_all_wrong_and_unnamed() -> None:
    truth = _truth()
    said = [Utterance(s.speech[0], s.speech[1], side.name, "好", 1.0) for side in truth.sides for s in side.utterances]
    swap = {"agent": "customer", "customer": "agent"}
    turned = [Utterance(u.start, u.end, swap[u.side], u.text, 1.0) for u in said]
    mixed = [Utterance(u.start, u.end, "mixed", u.text, 1.0) for u in said]
    right, wrong, unnamed, missed = (compare(truth, heard) for heard in (said, turned, mixed, []))
    assert right.right > 0.99 * (right.right + right.wrong + right.missed)
    assert wrong.wrong > 0.95 * right.right
    assert unnamed.unnamed == pytest.approx(right.right + right.wrong)
    assert missed.figures() == {"speech_s": right.figures()["speech_s"], "right": 0, "wrong": 0, "unnamed": 0, "missed": 1}


def test_doubled_words_are_the_same_at_the_same_time() -> None:
    agent = [Word(1.0, 1.2, "您", 1.0), Word(1.2, 1.4, "好", 1.0)]
    customer = [Word(1.1, 1.3, "您", 1.0), Word(9.0, 9.2, "好", 1.0), Word(1.3, 1.4, "嗯", 1.0)]
    assert doubled(agent, customer) == 1
    assert doubled([], customer) == 0


def _analyze(audio: AudioInput, _facts: CallFacts) -> Analysis:
    assert sum(len(block) for block in audio.blocks()) > 8000
    return analysis("您好", "我要退款")


def test_the_figures_of_a_file_and_of_all() -> None:
    figures = evaluate_roles([CALLS / "shoes_perfect.flac"] * 2, "zh", _analyze, lambda _path: "en")
    (first, second) = figures["files"]  # type: ignore[misc]
    assert figures["n"] == 2
    assert first == second
    assert first["words"] == 6
    assert figures["doubled_share"] == 0
    assert figures["mono"]["speech_s"] == pytest.approx(2 * first["speech_s"], abs=0.2)  # type: ignore[index]


def test_one_channel_is_no_truth(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "mono.wav", np.zeros(8000, np.int16), 8000)
    with pytest.raises(UserError, match="one channel"):
        evaluate_roles([tmp_path / "mono.wav"], "zh", _analyze, lambda _path: "zh")
