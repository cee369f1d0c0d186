"""Clips laid end to end in windows. Whisper's encoder costs the same for one second as for thirty, so short utterances share a
window; with their neighbours around them they are also recognised better (docs/measurements.md, ASR)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.audio import RATE
from hw.interfaces import Samples

WINDOW_S = 28.0  # Whisper hears 30 s; alignment beyond that writes out of bounds in CTranslate2 4.8, so stay well below
GAP_S = 0.6  # silence between two clips of a window
_SHORTEST_WINDOW_S = 1.0  # alignment divides by the window's length in encoder frames


@dataclass(frozen=True)
class Slot:
    """Where a clip lies in its window: `clip` is its index, start and end are seconds from the window's first sample."""

    clip: int
    start: float
    end: float


@dataclass(frozen=True)
class Window:
    """Samples to recognise in one go, shape (n,), 8 kHz."""

    samples: Samples
    slots: tuple[Slot, ...]


def pack(clips: Sequence[Samples], chosen: Sequence[int] | None = None, longest_s: float = WINDOW_S) -> list[Window]:
    """The clips (or those `chosen` by index) in order in as few windows as order allows. Raises ValueError for a clip longer than
    WINDOW_S."""
    return [_window(clips, group) for group in _groups(clips, range(len(clips)) if chosen is None else chosen, longest_s)]


def _groups(clips: Sequence[Samples], chosen: Sequence[int], longest_s: float) -> Iterator[list[int]]:
    group: list[int] = []
    length = 0.0
    for index in chosen:
        seconds = len(clips[index]) / RATE
        if seconds > WINDOW_S:
            raise ValueError(f"clip {index} is {seconds:.1f} s long, more than {WINDOW_S} s")
        if group and length + GAP_S + seconds > longest_s:
            yield group
            group, length = [], 0.0
        length += seconds + (GAP_S if group else 0.0)
        group.append(index)
    if group:
        yield group


def _window(clips: Sequence[Samples], group: Sequence[int]) -> Window:
    gap = np.zeros(round(GAP_S * RATE), np.int16)
    pieces: list[Samples] = []
    slots = []
    at = 0
    for index in group:
        if pieces:
            pieces.append(gap)
            at += len(gap)
        pieces.append(clips[index])
        slots.append(Slot(index, at / RATE, (at + len(clips[index])) / RATE))
        at += len(clips[index])
    pieces.append(np.zeros(max(0, round(_SHORTEST_WINDOW_S * RATE) - at), np.int16))
    return Window(np.concatenate(pieces), tuple(slots))


def slot_of(end: float, slots: Sequence[Slot]) -> Slot:
    """The slot of a word that ends at `end`: the nearest. The end decides because Whisper lets the first word after a silence
    begin within that silence (measured: by the middle 2.7 points of CER are lost, by the start 12.8)."""
    return min(slots, key=lambda slot: max(slot.start - end, end - slot.end, 0.0))
