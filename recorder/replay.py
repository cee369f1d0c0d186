"""`callbox replay`: sound files through the simulated tap and the real recorder, into the store, each as one call."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hw.interfaces import LineEvent
from hw.messages import Message, UserError
from hw.simulated.script import write_events
from hw.simulated.tap import Tap, TapCall, build_tap
from recorder.audio.staging import RATE, Staged, stage
from recorder.live import read_status
from recorder.settings.cli import show
from recorder.settings.sections import (
    CallRecordSettings,
    Device,
    Line,
    LineSenseSettings,
    Segmentation,
    Settings,
    Simulation,
    Store,
)
from recorder.store.calls import Call
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB
from recorder.store.writer import make_folder
from recorder.times import from_text, to_text

Progress = Callable[[float, float], None]

BATCH = 4
"""Files played at once, each on a line of its own: the tap's raw file is as long as the longest of them on every channel."""

LEAD_S, TAIL_S = 2.0, 2.0
"""Seconds of silence before the calls and after the last."""

STARTING_S = 2.0
"""Real seconds given to the recorder to start before the simulated tap does; a slower one catches up and loses nothing."""

POLL_S = 0.2


@dataclass
class Replayed:
    """What came of a replay. calls: each file with the id of its call. errors: what could not be replayed, and why. warnings: what
    could, in part."""

    calls: list[tuple[Path, str]] = field(default_factory=list)
    errors: list[Message] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)


def _ignore(done: float, total: float) -> None:
    """Progress that nobody watches."""


def replay(
    files: Sequence[Path],
    settings: Settings,
    speed: float = 10.0,
    progress: Progress = _ignore,
    language: str | None = None,
) -> Replayed:
    """Record each file as one call of its own, `speed` times as fast as it plays. A bad file does not spoil the others.

    progress: told the seconds of sound done and in all. language: what is spoken; the site's when None. The service's recorder may
    run meanwhile. Raises UserError when nothing can be recorded at all (no store, a speed that is none).
    """
    if not 0 < speed <= 10_000:
        raise UserError(
            f"A speed must be above 0 and at most 10000, not {speed}.", f"速度必须大于 0 且不超过 10000，不能是 {speed}。"
        )
    store, outcome = Path(settings.store.path), Replayed()
    try:
        make_folder(store)
        _expect_room(settings)
        with tempfile.TemporaryDirectory(prefix="replay-", dir=store) as folder:
            staged = _stage_all(files, Path(folder), outcome)
            total, done = sum(one.duration_s for one in staged), 0.0
            for number, batch in enumerate(_batches(staged)):
                work = Path(folder) / f"batch{number}"
                work.mkdir()
                _Batch(batch, settings, language or settings.site.language, speed, work).run(outcome, progress, (done, total))
                done += sum(one.duration_s for one in batch)
    except OSError as error:
        raise UserError(
            f"{store}: the replay cannot work there ({error.strerror}). Is there room, and may this user write?",
            f"{store}：无法在此回放（{error.strerror}）。磁盘空间是否足够？当前用户是否可写？",
        ) from error
    order = {path: place for place, path in enumerate(files)}
    outcome.calls.sort(key=lambda pair: order[pair[0]])
    return outcome


def _expect_room(settings: Settings) -> None:
    """Raises UserError where the recorder would begin no call."""
    free_mb = shutil.disk_usage(settings.store.path).free >> 20
    if free_mb < settings.store.min_free_mb:
        raise UserError(
            f"{settings.store.path}: only {free_mb} MB are free; below {settings.store.min_free_mb} MB ([store] min_free_mb) "
            "nothing is recorded. Free some space.",
            f"{settings.store.path}：仅剩 {free_mb} MB；低于 {settings.store.min_free_mb} MB（[store] min_free_mb）时不再录音。"
            "请清理空间。",
        )


def _stage_all(files: Sequence[Path], folder: Path, outcome: Replayed) -> list[Staged]:
    staged = []
    copies = folder / "copies"
    copies.mkdir()
    for path in files:
        try:
            staged.append(stage(path, copies))
        except UserError as error:
            outcome.errors.append(error.message)
    outcome.warnings += [one.warning for one in staged if one.warning]
    return staged


def _batches(staged: Sequence[Staged]) -> Iterator[list[Staged]]:
    """Files of like length together."""
    longest_first = sorted(staged, key=lambda one: -one.duration_s)
    for start in range(0, len(longest_first), BATCH):
        yield longest_first[start : start + BATCH]


