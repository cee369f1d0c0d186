"""A whole recorder on simulated devices and a clock turned by hand: scenarios say what happens, and look at the calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from hw.clock import ManualClock
from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioBlock, CallRecord, LineEvent, Samples
from recorder.capture.intake import DirectIntake
from recorder.engine import Recorder
from recorder.outfit import Equipment
from recorder.settings.sections import Agent, Assignment, Device, Line, Retention, Segmentation, Settings, Store
from recorder.store.reader import CallReader
from recorder.store.writer import open_store

RATE = 8000
START = 1795308000.0  # 2026-11-22T00:40:00Z
PERIOD = 800
SPEECH = Path(__file__).parents[2] / "console" / "democalls" / "calls" / "shoes_perfect.flac"

LINES = (
    Line("1", "tap", (0, 1), "801", "01", 0),
    Line("2", "tap", (2,), "802", "02", 1),
    Line("3", "tap", (3, 4), "803", "03"),
)
AGENTS = (Agent("1001", "李晓敏", "零售组"), Agent("1002", "王强", "投资组"))
SEATS = (
    Assignment("1001", line="1", until="2026-11-22 08:45"),  # 00:45 UTC: five minutes after START
    Assignment("1002", line="1", since="2026-11-22 08:45"),
    Assignment("1002", extension="802"),
)


class Tap:
    """An audio source that plays what was laid on it. at(): called with the frame before each read, to make things happen."""

    def __init__(self, samples: Samples, clock: ManualClock) -> None:
        self.samples = samples
        self._clock = clock
        self.place = 0
        self.losses: dict[int, int] = {}  # frame → frames lost there
        self.failing: Callable[[int], DeviceError | None] = lambda _place: None
        self.opened = 0

    rate = RATE

    @property
    def channels(self) -> int:
        return self.samples.shape[1]

    def open(self) -> None:
        self.opened += 1

    def read(self) -> AudioBlock:
        assert self.opened, "read before open"
        if self.place >= len(self.samples):
            raise EndOfAudio
        error = self.failing(self.place)
        lost = self.losses.pop(self.place, 0)
        start = self.place + lost
        self.place = min(start + PERIOD, len(self.samples))
        self._clock.advance(START + self.place / RATE - self._clock.now())
        if error is not None:
            raise error
        return AudioBlock(self.samples[start : self.place], lost)

    def close(self) -> None:
        self.opened = 0


class Told:
    """A line sense or a call-record feed that tells what it was given, each once its time has come."""

    def __init__(self, items: Sequence[tuple[float, object]], clock: ManualClock) -> None:
        self._items = deque(sorted(items, key=lambda item: item[0]))
        self._clock = clock
        self.gone_between = (float("inf"), float("inf"))

    def open(self) -> None:
        self._check()

    def poll(self) -> list:
        self._check()
        due = []
        while self._items and self._items[0][0] <= self._clock.now() - START:
            due.append(self._items.popleft()[1])
        return due

    def close(self) -> None:
        pass

    def _check(self) -> None:
        if self.gone_between[0] <= self._clock.now() - START < self.gone_between[1]:
            raise DeviceError("the device has gone", "设备已断开")


@dataclass
class Box:
    """Lay speech and events on the lines, then run. Times are seconds from START."""

    store: Path
    seconds: float
    channels: int = 5
    lines: tuple[Line, ...] = LINES
    segmentation: Segmentation = field(default_factory=Segmentation)
    min_free_mb: int = 0
    free_bytes: Callable[[], int] | None = None

    def __post_init__(self) -> None:
        self.clock = ManualClock(START)
        noise = np.random.default_rng(3).normal(0, 8, (round(self.seconds * RATE), self.channels))
        self.tap = Tap(noise.astype(np.int16), self.clock)
        self.events: list[tuple[float, LineEvent]] = []
        self.records: list[tuple[float, CallRecord]] = []
        self.sense: Told | None = None

    def speak(self, at: float, seconds: float, *channels: int) -> None:
        """Lay real speech, level all through, on the channels."""
        speech = spoken(seconds)
        for channel in channels:
            self.tap.samples[round(at * RATE) : round(at * RATE) + len(speech), channel] = speech

    def event(self, sense: int, kind: str, at: float, late: float = 0.0) -> None:
        """A line event at `at`, told `late` seconds later."""
        self.events.append((at + late, LineEvent(sense, kind, START + at, len(self.events) + 1)))

    def answer(self, sense: int, at: float, until: float, ring_s: float = 5.5) -> None:
        """An incoming call: two rings, off-hook at `at`, on-hook at `until`."""
        self.event(sense, "ring_start", at - ring_s)
        self.event(sense, "ring_stop", at - ring_s + 1)
        self.event(sense, "ring_start", at - 0.5)
        self.event(sense, "off_hook", at)
        self.event(sense, "on_hook", until)

    def settings(self) -> Settings:
        return Settings(
            store=Store(path=str(self.store), min_free_mb=self.min_free_mb),
            device=(Device("tap", "none", self.channels, RATE),),
            line=self.lines,
            agent=AGENTS,
            assignment=SEATS,
            segmentation=self.segmentation,
            retention=Retention(warn_gib=0, free_gib=0),  # whatever the room on the machine that runs the tests
        )

    def recorder(self) -> Recorder:
        """A recorder ready to step."""
        self.sense = self.sense or Told(self.events, self.clock)
        feed = Told(self.records, self.clock)
        store, aside = open_store(self.store, self.clock.now())
        equipment = Equipment(
            DirectIntake({"tap": self.tap}, self.clock.now),
            self.clock,
            self.sense,
            feed,
            monotonic=self.clock.now,
            free_bytes=self.free_bytes,
        )
        recorder = Recorder(self.settings(), store, equipment, set_aside=aside)
        recorder.open()
        return recorder

    def run(self) -> CallReader:
        """Record everything and stop; the calls."""
        recorder = self.recorder()
        while recorder.step(0.0):
            pass
        recorder.finish()
        return self.reader()

    def reader(self) -> CallReader:
        return CallReader(self.store)

    def samples(self, start: float, seconds: float, *channels: int) -> Samples:
        """What lay on the tap."""
        return self.tap.samples[round(start * RATE) : round((start + seconds) * RATE), list(channels)]


def spoken(seconds: float) -> Samples:
    """Speech without long pauses."""
    samples = soundfile.read(SPEECH, dtype="int16")[0].max(axis=1)
    pieces = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    loud = pieces[np.abs(pieces.astype(np.int32)).max(axis=1) > 800].reshape(-1)
    return np.resize(loud, round(seconds * RATE))
