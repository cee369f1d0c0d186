"""A serial device that may go and come back: opened again with growing pauses, with one alarm while it is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from hw.errors import DeviceError
from recorder.watch.alarms import Alarms

log = logging.getLogger(__name__)

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Real seconds before each next try."""

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Polled(Protocol[T_co]):
    """A LineSense or a CallRecordFeed."""

    def open(self) -> None: ...

    def poll(self) -> Sequence[T_co]: ...

    def close(self) -> None: ...


class Attached(Generic[T]):
    """The device, there or not. alarm: kind and subject of the one that stands while it is away. lost: called when it goes."""

    def __init__(
        self,
        device: Polled[T],
        alarms: Alarms,
        alarm: tuple[str, str],
        lost: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device = device
        self._alarms = alarms
        self._alarm = alarm
        self._lost = lost
        self._monotonic = monotonic
        self._open = False
        self._tries = 0
        self._next_try = float("-inf")

    def poll(self) -> Sequence[T]:
        """What it has to say since the last call; nothing while it is away. Opening may take a second or two."""
        try:
            if not self._open:
                if self._monotonic() < self._next_try:
                    return ()
                self._device.open()
                self._open, self._tries = True, 0
                self._alarms.set(*self._alarm, False)
            return self._device.poll()
        except DeviceError as error:
            self._gone(error)
            return ()

    def close(self) -> None:
        """Let it go."""
        self._device.close()
        self._open = False

    def _gone(self, error: DeviceError) -> None:
        self._device.close()
        if self._open:
            self._open = False
            self._lost()
        self._next_try = self._monotonic() + PAUSES_S[min(self._tries, len(PAUSES_S) - 1)]
        self._tries += 1
        self._alarms.set(*self._alarm, True, error.message)
