"""The recorder's own process on a simulated tap, to be stopped in every way: what it was given to hear is known to the sample."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hw.interfaces import LineEvent, Samples
from hw.messages import UserError
from hw.simulated.script import write_events
from hw.simulated.syllables import syllables
from hw.simulated.tap import alsa_config
from recorder.live import read_status
from recorder.settings.cli import show
from recorder.settings.sections import Device, Line, Segmentation, Settings, Simulation, Store
from recorder.times import to_text

RATE = 8000
PCM = "callbox_faults"
PRIORITY = 5  # systemd/callbox-recorder.service
TAP_S = 30
"""Seconds of sound on the tap; ALSA's file plugin begins it again at its end."""

LEAD_S = 1.5
"""Seconds from starting the process to the tap's first frame: by then it listens."""

QUIET_S = 1.5
"""Seconds of a life in which the recorder only takes up what the last one left."""

TAKEN_UP = "was taken up again"
"""What the recorder says of a call that calls.db did not know."""

MOST_LIVES = 5

READY_S = 60.0
"""Seconds to wait for a recorder to listen before calling it failed."""


class NotHereError(UserError):
    """The fault cannot be done on this machine."""


@dataclass(frozen=True)
class Talk:
    """A line was off-hook from `start` to `end`, seconds from the run's first frame."""

    line: int
    start: float
    end: float


@dataclass(frozen=True)
class Run:
    """One life of the recorder. start: UTC epoch seconds of its first frame; heard: the frames it had heard when it was stopped."""

    start: float
    heard: int
    talks: tuple[Talk, ...]


class Rig:
    """A folder with a tap, a store and settings for `lines` pair lines. extra: more environment for the process."""

    def __init__(self, folder: Path, lines: int, *, store: Path | None = None, extra: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.lines = lines
        self.store = store or folder / "store"
        self.log = folder / "recorder.log"
        self._extra = dict(extra or {})
        raw = folder / "tap.raw"
        raw.write_bytes(b"".join(block.astype("<i2").tobytes() for block in syllables(TAP_S, 2 * lines, RATE)))
        (folder / "alsa.conf").write_text(alsa_config(PCM, raw), encoding="utf-8")
        self.sound: Samples = np.memmap(raw, "<i2", "r").reshape(-1, 2 * lines)

    def played(self, line: int, start: int, frames: int) -> Samples:
        """What lay on the line's two channels from frame `start` of a run on."""
        rows = np.arange(start, start + frames) % len(self.sound)
        return self.sound[rows][:, 2 * line : 2 * line + 2]

    def settings(self, start: float, stop_after_s: float = 0.0) -> Settings:
        """Settings of one run."""
        return Settings(
            store=Store(str(self.store), str(self.folder / "run"), min_free_mb=0),
            device=(Device("tap", PCM, 2 * self.lines, RATE),),
            line=tuple(Line(str(line), "tap", (2 * line, 2 * line + 1), sense=line) for line in range(self.lines)),
            segmentation=Segmentation(min_call_s=0.0),  # every call counts, however short
            simulation=Simulation(1.0, to_text(start), to_text(start), str(self.folder / "events"), stop_after_s),
        )

    @contextlib.contextmanager
    def recording(self, talks: tuple[Talk, ...] = (), stop_after_s: float = 0.0) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
        """A recorder process that hears the talks, and the instant of its first frame. Killed on the way out if it still lives."""
        start = round(time.time() + LEAD_S, 3)
        write_events(self.folder / "events", _events(talks, start, self.lines))
        config = self.folder / "callbox.toml"
        config.write_text(show(self.settings(start, stop_after_s)), encoding="utf-8")
        (self.folder / "run" / "recorder.json").unlink(missing_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-m", "recorder", "--config", str(config)],
                stderr=log,
                env=os.environ | {"ALSA_CONFIG_PATH": str(self.folder / "alsa.conf")} | self._extra,
            )
            with contextlib.suppress(PermissionError):  # as its unit has it, where that is allowed
                os.sched_setscheduler(process.pid, os.SCHED_RR, os.sched_param(PRIORITY))
            try:
                yield process, start
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()

    def listening(self, process: subprocess.Popen[bytes], start: float) -> float:
        """Wait until the process says that it listens; the instant, not before `start`. Raises UserError when it does not."""
        deadline = time.monotonic() + READY_S
        while process.poll() is None and time.monotonic() < deadline:
            status = read_status(self.settings(start))
            if status is not None and status.pid == process.pid:
                return max(time.time(), start)
            time.sleep(0.02)
        raise self._failed()

    def _failed(self) -> UserError:
        words = " ".join(self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:])
        return UserError(f"The recorder failed: {words}", f"录音服务出错:{words}")

    def recover(self) -> float:
        """Quiet lives of the recorder, each with a clean stop, until one finds nothing more to take up of what the last left.
        Seconds until the first listened. Raises UserError when one fails."""
        took = self._quiet_life()
        said = self.log.stat().st_size
        for _ in range(MOST_LIVES):
            self._quiet_life()
            if TAKEN_UP not in self.log.read_text(encoding="utf-8", errors="replace")[said:]:
                break
            said = self.log.stat().st_size
        return took

    def _quiet_life(self) -> float:
        began = time.monotonic()
        with self.recording(stop_after_s=QUIET_S) as (process, start):
            self.listening(process, start)
            took = time.monotonic() - began
            if process.wait(READY_S):
                raise self._failed()
        return round(took, 2)

    def stopped_at(self, process: subprocess.Popen[bytes], at: float, start: float) -> int:
        """Kill the process at the instant `at`; the frames it had heard, counted from `start`."""
        time.sleep(max(0.0, at - time.time()))
        process.send_signal(signal.SIGSTOP)  # what it has read must not change while it is looked up
        heard = self.heard(process, start)
        process.kill()
        process.wait()
        return heard

    def heard(self, process: subprocess.Popen[bytes], start: float) -> int:
        """The frames the process has heard by now: those it has read of the tap, as far as they are due."""
        due = round((time.time() - start) * RATE)
        raw, folder = str(self.folder / "tap.raw"), Path(f"/proc/{process.pid}/fd")
        with contextlib.suppress(OSError):
            for handle in folder.iterdir():
                if str(handle.readlink()) == raw:
                    told = Path(f"/proc/{process.pid}/fdinfo/{handle.name}").read_text().split()
                    return max(0, min(due, int(told[1]) // (4 * self.lines)))
        return max(0, due)


def some_talks(rng: random.Random, lines: int, seconds: float) -> tuple[Talk, ...]:
    """Calls of 0.5 to 5 s, back to back or nearly, on every line for so many seconds."""
    talks = []
    for line in range(lines):
        at = rng.uniform(0.0, 0.6)
        while at < seconds:
            end = at + rng.uniform(0.5, 5.0)
            talks.append(Talk(line, round(at, 3), round(end, 3)))
            at = end + rng.uniform(0.4, 0.8)
    return tuple(talks)


def _events(talks: tuple[Talk, ...], start: float, lines: int) -> list[LineEvent]:
    # A tap board tells every line's state when it is asked: without it, the recorder would go by the noise on the lines.
    moments = [(-0.2, line, "on_hook") for line in range(lines)]
    moments += [(talk.start, talk.line, "off_hook") for talk in talks] + [(talk.end, talk.line, "on_hook") for talk in talks]
    return [LineEvent(line, kind, start + at, number + 1) for number, (at, line, kind) in enumerate(sorted(moments))]
