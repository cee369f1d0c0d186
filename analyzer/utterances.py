"""Speech frames of a side cut into utterances: the stretches that are recognised, shown and judged one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analyzer.vad import FRAME_S, Flags, Levels, Span, runs

_PAUSE_S = 0.5  # a pause this long ends an utterance
_SHORTEST_S = 0.16  # speech shorter than this is a click or a breath
_MARGIN_S = 0.2  # kept before and after: consonants at the edges are too weak for the voice detector
LONGEST_S = 24.0  # an utterance is cut here at the latest; with its margins it fits the recogniser's window of 28 s


@dataclass(frozen=True)
class Stretch:
    """An utterance. speech: from its first sound to its last. clip: what is cut out for it, margins included. In seconds."""

    speech: Span
    clip: Span


def stretches(speech: Flags, level_db: Levels) -> list[Stretch]:
    """The utterances of a side, in order; neither they nor their clips overlap."""
    kept = [run for run in _joined(runs(speech)) if (run[1] - run[0]) * FRAME_S >= _SHORTEST_S]
    pieces = [piece for run in kept for piece in _cut(run, level_db)]
    return _with_margins(pieces, len(speech))


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs with the short pauses between them closed."""
    joined: list[tuple[int, int]] = []
    for first, past in found:
        if joined and (first - joined[-1][1]) * FRAME_S < _PAUSE_S:
            joined[-1] = (joined[-1][0], past)
        else:
            joined.append((first, past))
    return joined


def _cut(run: tuple[int, int], level_db: Levels) -> list[tuple[int, int]]:
    """A run that is too long, cut where it is quietest in the second half of what fits."""
    longest = round(LONGEST_S / FRAME_S)
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
