"""In-memory devices for tests."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterable

from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioBlock, Samples


class MemorySource:
    """Plays samples of shape (frames, channels) in periods. lost: by period, the frames it says it dropped before. trouble: by
    period, what happens once when that is to be read: it may raise, wait, or return True for a read without frames."""

    def __init__(
        self,
        samples: Samples,
        rate: int = 8000,
        period: int = 800,
        lost: dict[int, int] | None = None,
        trouble: dict[int, Callable[[], bool]] | None = None,
    ) -> None:
        self.samples, self._rate, self._period, self._lost = samples, rate, period, lost or {}
        self._trouble = trouble or {}
        self._at: int | None = None
        self.opens = 0

    @property
    def rate(self) -> int:
        return self._rate

    @property
    def channels(self) -> int:
        return self.samples.shape[1]

    def open(self) -> None:
        self._at = 0
        self.opens += 1

    def read(self) -> AudioBlock:
        if self._at is None:
            raise DeviceError("not open", "未打开")
        period = self._at // self._period
        if self._trouble.pop(period, lambda: False)():
            return AudioBlock(self.samples[:0])
        block = self.samples[self._at : self._at + self._period]
        if not len(block):
            raise EndOfAudio
        self._at += self._period
        return AudioBlock(block, self._lost.get(period, 0))

    def close(self) -> None:
        self._at = None


class ScriptedPcm:
    """A stand-in for alsaaudio.PCM: gives the (length, data) pairs it was told, raising those that are exceptions."""

    def __init__(self, reads: Iterable[tuple[int, bytes] | Exception], waiting: int = 0) -> None:
        self._reads = iter(reads)
        self.waiting = waiting
        self._null = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)

    def info(self) -> dict[str, object]:
        return {"channels": 2, "rate": 8000, "format_name": "S16_LE"}

    def read(self) -> tuple[int, bytes]:
        answer = next(self._reads)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def avail(self) -> int:
        return self.waiting

    def polldescriptors(self) -> list[tuple[int, int]]:
        """Always ready, as the null plugin's."""
        return [(self._null, select.POLLIN)]

    def polldescriptors_revents(self, ready: list[tuple[int, int]]) -> int:
        return ready[0][1]

    def close(self) -> None:
        os.close(self._null)
