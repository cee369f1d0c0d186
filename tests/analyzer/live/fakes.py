"""A line whose sound is fed by hand, ears that read a script, and a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from analyzer.asr.interface import Transcript
from analyzer.clips import LiveClips
from analyzer.live.listening import Arrived
from analyzer.live.understanding import LiveLines, Understanding
from analyzer.result import Analysis, Word
from analyzer.rules.rulebook import Rulebook, load
from analyzer.store import AnalysisStore
from hw.interfaces import Samples
from hw.messages import Message
from recorder.listen.client import CallMark, LiveBlock
from recorder.listen.protocol import BEGAN, DROPPED, ENDED, PCM
from recorder.settings.sections import Line

CALL = "01a20231-a6dd-7a6f-b7c9-88b71c1ab592"
BLOCK = 800
START = 1_795_000_000.0


class FedSource:
    """See analyzer.live.listening.Source."""

    def __init__(self) -> None:
        self.why: Message | None = None
        self.closed = False
        self._waiting: list[Arrived] = []

    def take(self) -> list[Arrived]:
        taken, self._waiting = self._waiting, []
        return taken

    def close(self) -> None:
        self.closed = True

    def give(self, arrived: Arrived) -> None:
        self._waiting.append(arrived)


class ScriptedEars:
    """Hears what `says` says of each clip (its side is not told: clips come in order)."""

    def __init__(self, texts: Iterable[str], book: Rulebook | None = None, mood: dict[str, float] | None = None) -> None:
        self._texts = iter(texts)
        self.rulebook = book or load()
        self.asked: list[tuple[LiveClips, str]] = []
        self._mood = mood or {}
        self.present: Callable[[Analysis], Analysis] = lambda analysis: analysis

    def follow(self, clips: LiveClips, language: str) -> list[tuple[Transcript, dict[str, float]]]:
        self.asked.append((clips, language))
        return [(_said(next(self._texts, "嗯")), self._mood) for _ in clips.now]

    def as_shown(self, analysis: Analysis) -> Analysis:
        return self.present(analysis)


def _said(text: str) -> Transcript:
    words = tuple(Word(0.2 + 0.1 * n, 0.3 + 0.1 * n, c, 0.9) for n, c in enumerate(text))
    return Transcript(text, 0.9, words)


class Stage:
    """One live line and its understanding; time passes as sound is fed."""

    def __init__(self, folder: Path, ears: ScriptedEars, channels: Sequence[int] = (0, 1)) -> None:
        self.now = START
        self.debt_s = 0.0
        self.source = FedSource()
        self.folder = folder
        self.results = AnalysisStore(folder)
        line = Line("1", "tap", tuple(channels), live=True)
        self.understanding = Understanding(
            LiveLines([line], {"1": self.source}, "webrtc"), ears, self.results, folder,
            now=lambda: self.now, debt_s=lambda: self.debt_s,
        )  # fmt: skip
        self.source.give(Arrived(self.now, None, 5000))

    def mark(self, tag: bytes, frame: int, call_id: str = CALL) -> None:
        self.source.give(Arrived(self.now, LiveBlock(0, tag, _none(), CallMark(call_id, frame))))

    def begin(self, frame: int = 5000) -> None:
        self.mark(BEGAN, frame)

    def end(self) -> None:
        self.mark(ENDED, 0)

    def drop(self) -> None:
        self.mark(DROPPED, 0)

    def feed(self, samples: Samples, *, step: bool = True) -> None:
        for first in range(0, len(samples), BLOCK):
            block = samples[first : first + BLOCK]
            self.now += len(block) / 8000
            self.source.give(Arrived(self.now, LiveBlock(0, PCM, block)))
            if step:
                self.understanding.step()


def _none() -> Samples:
    return np.zeros((0, 2), np.int16)
