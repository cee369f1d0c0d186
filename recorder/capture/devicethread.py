"""A thread that reads one device, so that neither a slow disk makes it wait nor it, when it hangs, anybody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from hw.errors import DeviceError, DeviceStuckError, EndOfAudio
from hw.interfaces import AudioBlock, AudioSource

PAUSES_S = (0.5, 1.0, 2.0, 5.0)
"""Real seconds before each next try to open a device that has gone."""

STUCK_S = 1.5
"""Real seconds inside a call to the device, without one frame, after which it counts as stuck."""

EMPTY_S = 0.02
"""Real seconds between two reads of a device that gives nothing."""

LOOK_S = 0.3
"""The most that one look adds: when the whole process was stopped for a while, that says nothing of the device."""


@dataclass(frozen=True)
class Delivery:
    """What a device gave: a block, an error (it has gone and will be tried again), or, with neither, its end.

    at: when, UTC epoch seconds of the recorder's clock. reopened: the first block after it had gone. position: the block's first
    frame counted from the simulation's start; None for a real device, which cannot know. heard: the monotonic clock as the block
    came; 0.0 where nobody looked.
    """

    device: str
    at: float
    block: AudioBlock | None = None
    error: DeviceError | None = None
    reopened: bool = False
    position: int | None = None
    heard: float = 0.0

    @property
    def ended(self) -> bool:
        """The device has played all it had."""
        return self.block is None and self.error is None


class DeviceThread:
    """Opens and reads `source` until stopped, and hands what comes to `put`.

    settled: set once the first try to open has ended, whatever came of it. now: the recorder's clock.
    """

    def __init__(self, name: str, source: AudioSource, put: Callable[[Delivery], None], now: Callable[[], float]) -> None:
        self.name = name
        self.settled = threading.Event()
        self.error: DeviceError | None = None  # of the last try to open
        self._source = source
        self._put = put
        self._now = now
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._inside = False  # waiting for the device
        self._frames = 0  # that came, ever
        self._stuck = False  # given up by look(); what it gives now is not wanted
        self._looked = (float("inf"), 0)  # at which monotonic instant, frames then
        self._silent_s = 0.0
        self._thread = threading.Thread(target=self._run, name=f"device {name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Wait for the end so long. A thread that hangs in its device is left behind; it dies with the process."""
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def look(self, monotonic: float) -> DeviceError | None:
        """To be called often, from outside: an error, once, when the device has given nothing for STUCK_S and will not come back
        from a call, or comes back with nothing. Once it comes back, the device is opened anew."""
        with self._lock:
            (looked_at, frames), self._looked = self._looked, (monotonic, self._frames)
            if self._stuck or not self._inside or frames != self._frames or getattr(self._source, "waiting", False):
                self._silent_s = 0.0
                return None
            self._silent_s += max(0.0, min(monotonic - looked_at, LOOK_S))
            if self._silent_s < STUCK_S:
                return None
            self._stuck = True
        return _hangs(self.name)

    def _run(self) -> None:
        opened = self._open()
        if self.error is not None:
            self._put(Delivery(self.name, self._now(), error=self.error))
        self.settled.set()
        reopened = False
        while not self._stop.is_set():
            if not opened:
                opened = reopened = self._reopen()
                continue
            try:
                block = self._read()
                if block is None:
                    opened = False
                elif len(block.samples) or block.lost_frames:
                    self._put(self._delivery(block, reopened))
                    reopened = False
                else:
                    self._stop.wait(EMPTY_S)
            except EndOfAudio:
                self._put(Delivery(self.name, self._now()))
                break
            except DeviceError as error:
                opened = False
                if not self._stuck:
                    self._put(Delivery(self.name, self._now(), error=error))
        self._source.close()

    def _delivery(self, block: AudioBlock, reopened: bool) -> Delivery:
        place = position_of(self._source, block)
        return Delivery(self.name, self._now(), block, reopened=reopened, position=place, heard=time.monotonic())

    def _open(self) -> bool:
        try:
            self._inside = True
            self._source.open()
        except DeviceError as error:
            self.error = error
            return False
        finally:
            self._inside = False
        with self._lock:
            self._stuck, self._silent_s, self.error = False, 0.0, None
        return True

    def _read(self) -> AudioBlock | None:
        """The next block; None when it comes too late, since its place in time has been counted as lost already."""
        self._inside = True
        try:
            block = self._source.read()
        except (DeviceError, EndOfAudio):
            self._inside = False
            raise
        with self._lock:
            self._frames += len(block.samples)
            self._inside = not len(block.samples)  # nothing came: it is still being waited for
            return None if self._stuck else block

    def _reopen(self) -> bool:
        self._inside = False
        self._source.close()
        tries = 0
        while not self._stop.wait(PAUSES_S[min(tries, len(PAUSES_S) - 1)]):
            if self._open():
                return True
            tries += 1
        return False


def position_of(source: AudioSource, block: AudioBlock) -> int | None:
    """The first frame of the block, lost ones before it included, where the source counts from the simulation's start."""
    position = getattr(source, "position", None)
    return None if position is None else int(position) - len(block.samples) - block.lost_frames


def _hangs(name: str) -> DeviceStuckError:
    return DeviceStuckError(
        f"Capture device {name} hangs: its driver does not answer. Unplug it and plug it in again, or else restart the box.",
        f"采集设备 {name} 无响应:驱动程序没有返回。请拔下后重新插入;如无效,请重启本机。",
    )
