"""Training, on made-up voices: the graph that is saved says what scikit-learn says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs the extra `train`")

from analyzer.emotion.features import FEATURE_NAMES, features
from analyzer.emotion.graph import save
from analyzer.emotion.model import ABSOLUTE, RELATIVE, EmotionModel
from analyzer.emotion.train import Corpus, against_reference, train
from tests.analyzer.emotion.test_features import voice

PITCH = {"angry": 300.0, "happy": 240.0, "neutral": 130.0, "sad": 100.0}


def corpus() -> Corpus:
    """Six speakers, four moods told apart by pitch, eight clips each."""
    people = [(speaker, clip) for speaker in range(6) for clip in range(8)]
    rows = [(label, f"s{n}", hz * (0.94 + 0.02 * n) + clip) for label, hz in PITCH.items() for n, clip in people]
    vectors = [features(voice(hz)) for _, _, hz in rows]
    x = np.stack([vector for vector in vectors if vector is not None])
    return Corpus(x, np.array([row[0] for row in rows]), np.array([row[1] for row in rows]), np.arange(len(rows)))


def test_the_saved_graph_tells_the_moods_apart(tmp_path: Path) -> None:
    save(train(corpus()), tmp_path / ABSOLUTE)
    save(train(against_reference(corpus())), tmp_path / RELATIVE)
    model = EmotionModel.load(tmp_path)
    said = [max(one, key=lambda label: one[label]) for one in model.predict([voice(hz) for hz in PITCH.values()])]
    assert said == list(PITCH)


def test_the_reference_leaves_out_what_it_was_made_of() -> None:
    whole = corpus()
    against = against_reference(whole)
    assert against.x.shape == (len(whole.x) - 6 * 5, len(FEATURE_NAMES))
    assert (against.label == "neutral").sum() == 6 * (8 - 5)
