"""Clips are packed whole and in order, and words find their way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.asr.packing import GAP_S, WINDOW_S, Slot, pack, slot_of
from hw.interfaces import Samples


def _clips(seconds: list[float]) -> list[Samples]:
    return [np.full(round(s * 8000), n + 1, np.int16) for n, s in enumerate(seconds)]


@given(st.lists(st.floats(0.05, WINDOW_S), max_size=30))
def test_every_clip_is_in_one_window_unchanged(seconds: list[float]) -> None:
    clips = _clips(seconds)
    windows = pack(clips)
    assert [slot.clip for window in windows for slot in window.slots] == list(range(len(clips)))
    for window in windows:
        assert 1.0 <= len(window.samples) / 8000 <= WINDOW_S + 1e-3
        for slot in window.slots:
            assert np.array_equal(window.samples[round(slot.start * 8000) : round(slot.end * 8000)], clips[slot.clip])


def test_a_window_is_as_full_as_order_allows() -> None:
    windows = pack(_clips([10.0, 10.0, 6.0, 3.0, 20.0]))
    assert [[slot.clip for slot in window.slots] for window in windows] == [[0, 1, 2], [3, 4]]
    first, second, _ = windows[0].slots
    assert second.start - first.end == pytest.approx(GAP_S)


def test_chosen_clips_keep_their_numbers() -> None:
    (window,) = pack(_clips([1.0, 2.0, 3.0]), [2, 0])
    assert [slot.clip for slot in window.slots] == [2, 0]


def test_a_clip_longer_than_a_window_is_the_callers_fault() -> None:
    with pytest.raises(ValueError, match="clip 1 is 29"):
        pack(_clips([1.0, 29.0]))


def test_nothing_needs_no_window() -> None:
    assert pack([]) == []


@pytest.mark.parametrize(("end", "clip"), [(0.4, 0), (2.0, 0), (2.2, 0), (2.5, 1), (2.7, 1), (9.0, 1)])
def test_a_word_goes_to_the_clip_its_end_is_nearest_to(end: float, clip: int) -> None:
    assert slot_of(end, [Slot(0, 0.0, 2.0), Slot(1, 2.6, 5.0)]).clip == clip