class _Batch:
    """Files played side by side by one recorder."""

    def __init__(self, files: list[Staged], settings: Settings, language: str, speed: float, work: Path) -> None:
        self._files = files
        self._settings = settings
        self._language = language
        self._speed = speed
        self._work = work
        self._seconds = LEAD_S + max(one.duration_s for one in files) + TAIL_S

    def run(self, outcome: Replayed, progress: Progress, place: tuple[float, float]) -> None:
        """Play and record; progress goes on from place (done, total)."""
        tap, lines = self._tap()
        anchor = round(time.time() + STARTING_S, 3)
        # Shifted so that the simulated clock shows the real time when the batch ends: the calls lie in the recent past.
        start = round(anchor - self._seconds * (1 - 1 / self._speed), 3)
        write_events(self._work / "events", self._events(start))
        settings = self._recorder_settings(tap, lines, start, anchor)
        config = self._work / "callbox.toml"
        config.write_text(show(settings), encoding="utf-8")
        before = _last_closed(Path(self._settings.store.path))
        failed = self._record(config, tap, settings, lambda share: progress(place[0] + share * self._sound(), place[1]))
        self._collect(outcome, before, failed)

    def _sound(self) -> float:
        return sum(one.duration_s for one in self._files)

    def _tap(self) -> tuple[Tap, list[Line]]:
        calls, lines, channel = [], [], 0
        for number, one in enumerate(self._files):
            channels = tuple(range(channel, channel + one.channels))
            channel += one.channels
            calls.append(TapCall(LEAD_S, one.path, channels))
            name = f"replay {number + 1}"
            lines.append(Line(name, "tap", channels, sense=number, language=self._language, source=str(one.source)))
        tap = build_tap(calls, self._work, channel, rate=RATE, tail_s=TAIL_S, noise_dbfs=float("-inf"))
        for one in self._files:
            one.path.unlink()
        return tap, lines

    def _events(self, start: float) -> list[LineEvent]:
        events: list[LineEvent] = []
        for sense, one in enumerate(self._files):
            for kind, at in (("off_hook", LEAD_S), ("on_hook", LEAD_S + one.duration_s)):
                events.append(LineEvent(sense, kind, start + at, len(events) + 1))
        return events

    def _recorder_settings(self, tap: Tap, lines: list[Line], start: float, anchor: float) -> Settings:
        return dataclasses.replace(
            self._settings,
            # A status folder of its own: the service's recorder may be telling its status at the same time.
            store=Store(str(Path(self._settings.store.path).absolute()), str(self._work / "run"), self._settings.store.min_free_mb),
            device=(Device("tap", tap.pcm, tap.channels, tap.rate),),
            line=tuple(lines),
            assignment=(),
            line_sense=LineSenseSettings(),
            call_records=CallRecordSettings(),
            segmentation=Segmentation(min_call_s=0.0, max_part_s=self._settings.segmentation.max_part_s),
            simulation=Simulation(self._speed, to_text(start), to_text(anchor), str(self._work / "events"), self._seconds),
        )

    def _record(self, config: Path, tap: Tap, settings: Settings, progress: Callable[[float], None]) -> str:
        """Run the recorder to its end; "" or its last words when it failed."""
        said = self._work / "recorder.log"
        with said.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-m", "recorder", "--config", str(config)],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | tap.environment(),
            )
            try:
                while process.poll() is None:
                    time.sleep(POLL_S)
                    progress(self._share(settings))
            except BaseException:
                process.terminate()
                process.wait()
                raise
        progress(1.0)
        words = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return "" if process.returncode == 0 else (words[-1] if words else f"status {process.returncode}")

    def _share(self, settings: Settings) -> float:
        status = read_status(settings)
        start = from_text(settings.simulation.start)
        return 0.0 if status is None else min(1.0, max(0.0, (status.at - start) / self._seconds))

    def _collect(self, outcome: Replayed, before: int, failed: str) -> None:
        """Find each file's call among those closed since."""
        found: dict[str, list[Call]] = {}
        store = Path(self._settings.store.path)
        if (store / CALLS_DB).is_file():
            with CallReader(store) as reader:
                for call in reader.calls_closed_since(before, 100_000):
                    found.setdefault(call.source, []).append(call)
        for one in self._files:
            calls = found.get(str(one.source), [])
            if calls:
                outcome.calls.append((one.source, calls.pop(0).id))
            else:
                en, zh = failed or "no call came of it", failed or "没有产生通话"
                outcome.errors.append(Message(f"{one.source} was not recorded: {en}", f"{one.source} 未能录入：{zh}"))


def _last_closed(store: Path) -> int:
    if not (store / CALLS_DB).is_file():
        return 0
    with CallReader(store) as reader:
        return reader.last_closed_seq()
