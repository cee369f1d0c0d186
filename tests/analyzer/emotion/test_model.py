"""The shipped emotion model, on made-up voices: what it promises, not how good it is (that is `callbox evaluate emotion`)."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.emotion.model import EmotionModel
from analyzer.result import EMOTIONS
from tests.analyzer.emotion.test_features import voice


@pytest.fixture(scope="module")
def model() -> EmotionModel:
    return EmotionModel.load()


def test_probabilities_of_all_labels_sum_to_one(model: EmotionModel) -> None:
    for probabilities in model.predict([voice(120), voice(300)]):
        assert tuple(probabilities) == EMOTIONS
        assert sum(probabilities.values()) == pytest.approx(1.0, abs=1e-5)
        assert all(value >= 0 for value in probabilities.values())


def test_a_clip_too_short_to_tell_is_empty_and_keeps_its_place(model: EmotionModel) -> None:
    short, told = model.predict([np.zeros(100, dtype=np.int16), voice(200)])
    assert short == {} and told


def test_the_speakers_own_calm_is_what_a_clip_is_heard_against(model: EmotionModel) -> None:
    raised = voice(260)
    by_a_high_voice = model.predict([raised], reference=[voice(255)])[0]["angry"]
    by_a_low_voice = model.predict([raised], reference=[voice(130)])[0]["angry"]
    assert by_a_low_voice > by_a_high_voice


def test_a_reference_of_silence_is_no_reference(model: EmotionModel) -> None:
    assert model.predict([voice(200)], reference=[np.zeros(8000, dtype=np.int16)]) == model.predict([voice(200)])
