"""One line heard live: which call what arrives belongs to, and what has been said in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from analyzer.audio import RATE
from analyzer.live.callear import CallEar, LiveClip
from analyzer.live.listening import Arrived
from hw.interfaces import Samples
from recorder.line.lookback import LookBack
from recorder.listen.client import CallMark, LiveBlock
from recorder.listen.protocol import BEGAN, DROPPED, MARKS

LOOK_BACK_S = 10.0
"""Seconds kept from before a call is known: pre-roll, and line events that come late."""


@dataclass
class Heard:
    """What came of some blocks: utterances that ended, calls that ended, calls that were none."""

    clips: list[LiveClip] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


class LineEar:
    """name: the line's. channels: 1 or 2. vad: see analyzer.detectors."""

    def __init__(self, name: str, channels: int, vad: str) -> None:
        self._name = name
        self._count = channels
        self._vad = vad
        self._call: CallEar | None = None
        self._open(0)

    @property
    def call_id(self) -> str | None:
        """The call that is open."""
        return self._call.call_id if self._call else None

    def take(self, arrived: Iterable[Arrived]) -> Heard:
        """Hear what has arrived."""
        heard = Heard()
        at = 0.0
        for one in arrived:
            at = one.at
            if one.block is None:
                self._end(heard, at)  # what was said between two connections is missed
                self._open(one.joined)
            else:
                self._hear(one.block, at, heard)
        if self._call is not None and at:
            heard.clips += self._call.ended(at)
        return heard

    def _open(self, frame: int) -> None:
        """A new connection at that frame of the line's time."""
        self._base = frame
        self._look_back = LookBack(round(LOOK_BACK_S * RATE), self._count)

    def _hear(self, block: LiveBlock, at: float, heard: Heard) -> None:
        if block.tag in MARKS and block.call is not None:
            self._mark(block.tag, block.call, at, heard)
            return
        if block.skipped:
            self._sound(np.zeros((block.skipped, self._count), np.int16))
        self._sound(block.samples)

    def _sound(self, samples: Samples) -> None:
        self._look_back.push(samples)
        if self._call is not None:
            self._call.listen(samples)

    def _mark(self, tag: bytes, mark: CallMark, at: float, heard: Heard) -> None:
        if tag == BEGAN:
            begin = mark.frame - self._base
            oldest = max(self._look_back.oldest, begin)
            self._call = CallEar(mark.call_id, self._name, self._count, self._vad, (oldest - begin) / RATE)
            self._call.listen(self._look_back.since(oldest))
        elif tag == DROPPED:
            self._call = None
            heard.dropped.append(mark.call_id)
        else:
            self._end(heard, at)

    def _end(self, heard: Heard, at: float) -> None:
        if self._call is not None:
            heard.clips += self._call.ended(at, final=True)
            heard.ended.append(self._call.call_id)
            self._call = None
