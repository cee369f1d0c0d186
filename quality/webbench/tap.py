"""The real recorder beside the web service: eight lines that talk, hang up and talk again, on a tap simulated in real time, writing
into the very store whose pages are opened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hw.interfaces import LineEvent
from hw.simulated.script import write_events
from hw.simulated.tap import alsa_config
from recorder.bench.recorder import RATE, write_raw
from recorder.live import read_status
from recorder.settings.cli import show
from recorder.settings.sections import Device, Line, Settings, Simulation, Store, Web

CALL_S, PAUSE_S = 8.0, 2.0
"""Every line: a call of so many seconds, then a pause."""
STARTING_S = 30.0
"""Until the lines begin to talk: the recorder has taken stock of a large store by then, and what it does not read is lost."""
_NAME = "callbox_webbench"


@dataclass
class Tap:
    """lost_frames: that the recorder says it lost, or the tap could not hand over; None when the recorder failed. calls: ended."""

    lost_frames: int | None = None
    calls: int = 0


def settings(work: Path, store: Path, web: Web, lines: int, *, begin: float, seconds: float) -> Settings:
    """Of all services of the bench; the events of the lines are written beside them."""
    events = []
    for start in range(int(seconds // (CALL_S + PAUSE_S))):
        at = begin + 1.0 + start * (CALL_S + PAUSE_S)
        for line in range(lines):
            events += [LineEvent(line, "off_hook", at, 0), LineEvent(line, "on_hook", at + CALL_S, 0)]
    write_events(work / "events", sorted(events, key=lambda event: event.at))
    made = Settings(
        store=Store(str(store), min_free_mb=0),
        device=(Device("tap", _NAME, 2 * lines, RATE),),
        line=tuple(Line(f"tap{line}", "tap", (2 * line, 2 * line + 1), sense=line) for line in range(lines)),
        simulation=Simulation(events=str(work / "events")),
        web=web,
    )
    (work / "callbox.toml").write_text(show(made), encoding="utf-8")
    return made


@contextmanager
def recording(work: Path, made: Settings, lines: int, begin: float, seconds: float) -> Iterator[Tap]:
    """The recorder runs inside; afterwards the tap says what was lost."""
    tap, raw = Tap(), work / "tap.raw"
    write_raw(raw, 2 * lines, seconds)
    os.mkfifo(work / _NAME)
    (work / "alsa.conf").write_text(alsa_config(_NAME, work / _NAME), encoding="utf-8")
    command = [sys.executable, "-m", "recorder.bench.feed", str(raw), str(4 * lines), str(RATE), str(begin), str(work / _NAME)]
    feed = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603
    with (work / "recorder.log").open("wb") as log:
        recorder = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "recorder", "--config", str(work / "callbox.toml")],
            stderr=log, env=os.environ | {"ALSA_CONFIG_PATH": str(work / "alsa.conf")},
        )  # fmt: skip
        try:
            yield tap
            time.sleep(max(0.0, begin + seconds + 2.0 - time.time()))
            status = read_status(made) if recorder.poll() is None else None
            overrun = json.loads(feed.communicate(timeout=60)[0])[_NAME]
            if status is not None:
                tap.lost_frames = sum(device.lost_frames for device in status.devices) + overrun
                tap.calls = lines * int(seconds // (CALL_S + PAUSE_S))
        finally:
            stopped(recorder)
            stopped(feed)


def stopped(process: subprocess.Popen[bytes]) -> None:
    """End it, gently if it will."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
