"""Two people on one channel: the bundled calls mixed to mono, and one side of them alone."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.hearing import listen
from analyzer.speakers.pitch import UNVOICED
from analyzer.speakers.separation import VOICES, separate
from analyzer.speakers.timbre import CEPSTRA
from analyzer.utterances import stretches_by_voice
from analyzer.vad import FRAME_S, runs
from hw.interfaces import Samples
from tests.analyzer.sounds import CALLS, HeldAudio, call


def _mono(name: str) -> Samples:
    return np.rint(call(name).astype(np.float32).mean(axis=1)).astype(np.int16)


def _right(hearing, turns: list[tuple[float, float, int]]) -> float:  # type: ignore[no-untyped-def]
    """Share of the speech found that is in the right mouth, whichever voice comes first."""
    total, right = 0.0, [0.0, 0.0]
    for voice, side in enumerate(hearing.sides):
        for start, end in side.speech:
            for first, past, who in turns:
                both = max(0.0, min(end, past) - max(start, first))
                total += both
                right[who == voice] += both
    return max(right) / total


@pytest.mark.parametrize("name", ["shoes_perfect", "courier_shirk", "bank_talk_over"])
def test_one_person_alone_is_not_cut_in_two(name: str) -> None:
    hearing = listen(HeldAudio(np.ascontiguousarray(call(name)[:, 0])))
    assert [side.name for side in hearing.sides] == ["mixed"]
    assert hearing.gain == 0.0


@pytest.mark.parametrize("name", ["shoes_perfect", "broadband_repeated", "courier_shirk"])
def test_the_bundled_calls_mixed_to_mono(name: str) -> None:
    script = json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8"))
    turns = [(t["start"], t["end"], int(t["side"] == "customer")) for t in script["turns"]]
    assert _right(listen(HeldAudio(_mono(name))), turns) > 0.95


def test_no_clip_reaches_into_another_voice() -> None:
    hearing = listen(HeldAudio(_mono("shoes_perfect")))
    assert [side.name for side in hearing.sides] == list(VOICES)
    cut = sorted((s.clip for side in hearing.sides for s in side.utterances), key=lambda clip: clip[0])
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(cut))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 1), st.integers(1, 200)), max_size=15))
def test_stretches_by_voice_keep_to_their_voice(pieces: list[tuple[int, int]]) -> None:
    labels = np.concatenate([np.zeros(0, int), *(np.full(n, who) for who, n in pieces)])
    found = stretches_by_voice([labels == 0, labels == 1], np.full(len(labels), -20.0, np.float32))
    for who, mine in enumerate(found):
        for stretch in mine:
            inside = labels[round(stretch.speech[0] / FRAME_S) : round(stretch.speech[1] / FRAME_S)]
            assert not (inside == 1 - who).sum() >= 8  # a click of the other is too short to be anything
    kept = sum(b - a for a, b in runs(labels >= 0) if (b - a) * FRAME_S >= 0.16)
    assert bool(found[0] or found[1]) or kept == 0 or max((b - a for w in (0, 1) for a, b in runs(labels == w)), default=0) < 8


@given(st.integers(0, 400), st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_whatever_is_heard_gets_labels(frames: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    speech = random.random(frames) > 0.3
    found = separate(speech, random.normal(size=(frames, CEPSTRA)).astype(np.float32), np.full(frames, UNVOICED))
    assert (found.labels >= 0).tolist() == speech.tolist()
    assert np.isfinite(found.gain)
    assert ((found.clearness >= 0) & (found.clearness <= 1)).all()
