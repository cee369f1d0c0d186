"""`callbox bench recorder`: what recording costs and loses, everyone talking at once, in real time, while others want the CPU.

The recorder, arecord and sox each read a device of their own with the same audio: ALSA's file plugin over a named pipe that one
process fills in real time (recorder.bench.feed), as a sound card would. So all of them are paced alike, read through the same
alsa-lib and get every sample once. What differs is what they do with it: the peers write all channels into one WAV file; they do
not flush it nor find calls nor compress. Nobody has real-time priority here; the service has (systemd/callbox-recorder.service).
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from hw.interfaces import LineEvent, Samples
from hw.messages import UserError
from hw.simulated.script import write_events
from hw.simulated.syllables import syllables
from hw.simulated.tap import alsa_config
from recorder.audio.files import open_call
from recorder.bench.peers import COMMANDS, PACKAGES, Peer, burn, kept_whole, peak_memory_mb, start_peer
from recorder.live import RecorderStatus, read_status
from recorder.settings.cli import show
from recorder.settings.sections import Device, Line, Settings, Simulation, Store
from recorder.store.reader import CallReader

RATE = 8000
OURS = "callbox_bench"
OFF_HOOK_S, ON_HOOK_S = 1.0, 2.0
"""Seconds after the start, and before the end, at which all lines go off-hook and on-hook."""

STARTING_S = 5.0
"""Real seconds that everybody gets to start before the audio does; until then there is silence."""

SEARCH_S = 2.0
"""Seconds around its time in which a call's first sample is looked for."""


@dataclass
class _Watched:
    """What the recorder used and said. cpu_s: from the first sample to its end; peak_mb: resident memory, ever."""

    cpu_s: float = 0.0
    cpu_before: float = 0.0
    peak_mb: float = 0.0
    lost_frames: int = 0
    worst_write_ms: float = 0.0
    worst_delay_ms: float = 0.0


def bench_recorder(lines: int = 8, seconds: float = 60.0, folder: Path | None = None) -> dict[str, object]:
    """Record `lines` pair lines for `seconds` in real time and compare what was kept with what was played.

    folder: on the disk to be measured; a temporary one when None. cpu_percent: of one core, from the first sample to the end, FLAC
    included. worst_write_ms: the slowest append, flush included; worst_delay_ms: the longest from a sample heard to its being
    flushed to the disk. peers: arecord's and sox's figures, None where they are not installed; their CPU counts from their start.
    """
    if not 1 <= lines <= 32 or not 5 <= seconds <= 86_400:
        raise UserError("Give 1 to 32 lines and 5 to 86400 seconds.", "线路数应为 1 到 32，秒数应为 5 到 86400。")
    with tempfile.TemporaryDirectory(prefix="callbox-bench-", dir=folder) as name, contextlib.ExitStack() as stack:
        run = _Run(Path(name), lines, seconds)
        burners = burn(max(2, os.cpu_count() or 1))
        stack.callback(_kill, burners)
        return run.go(stack)


