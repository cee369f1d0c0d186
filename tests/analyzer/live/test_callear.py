"""Utterances of a call that goes on: where the script has them, each once, soon after they end."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer.live.callear import LONGEST_S, CallEar, LiveClip
from hw.interfaces import Samples
from tests.analyzer.sounds import CALLS, call, hiss, tone


def heard(samples: Samples, block: int = 800, offset_s: float = 0.0) -> list[tuple[LiveClip, float]]:
    """Every utterance and the second at which it was known."""
    ear = CallEar("c", "1", samples.shape[1], "webrtc", offset_s)
    found = []
    for first in range(0, len(samples), block):
        ear.listen(samples[first : first + block])
        at = min(len(samples), first + block) / 8000
        found += [(clip, at) for clip in ear.ended(at)]
    return found + [(clip, len(samples) / 8000) for clip in ear.ended(len(samples) / 8000, final=True)]


def test_each_utterance_is_known_once_soon_after_its_end() -> None:
    script = json.loads((CALLS / "stock_rude.json").read_text(encoding="utf-8"))
    samples = call("stock_rude")
    found = heard(samples)
    for clip, at in found:
        middle = (clip.start + clip.end) / 2
        assert any(t["side"] == clip.side and t["start"] - 0.5 < middle < t["end"] + 0.5 for t in script["turns"])
        goes_on = any(o.side == clip.side and 0 <= o.start - clip.end < 0.5 for o, _ in found)  # cut, since it was too long
        assert at - clip.end <= 1.5 or goes_on
        assert clip.said_at == pytest.approx(clip.end, abs=0.05)
        first = round(clip.clip_start * 8000)
        channel = ("agent", "customer").index(clip.side)
        assert np.array_equal(clip.samples, samples[first : first + len(clip.samples), channel])
    for turn in script["turns"]:
        covered = sum(max(0.0, min(c.end, turn["end"]) - max(c.start, turn["start"])) for c, _ in found if c.side == turn["side"])
        assert covered > 0.6 * (turn["end"] - turn["start"])
    for side in ("agent", "customer"):
        mine = [clip for clip, _ in found if clip.side == side]
        assert all(a.clip_start + len(a.samples) / 8000 <= b.start + 0.21 for a, b in pairwise(mine))


def test_who_talks_on_is_understood_piece_by_piece() -> None:
    samples = call("stock_rude")[:, 1]
    loud = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    talk = np.resize(loud[np.abs(loud.astype(int)).max(axis=1) > 800], (20 * 8000,))[:, None].astype(np.int16)
    found = heard(talk)
    assert len(found) >= 3
    assert all(clip.end - clip.start <= LONGEST_S + 0.1 for clip, _ in found)
    assert max(at - clip.start for clip, at in found) <= LONGEST_S + LONGEST_S / 2 + 1


def test_a_tone_and_silence_are_nobody() -> None:
    assert heard(np.stack([tone(450, 12.0), hiss(12.0)], axis=1)) == []


def test_what_was_missed_before_shifts_the_times() -> None:
    samples = call()[: 12 * 8000]
    plain, late = heard(samples), heard(samples, offset_s=100.0)
    assert [clip.start + 100 for clip, _ in plain] == pytest.approx([clip.start for clip, _ in late], abs=0.011)


def test_two_minutes_and_more_cost_no_more_memory_and_stay_in_place() -> None:
    quiet = np.stack([hiss(200.0), hiss(200.0, seed=3)], axis=1)
    samples = np.concatenate((quiet, call()[: 9 * 8000]))
    (clip, *_), (early, *_) = heard(samples), heard(call()[: 9 * 8000])
    assert clip[0].start == pytest.approx(early[0].start + 200, abs=0.1)


@hypothesis_settings(max_examples=8, deadline=None)
@given(st.integers(37, 5000))
def test_however_it_is_cut_into_blocks_nothing_is_said_twice(block: int) -> None:
    found = [clip for clip, _ in heard(call("stock_rude")[: 15 * 8000], block)]
    for side in ("agent", "customer"):
        mine = [clip for clip in found if clip.side == side]
        assert all(a.end <= b.start + 0.001 for a, b in pairwise(mine))
    assert len(found) >= 4
