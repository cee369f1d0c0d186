"""The simulated devices of a scenario, on a clock that moves with the audio: nothing waits, it runs as fast as the machine can."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence

import numpy as np

from hw.clock import ManualClock
from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioBlock, LineEvent, Samples
from recorder.scenario.sounds import Sound

NOISE_PEAK = 20
NOISE_S = 10


class SimulatedTap:
    """An audio source that makes its samples as they are asked for. place: frames given or lost so far. happen: called with the
    frame before each block, for what is to happen then."""

    def __init__(self, clock: ManualClock, rate: int, channels: int, seconds: float, block: int, *, noise: bool) -> None:
        self.rate = rate
        self.channels = channels
        self.place = 0
        self.lost = 0  # frames, absences included
        self.happen: Callable[[int], None] = lambda _frame: None
        self._clock = clock
        self._end = round(seconds * rate)
        self._block = block
        self._opened = False
        self._losses: dict[int, int] = {}
        self._away: list[tuple[int, int]] = []
        self._laid: list[tuple[int, int, Sound]] = []  # first frame, channel, sound
        self._starts: list[int] = []
        self._longest = 0
        random = np.random.default_rng(20261122)
        shape = (NOISE_S * rate, channels)
        self._noise = random.integers(-NOISE_PEAK, NOISE_PEAK, shape, np.int16) if noise else np.zeros(shape, np.int16)

    def lay(self, frame: int, channel: int, sound: Sound) -> None:
        """Let it be heard from that frame on."""
        self._laid.append((frame, channel, sound))
        self._laid.sort(key=lambda laid: laid[:2])
        self._starts = [laid[0] for laid in self._laid]
        self._longest = max(self._longest, len(sound))

    def lose(self, frame: int, frames: int) -> None:
        """The device will lose frames before the block that begins next after `frame`."""
        self._losses[frame] = frames

    def unplug(self, frame: int, frames: int) -> None:
        """The device will be away for so long."""
        self._away.append((frame, frame + frames))

    def open(self) -> None:
        """Claim it."""
        self._opened = True

    def read(self) -> AudioBlock:
        """The next block. Raises DeviceError while unplugged and EndOfAudio at the end."""
        if not self._opened:
            raise DeviceError("the simulated tap is read before it was opened", "模拟采集设备尚未打开就被读取")
        if self.place >= self._end:
            raise EndOfAudio
        self.happen(self.place)
        due = [frame for frame in self._losses if frame <= self.place]
        lost = sum(self._losses.pop(frame) for frame in due)
        start = self.place + lost
        self.place = min(self.place + max(self._block, lost), self._end)
        self._clock.advance((self.place - start + lost) / self.rate)
        self.lost += lost
        if any(first <= start < last for first, last in self._away):
            self.lost += self.place - start
            raise DeviceError("the simulated tap is unplugged", "模拟采集设备已拔出")
        return AudioBlock(self.samples(start, self.place), lost)

    def samples(self, start: int, end: int) -> Samples:
        """What is on the wires, shape (frames, channels)."""
        wires: Samples = self._noise.take(range(start, end), axis=0, mode="wrap") if end > start else self._noise[:0].copy()
        first = bisect.bisect_left(self._starts, start - self._longest)
        for frame, channel, sound in self._laid[first : bisect.bisect_left(self._starts, end)]:
            here = slice(max(frame, start) - start, max(min(frame + len(sound), end), start) - start)
            wires[here, channel] += sound[max(0, start - frame) : max(0, end - frame)]
        return wires

    def close(self) -> None:
        """Let it go."""
        self._opened = False


class SimulatedSense:
    """Tells each event once its time (and how late it is) has come. Times are seconds of the tap."""

    def __init__(self, tap: SimulatedTap, clock: ManualClock, events: Sequence[tuple[float, float, int, str]]) -> None:
        self._tap = tap
        self._clock = clock
        self._events = sorted(events)  # told at, happened at, input, kind
        self._counter = 0
        self._away: list[tuple[float, float]] = []

    def unplug(self, at: float, seconds: float) -> None:
        """The board will be away for so long; what happens meanwhile is told by nobody."""
        self._away.append((at, at + seconds))
        self._events = [event for event in self._events if not at <= event[1] < at + seconds]

    def open(self) -> None:
        """Claim it. Raises DeviceError while unplugged."""
        self._check()

    def poll(self) -> list[LineEvent]:
        """What is due. Raises DeviceError while unplugged."""
        self._check()
        now, due = self._seconds(), []
        while self._events and self._events[0][0] <= now:
            _, at, sense, kind = self._events.pop(0)
            self._counter += 1
            # As the board's driver does it: so long ago on the clock as it is now.
            due.append(LineEvent(sense, kind, self._clock.now() - (now - at), self._counter))
        return due

    def close(self) -> None:
        """Let it go."""

    def _seconds(self) -> float:
        return self._tap.place / self._tap.rate

    def _check(self) -> None:
        if any(start <= self._seconds() < end for start, end in self._away):
            raise DeviceError("the simulated board is unplugged", "模拟监听板已拔出")
