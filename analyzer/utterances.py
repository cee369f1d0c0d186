"""Speech frames of a side cut into utterances: the stretches that are recognised, shown and judged one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from analyzer.detectors import Flags
from analyzer.vad import FRAME_S, Levels, Span, runs

PAUSE_S = 0.5
"""A pause this long ends an utterance."""

_SHORTEST_S = 0.16  # speech shorter than this is a click or a breath
_MARGIN_S = 0.2  # kept before and after: consonants at the edges are too weak for the voice detector
LONGEST_S = 24.0  # an utterance is cut here at the latest; with its margins it fits the recogniser's window of 28 s


@dataclass(frozen=True)
class Stretch:
    """An utterance. speech: from its first sound to its last. clip: what is cut out for it, margins included. In seconds."""

    speech: Span
    clip: Span


def stretches(speech: Flags, level_db: Levels, longest_s: float = LONGEST_S) -> list[Stretch]:
    """The utterances of a side, in order; neither they nor their clips overlap."""
    return _with_margins(_pieces(_joined(runs(speech)), level_db, longest_s), len(speech))


def stretches_by_voice(voices: Sequence[Flags], level_db: Levels) -> list[list[Stretch]]:
    """The utterances of people who share a channel and are told apart (no frame belongs to two): an utterance ends where another
    voice begins, and no clip reaches into the clip of another, whoever speaks."""
    found = sorted((run, who) for who, flags in enumerate(voices) for run in runs(flags))
    taken: list[tuple[tuple[int, int], int]] = []
    for who, turn in groupby(found, key=lambda item: item[1]):
        taken += [(piece, who) for piece in _pieces(_joined([run for run, _ in turn]), level_db)]
    cut = _with_margins([piece for piece, _ in taken], len(level_db))
    return [[stretch for stretch, (_, owner) in zip(cut, taken, strict=True) if owner == who] for who in range(len(voices))]


def _pieces(joined: list[tuple[int, int]], level_db: Levels, longest_s: float = LONGEST_S) -> list[tuple[int, int]]:
    """Runs that are no clicks, cut where they are too long."""
    kept = [run for run in joined if (run[1] - run[0]) * FRAME_S >= _SHORTEST_S]
    return [piece for run in kept for piece in _cut(run, level_db, longest_s)]


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs with the short pauses between them closed."""
    joined: list[tuple[int, int]] = []
    for first, past in found:
        if joined and (first - joined[-1][1]) * FRAME_S < PAUSE_S:
            joined[-1] = (joined[-1][0], past)
        else:
            joined.append((first, past))
    return joined


def _cut(run: tuple[int, int], level_db: Levels, longest_s: float) -> list[tuple[int, int]]:
    """A run that is too long, cut where it is quietest in the second half of what fits."""
    longest = round(longest_s / FRAME_S)
    first, past = run
    pieces = []
    while past - first > longest:
        # Smoothed over 0.1 s: a single quiet frame is the closure of a consonant, not a pause.
        smooth = np.convolve(level_db[first + longest // 2 : first + longest], np.ones(5) / 5, mode="same")
        cut = first + longest // 2 + int(np.argmin(smooth))
        pieces.append((first, cut))
        first = cut
    return [*pieces, (first, past)]


def _with_margins(pieces: list[tuple[int, int]], frames: int) -> list[Stretch]:
    margin = round(_MARGIN_S / FRAME_S)
    found = []
    for i, (first, past) in enumerate(pieces):
        # Two neighbours share what lies between them when it is too short for both margins.
        earliest = (pieces[i - 1][1] + first) // 2 if i else 0
        latest = (past + pieces[i + 1][0]) // 2 if i + 1 < len(pieces) else frames
        clip = (max(first - margin, earliest) * FRAME_S, min(past + margin, latest) * FRAME_S)
        found.append(Stretch((first * FRAME_S, past * FRAME_S), clip))
    return found
