"""Speech is found where people speak, in real speech from the bundled calls, and cut into utterances that fit the recogniser."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.asr.interface import LONGEST_CLIP_S
from analyzer.hearing import listen
from analyzer.utterances import stretches
from analyzer.vad import FRAME_S, FrameListener, levels_db, runs, speech_flags
from hw.interfaces import Samples
from tests.analyzer.sounds import CALLS, HeldAudio, call, hiss, tone


def _heard(samples: Samples) -> FrameListener:
    listener = FrameListener()
    listener.listen(samples)
    return listener


def test_levels_are_dbfs() -> None:
    full = np.full((1, 160), 32767, np.int16)
    assert levels_db(full)[0] == pytest.approx(0, abs=0.01)
    assert levels_db(full // 10)[0] == pytest.approx(-20, abs=0.01)
    assert levels_db(full * 0)[0] == -90


@given(st.lists(st.integers(1, 700), min_size=1, max_size=30))
def test_blocks_of_any_length_hear_the_same(lengths: list[int]) -> None:
    samples = call()[8000 : 8000 + sum(lengths), 0]
    listener, at = FrameListener(), 0
    for length in lengths:
        listener.listen(samples[at : at + length])
        at += length
    pieces, whole = listener.frames(), _heard(samples).frames()
    assert np.array_equal(pieces.voiced, whole.voiced)
    assert np.array_equal(pieces.level_db, whole.level_db)


def test_line_noise_is_no_speech() -> None:
    assert not speech_flags(_heard(hiss(10)).frames()).any()
    assert not speech_flags(_heard(np.zeros(80000, np.int16)).frames()).any()
    assert len(speech_flags(FrameListener().frames())) == 0


@pytest.mark.parametrize("name", ["shoes_perfect", "bank_talk_over", "courier_dead_air"])
def test_the_turns_of_a_bundled_call_are_found(name: str) -> None:
    script = json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8"))
    hearing = listen(HeldAudio(call(name)))
    for side in hearing.sides:
        turns = [turn for turn in script["turns"] if turn["side"] == side.name]
        for turn in turns:
            covered = sum(max(0.0, min(e, turn["end"]) - max(s, turn["start"])) for s, e in side.speech)
            assert covered > 0.6 * (turn["end"] - turn["start"]), turn
        outside = sum(e - s for s, e in side.speech) - sum(turn["end"] - turn["start"] for turn in turns)
        assert outside < 0.1 * hearing.duration_s


def test_a_click_is_no_utterance_and_a_breath_does_not_end_one() -> None:
    flags, levels = np.zeros(500, bool), np.full(500, -20.0, np.float32)
    flags[50:55] = True  # 0.1 s
    flags[100:150] = flags[160:200] = True  # 0.2 s apart
    (only,) = stretches(flags, levels)
    assert only.speech == pytest.approx((2.0, 4.0))
    assert only.clip == pytest.approx((1.8, 4.2))


def test_a_long_turn_is_cut_where_it_is_quietest() -> None:
    levels = np.full(2000, -20.0, np.float32)
    levels[900:910] = -45
    first, second = stretches(np.ones(2000, bool), levels)
    assert first.speech[1] == second.speech[0] == pytest.approx(18.1, abs=0.1)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 1500)), max_size=20), st.integers(0, 1000))
def test_utterances_are_in_order_apart_and_short_enough(pieces: list[tuple[bool, int]], seed: int) -> None:
    flags = np.concatenate([np.zeros(0, bool), *(np.full(n, on) for on, n in pieces)])
    levels = np.random.default_rng(seed).uniform(-50, -10, len(flags)).astype(np.float32)
    at = 0.0
    for stretch in stretches(flags, levels):
        assert at - 1e-6 <= stretch.clip[0] <= stretch.speech[0] < stretch.speech[1] <= stretch.clip[1] + 1e-6
        assert stretch.clip[1] - stretch.clip[0] < LONGEST_CLIP_S
        at = stretch.clip[1]
    assert at <= len(flags) * FRAME_S + 1e-6


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_what_is_set(values: list[bool]) -> None:
    flags = np.array(values, bool)
    again = np.zeros(len(flags), bool)
    for first, past in runs(flags):
        assert first < past
        again[first:past] = True
    assert np.array_equal(again, flags)


def test_a_mono_recording_in_two_channels_is_one_side() -> None:
    mono = call()[:, 0]
    hearing = listen(HeldAudio(np.stack([mono, mono], axis=1)))
    assert [side.name for side in hearing.sides] == ["mixed"]
    assert len(hearing.warnings) == 1
    assert listen(HeldAudio(call())).warnings == ()


def test_a_call_without_sound_has_no_utterances() -> None:
    hearing = listen(HeldAudio(np.zeros((80000, 2), np.int16)))
    assert hearing.duration_s == 10
    assert all(side.utterances == [] and side.speech == [] for side in hearing.sides)
    assert listen(HeldAudio(tone(450, 0.01))).sides[0].utterances == []
