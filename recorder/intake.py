"""Audio from the devices to the one thread that records. A thread a device, so that a slow disk never makes a device wait."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioBlock, AudioSource

QUEUE_BLOCKS = 200
"""Blocks that may wait (20 s of 100 ms each, 5 MB at 16 channels). Then the devices wait, overrun, and say what that cost."""

PAUSES_S = (0.5, 1.0, 2.0, 5.0)
"""Real seconds before each next try to open a device that has gone."""


@dataclass(frozen=True)
class Delivery:
    """What a device gave: a block, an error (it has gone and will be tried again), or, with neither, its end.

    at: when, UTC epoch seconds of the recorder's clock. reopened: the first block after it had gone. position: the block's first
    frame counted from the simulation's start; None for a real device, which cannot know.
    """

    device: str
    at: float
    block: AudioBlock | None = None
    error: DeviceError | None = None
    reopened: bool = False
    position: int | None = None

    @property
    def ended(self) -> bool:
        """The device has played all it had."""
        return self.block is None and self.error is None


class Intake(Protocol):
    """Where the recorder gets audio from."""

    def open(self) -> None:
        """Open every device. Raises DeviceError when none can be opened."""

    def next(self, wait_s: float) -> Delivery | None:
        """The next delivery of any device; None when none came in `wait_s` real seconds."""

    def close(self) -> None:
        """Stop and let the devices go."""


class DirectIntake:
    """The sources read in turn, in the caller's thread: for tests and for devices that never make anybody wait."""

    def __init__(self, sources: Mapping[str, AudioSource], now: Callable[[], float]) -> None:
        self._sources = dict(sources)
        self._now = now
        self._turn: list[str] = []

    def open(self) -> None:
        """Open every source. Raises what the first that fails raises."""
        for source in self._sources.values():
            source.open()

    def next(self, wait_s: float) -> Delivery | None:  # noqa: ARG002  it never waits
        """The next source's next block, or its end, told once."""
        self._turn = self._turn or list(self._sources)
        if not self._turn:
            return None
        name = self._turn.pop(0)
        try:
            block = self._sources[name].read()
            return Delivery(name, self._now(), block, position=_position(self._sources[name], block))
        except EndOfAudio:
            self._sources.pop(name).close()
            return Delivery(name, self._now())
        except DeviceError as error:
            return Delivery(name, self._now(), error=error)

    def close(self) -> None:
        """Close what is still open."""
        for source in self._sources.values():
            source.close()
        self._sources, self._turn = {}, []


class ThreadedIntake:
    """A thread for each source; what they read waits in one queue."""

    def __init__(self, sources: Mapping[str, AudioSource], now: Callable[[], float]) -> None:
        self._sources = dict(sources)
        self._now = now
        self._queue: queue.Queue[Delivery] = queue.Queue(QUEUE_BLOCKS)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def open(self) -> None:
        """Open every device and start reading. One that cannot be opened is tried again later, unless none can: DeviceError."""
        errors: dict[str, DeviceError] = {}
        for name, source in self._sources.items():
            try:
                source.open()
            except DeviceError as error:
                errors[name] = error
        if errors and len(errors) == len(self._sources):
            raise next(iter(errors.values()))
        for name, source in self._sources.items():
            thread = threading.Thread(target=self._run, args=(name, source, errors.get(name)), name=f"device {name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def next(self, wait_s: float) -> Delivery | None:
        """The next delivery of any device."""
        try:
            return self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Stop the threads and close the devices; a device that does not answer is left behind."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2.0)

    def _run(self, name: str, source: AudioSource, error: DeviceError | None) -> None:
        reopened = False
        while not self._stop.is_set():
            if error is not None:
                self._put(Delivery(name, self._now(), error=error))
                self._reopen(source)
                error, reopened = None, True
                continue
            try:
                block = source.read()
                self._put(Delivery(name, self._now(), block, reopened=reopened, position=_position(source, block)))
                reopened = False
            except EndOfAudio:
                self._put(Delivery(name, self._now()))
                break
            except DeviceError as gone:
                error = gone
        source.close()

    def _reopen(self, source: AudioSource) -> None:
        source.close()
        tries = 0
        while not self._stop.wait(PAUSES_S[min(tries, len(PAUSES_S) - 1)]):
            try:
                source.open()
                return
            except DeviceError:
                tries += 1

    def _put(self, delivery: Delivery) -> None:
        while not self._stop.is_set():
            try:
                self._queue.put(delivery, timeout=0.5)
                return
            except queue.Full:
                time.sleep(0)


def _position(source: AudioSource, block: AudioBlock) -> int | None:
    """The first frame of the block, lost ones before it included, where the source counts from the simulation's start."""
    position = getattr(source, "position", None)
    return None if position is None else position - len(block.samples) - block.lost_frames