class _Run:
    """One run in a folder of its own."""

    def __init__(self, work: Path, lines: int, seconds: float) -> None:
        self._work = work
        self._lines = lines
        self._seconds = seconds
        self._channels = 2 * lines
        self._raw = work / "tap.raw"
        write_raw(self._raw, self._channels, seconds)
        self._names = (OURS, *(f"{OURS}_{name}" for name in COMMANDS))
        for name in self._names:
            os.mkfifo(work / name)
        (work / "alsa.conf").write_text("".join(alsa_config(name, work / name) for name in self._names), encoding="utf-8")
        self._environment = {"ALSA_CONFIG_PATH": str(work / "alsa.conf")}
        self._start = round(time.time() + STARTING_S, 3)
        self._settings = self._make_settings()

    def go(self, stack: contextlib.ExitStack) -> dict[str, object]:
        """Everything at once; the figures."""
        feed = self._feed()
        stack.callback(_kill, [feed])
        peers = {name: self._peer(name) for name in COMMANDS}
        stack.callback(_kill, [peer.process for peer in peers.values() if peer])
        watched = self._record(stack)
        stopped = {name: self._peer_figures(peer) for name, peer in peers.items()}
        overrun = json.loads(feed.communicate(timeout=60)[0])
        kept, same = self._compare()
        missing = self._lines * round((self._seconds - OFF_HOOK_S - ON_HOOK_S) * RATE) - kept
        for name, figures in stopped.items():
            if figures is not None:
                figures["lost_frames"] = overrun[f"{OURS}_{name}"]
        cpu = 100 * watched.cpu_s / self._seconds
        return {
            "lines": self._lines,
            "seconds": self._seconds,
            "lost_frames": watched.lost_frames + overrun[OURS] + max(0, missing),
            "identical": same,
            "cpu_percent": round(cpu, 2),
            "cpu_percent_per_line": round(cpu / self._lines, 3),
            "peak_mb": round(watched.peak_mb, 1),
            "worst_write_ms": watched.worst_write_ms,
            "worst_delay_ms": watched.worst_delay_ms,
            "load": round(os.getloadavg()[0], 1),
            "peers": stopped,
        }

    def _feed(self) -> subprocess.Popen[bytes]:
        arguments = [self._raw, 2 * self._channels, RATE, self._start, *(self._work / name for name in self._names)]
        command = [sys.executable, "-m", "recorder.bench.feed", *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603  our own interpreter and module

    def _peer(self, name: str) -> Peer | None:
        return start_peer(name, f"{OURS}_{name}", (self._channels, RATE), self._work, self._environment)

    def _peer_figures(self, peer: Peer | None) -> dict[str, object] | None:
        if peer is None:
            return None
        cpu_s, peak_mb = peer.stop()
        played = self._played()[round(OFF_HOOK_S * RATE) :]
        return {
            "cpu_percent": round(100 * cpu_s / self._seconds, 2),
            "peak_mb": round(peak_mb, 1),
            "identical": kept_whole(peer.out, played[: round((self._seconds - OFF_HOOK_S) * RATE)]),
        }

    def _make_settings(self) -> Settings:
        events = []
        for kind, at in (("off_hook", OFF_HOOK_S), ("on_hook", self._seconds - ON_HOOK_S)):
            events += [LineEvent(line, kind, self._start + at, 0) for line in range(self._lines)]
        write_events(self._work / "events", events)
        settings = Settings(
            store=Store(str(self._work / "store"), min_free_mb=0),
            device=(Device("tap", OURS, self._channels, RATE),),
            line=tuple(Line(str(line), "tap", (2 * line, 2 * line + 1), sense=line) for line in range(self._lines)),
            simulation=Simulation(events=str(self._work / "events")),
        )
        (self._work / "callbox.toml").write_text(show(settings), encoding="utf-8")
        return settings

    def _record(self, stack: contextlib.ExitStack) -> _Watched:
        command = [sys.executable, "-m", "recorder", "--config", str(self._work / "callbox.toml")]
        watched = _Watched()
        with (self._work / "recorder.log").open("wb") as log:
            process = subprocess.Popen(command, stderr=log, env=os.environ | self._environment)  # noqa: S603
            stack.callback(_kill, [process])
            for status in self._watch(process, watched):
                watched.lost_frames = sum(device.lost_frames for device in status.devices)
                watched.worst_write_ms = max(watched.worst_write_ms, status.worst_write_ms)
                watched.worst_delay_ms = max(watched.worst_delay_ms, status.worst_delay_ms)
            process.terminate()
            _, ended, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(ended)
        watched.cpu_s = used.ru_utime + used.ru_stime - watched.cpu_before
        if process.returncode:
            words = (self._work / "recorder.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise UserError(f"The recorder failed: {' '.join(words)}", f"录音服务出错：{' '.join(words)}")
        return watched

    def _watch(self, process: subprocess.Popen[bytes], watched: _Watched) -> Iterator[RecorderStatus]:
        """Its statuses, from the first sample until a moment after the last."""
        probe = psutil.Process(process.pid)
        while (now := time.time()) < self._start + self._seconds + 1.0 and process.poll() is None:
            if now < self._start:
                watched.cpu_before = sum(probe.cpu_times()[:2])
            watched.peak_mb = peak_memory_mb(process.pid)
            status = read_status(self._settings)
            if status is not None and now >= self._start:
                yield status
            time.sleep(0.25)

    def _played(self) -> Samples:
        played: Samples = np.memmap(self._raw, "<i2", "r").reshape(-1, self._channels)
        return played

    def _compare(self) -> tuple[int, bool]:
        """Frames kept of all calls, and whether each is one stretch of what was played."""
        kept, same = 0, True
        with CallReader(self._work / "store") as reader:
            calls = reader.calls_closed_since()
            lost = sum(row["frames"] for row in reader.rows("SELECT frames FROM gaps"))
        for call in calls:
            channel = 2 * int(call.line)
            played = self._played()[:, channel : channel + 2]
            with open_call(self._work / "store", call.id) as audio:
                kept += audio.frames
                same = same and _is_stretch_of(audio.read(0, audio.frames), played)
        return kept - lost, same and len(calls) == self._lines


def missing_peers() -> dict[str, str]:
    """Programs that are not installed, and the Debian packages that bring them."""
    return {name: PACKAGES[name] for name in COMMANDS if not any(Path(place, name).exists() for place in os.get_exec_path())}


def _is_stretch_of(heard: Samples, played: Samples) -> bool:
    """Whether `heard`, which begins about OFF_HOOK_S, is what was played, without a break."""
    quiet = int(
        np.argmax(heard.any(axis=1))
    )  # an event's instant is known to a few milliseconds: the call may begin in the silence
    first, last = round((OFF_HOOK_S - SEARCH_S) * RATE), round((OFF_HOOK_S + SEARCH_S) * RATE)
    window = played[max(0, first) : last]
    for place in np.flatnonzero((window == heard[quiet]).all(axis=1)):
        at = max(0, first) + int(place) - quiet
        if at >= 0 and np.array_equal(heard, played[at : at + len(heard)]):
            return True
    return False


def _kill(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.returncode is None:
            process.kill()
            process.wait()


def write_raw(path: Path, channels: int, seconds: float) -> None:
    """What is played: speech-like noise on every channel after OFF_HOOK_S, as raw 16-bit samples."""
    with path.open("wb") as out:
        for second, block in enumerate(syllables(math.ceil(seconds), channels, RATE)):
            # Before off-hook nobody speaks: the recorder would rightly begin a call that its board has said nothing of.
            out.write((block * (second >= OFF_HOOK_S)).astype("<i2").tobytes())
