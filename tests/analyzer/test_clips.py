"""Clips are exactly the call's samples, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.clips import clips
from analyzer.hearing import listen
from tests.analyzer.sounds import HeldAudio, call


@pytest.mark.parametrize("block", [1000, 8000, 80000, 10**7])
def test_clips_are_cut_from_their_channel(block: int) -> None:
    samples = call("bank_talk_over")
    audio = HeldAudio(samples, block)
    hearing = listen(audio)
    found = list(clips(audio, hearing.sides))
    assert len(found) == sum(len(side.utterances) for side in hearing.sides)
    assert [clip.stretch.clip[1] for clip in found] == sorted(clip.stretch.clip[1] for clip in found)
    for clip in found:
        first, past = (round(edge * 8000) for edge in clip.stretch.clip)
        assert np.array_equal(clip.samples, samples[first:past, clip.side.channel])
