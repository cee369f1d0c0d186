"""`callbox bench analyzer --soak N`: many short calls one after the other, memory written down as they go."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import psutil

from analyzer.audio import RATE, FileAudio, open_audio
from analyzer.bench import peak_mb
from analyzer.pipeline import Pipeline
from analyzer.progress import Progress, nobody
from analyzer.result import CallFacts
from analyzer.throttle import Throttle
from hw.interfaces import Samples
from hw.messages import Message
from recorder.settings.sections import Settings

_POINTS = 20  # times memory is written down


class Excerpt:
    """The first seconds of a call."""

    def __init__(self, audio: FileAudio, seconds: float) -> None:
        self._audio = audio
        self._frames = round(seconds * RATE)

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return min(self._frames / RATE, self._audio.duration_s)

    @property
    def channels(self) -> int:
        """1 or 2."""
        return self._audio.channels

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What was wrong with the audio."""
        return self._audio.warnings

    def blocks(self) -> Iterator[Samples]:
        """All frames of the excerpt."""
        left = self._frames
        for block in self._audio.blocks():
            yield block[:left]
            left -= len(block)
            if left <= 0:
                return


def soak(files: Sequence[Path], settings: Settings, calls: int, seconds: float, progress: Progress = nobody) -> dict[str, object]:
    """Understand the first `seconds` of the files in turn, `calls` times. memory_mb: resident memory after the models are loaded
    and at even intervals; growth_mb: the last less that after a quarter; cpu_share: CPU seconds a second, which [analysis]
    cpu_share is to keep."""
    pipeline = Pipeline(settings.analysis, settings.site, pause=lambda: pause())  # noqa: PLW0108  not there yet
    pipeline.load()
    pause = Throttle(settings.analysis.cpu_share)  # only now: loading is no call's, and would be saved up for by the first ones
    process = psutil.Process()
    memory = [process.memory_info().rss / 1e6]
    wall, cpu = time.monotonic(), time.process_time()
    every = max(1, calls // _POINTS)
    for number, path in enumerate(islice(cycle(files), calls), 1):
        with open_audio(path) as audio:
            pipeline.analyze(Excerpt(audio, seconds), CallFacts(settings.site.language))
        pause()
        if number % every == 0:
            memory.append(process.memory_info().rss / 1e6)
        progress(number, calls)
    spent, passed = time.process_time() - cpu, time.monotonic() - wall
    return {
        "calls": calls,
        "seconds_each": seconds,
        "memory_mb": [round(value, 1) for value in memory],
        "peak_mb": round(peak_mb(), 1),
        "growth_mb": round(memory[-1] - memory[min(len(memory) - 1, len(memory) // 4)], 1),
        "cpu_s": round(spent, 1),
        "cpu_share": round(spent / passed, 4) if passed else None,
        "cpu_share_set": settings.analysis.cpu_share,
    }
