"""The second pass over a call: the samples of every utterance, while only what is still needed is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analyzer.audio import RATE, AudioInput
from analyzer.hearing import Side
from analyzer.vad import Span
from hw.interfaces import Samples


@dataclass(frozen=True)
class Clip:
    """An utterance's sound: mono, 8 kHz, shape (n,)."""

    side: Side
    span: Span
    samples: Samples


def clips(audio: AudioInput, sides: tuple[Side, ...]) -> Iterator[Clip]:
    """All utterances of all sides, in order of their ends."""
    waiting = sorted(((span, side) for side in sides for span in side.utterances), key=lambda item: item[0][1])
    held: Samples = np.zeros((0, audio.channels), np.int16)
    held_from = at = 0
    for block in audio.blocks():
        at += len(block)
        held = np.concatenate((held, block))
        while waiting and round(waiting[0][0][1] * RATE) <= at:
            span, side = waiting.pop(0)
            yield _cut(side, span, held, held_from)
        needed = min((round(span[0] * RATE) for span, _ in waiting), default=at)
        held, held_from = held[max(0, needed - held_from) :], max(held_from, min(needed, at))
    # The last frame of 20 ms may have been filled up with silence.
    yield from (_cut(side, span, held, held_from) for span, side in waiting)


def _cut(side: Side, span: Span, held: Samples, held_from: int) -> Clip:
    first, past = round(span[0] * RATE) - held_from, round(span[1] * RATE) - held_from
    return Clip(side, span, np.ascontiguousarray(held[first:past, side.channel]))
