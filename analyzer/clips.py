"""The second pass over a call: the samples of every utterance, while only what is still needed is in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.audio import RATE, AudioInput
from analyzer.hearing import Side
from analyzer.utterances import Stretch
from hw.interfaces import Samples


@dataclass(frozen=True)
class Clip:
    """An utterance's sound: mono, 8 kHz, shape (n,), stretch.clip of the call."""

    side: Side
    stretch: Stretch
    samples: Samples


@dataclass(frozen=True)
class LiveClips:
    """What a speaker has just said, mono, 8 kHz, shape (n,) each, in order of time. before: what the same speaker said before that;
    calm: the first clips of the same speaker, taken as how they sound when calm, or none."""

    now: Sequence[Samples]
    before: Sequence[Samples] = ()
    calm: Sequence[Samples] = ()


def clips(audio: AudioInput, sides: tuple[Side, ...]) -> Iterator[Clip]:
    """All utterances of all sides, in order of their ends."""
    found = ((stretch, side) for side in sides for stretch in side.utterances)
    waiting = deque(sorted(found, key=lambda item: item[0].clip[1]))
    held: Samples = np.zeros((0, audio.channels), np.int16)
    held_from = at = 0
    for block in audio.blocks():
        at += len(block)
        held = np.concatenate((held, block))
        while waiting and round(waiting[0][0].clip[1] * RATE) <= at:
            stretch, side = waiting.popleft()
            yield _cut(side, stretch, held, held_from)
        needed = min((round(stretch.clip[0] * RATE) for stretch, _ in waiting), default=at)
        held, held_from = held[max(0, needed - held_from) :], max(held_from, min(needed, at))
    # The last frame of 20 ms may have been filled up with silence.
    yield from (_cut(side, stretch, held, held_from) for stretch, side in waiting)


def _cut(side: Side, stretch: Stretch, held: Samples, held_from: int) -> Clip:
    first, past = (round(edge * RATE) - held_from for edge in stretch.clip)
    return Clip(side, stretch, np.ascontiguousarray(held[first:past, side.channel]))
