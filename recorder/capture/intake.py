"""Audio from the devices to the one thread that records. A thread a device, so that a slow disk never makes a device wait."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioSource
from recorder.capture.devicethread import Delivery, DeviceThread, position_of

__all__ = ["Delivery", "DirectIntake", "Intake", "ThreadedIntake"]

QUEUE_BLOCKS = 200
"""Blocks that may wait (20 s of 100 ms each, 5 MB at 16 channels). Then the devices wait, overrun, and say what that cost."""

OPENING_S = 3.0
"""Real seconds that opening the devices may take; one that takes longer is waited for while the others record."""


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
            return Delivery(name, self._now(), block, position=position_of(self._sources[name], block))
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

    def __init__(
        self, sources: Mapping[str, AudioSource], now: Callable[[], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._queue: queue.Queue[Delivery] = queue.Queue(QUEUE_BLOCKS)
        self._closing = False
        self._threads = [DeviceThread(name, source, self._put, now) for name, source in sources.items()]

    def open(self) -> None:
        """Open every device and start reading. One that cannot be opened is tried again later, unless none can: DeviceError."""
        for thread in self._threads:
            thread.start()
        until = time.monotonic() + OPENING_S
        for thread in self._threads:
            thread.settled.wait(max(0.0, until - time.monotonic()))
        errors = [thread.error for thread in self._threads if thread.error is not None]
        if errors and len(errors) == len(self._threads):
            self.close()
            raise errors[0]

    def next(self, wait_s: float) -> Delivery | None:
        """The next delivery of any device. Devices that hang are noticed here."""
        for thread in self._threads:
            if (error := thread.look(self._monotonic())) is not None:
                return Delivery(thread.name, self._now(), error=error)
        try:
            return self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Stop the threads and close the devices; a device that does not answer is left behind."""
        self._closing = True
        for thread in self._threads:
            thread.stop()
        until = time.monotonic() + 2.0
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _put(self, delivery: Delivery) -> None:
        while not self._closing:
            try:
                self._queue.put(delivery, timeout=0.5)
                return
            except queue.Full:
                continue
