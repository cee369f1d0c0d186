"""`callbox bench recorder`: what recording costs and loses, everyone talking at once, through ALSA at real time."""

from __future__ import annotations

import os
import shutil
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
from hw.simulated.tap import alsa_config
from recorder.audiofiles import open_call
from recorder.callreader import CallReader
from recorder.live import RecorderStatus, read_status
from recorder.settings.cli import show
from recorder.settings.sections import Device, Line, Settings, Simulation, Store
from recorder.times import to_text

RATE = 8000
PCM = "callbox_bench"
OFF_HOOK_S, ON_HOOK_S = 1.0, 2.0
"""Seconds after the start, and before the end, at which all lines go off-hook and on-hook."""


@dataclass
class _Watched:
    """What a process used. cpu_s: from begin() on; peak_mb: resident memory."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mb: float = 0.0
    lost_frames: int = 0
    worst_write_ms: float = 0.0


def bench_recorder(lines: int = 8, seconds: float = 60.0, folder: Path | None = None) -> dict[str, object]:
    """Record `lines` pair lines for `seconds` in real time and compare what was kept with what was played.

    folder: on the disk to be measured; a temporary one when None. cpu_percent is of one core, while recording (start-up left out,
    FLAC included). arecord_cpu_percent: arecord taking the same channels to one file, which neither segments nor compresses, and
    which ALSA's file plugin does not pace: its CPU seconds over the seconds of audio. None where it is not installed.
    """
    if not 1 <= lines <= 32 or not 5 <= seconds <= 86_400:
        raise UserError("Give 1 to 32 lines and 5 to 86400 seconds.", "线路数应为 1 到 32，秒数应为 5 到 86400。")
    with tempfile.TemporaryDirectory(prefix="callbox-bench-", dir=folder) as name:
        work = Path(name)
        raw = work / "tap.raw"
        _write_raw(raw, 2 * lines, seconds)
        (work / "alsa.conf").write_text(alsa_config(PCM, raw), encoding="utf-8")
        peer = _arecord(work, 2 * lines, seconds)
        settings = _settings(work, lines, seconds)
        watched = _run(work, settings)
        kept, same = _compare(work, raw, lines, seconds)
    return {
        "lines": lines,
        "seconds": seconds,
        "lost_frames": watched.lost_frames + lines * round((seconds - OFF_HOOK_S - ON_HOOK_S) * RATE) - kept,
        "identical": same,
        "cpu_percent": round(100 * watched.cpu_s / watched.wall_s, 2),
        "cpu_percent_per_line": round(100 * watched.cpu_s / watched.wall_s / lines, 3),
        "peak_mb": round(watched.peak_mb, 1),
        "worst_write_ms": watched.worst_write_ms,
        "arecord_cpu_percent": None if peer is None else round(100 * peer.cpu_s / seconds, 2),
        "arecord_peak_mb": None if peer is None else round(peer.peak_mb, 1),
    }


def _write_raw(path: Path, channels: int, seconds: float) -> None:
    """Noise in syllables, four a second, different on every channel: passes the voice detector's gate and compresses badly."""
    random = np.random.default_rng(1)
    with path.open("wb") as out:
        for start in range(0, round((seconds + 5) * RATE), RATE):
            time_s = (start + np.arange(RATE))[:, None] / RATE
            loudness = np.maximum(0.02, np.sin(2 * np.pi * (2 * time_s + np.arange(channels) / channels)))
            samples = random.normal(0, 2000, (RATE, channels)) * loudness
            # Before off-hook nobody speaks: the recorder would rightly begin a call that its board has said nothing of.
            samples *= start >= OFF_HOOK_S * RATE
            out.write(np.clip(samples, -32768, 32767).astype("<i2").tobytes())


def _settings(work: Path, lines: int, seconds: float) -> Settings:
    start = round(time.time() + 2.0, 3)
    events = []
    for kind, at in (("off_hook", OFF_HOOK_S), ("on_hook", seconds - ON_HOOK_S)):
        events += [LineEvent(line, kind, start + at, 0) for line in range(lines)]
    write_events(work / "events", events)
    settings = Settings(
        store=Store(str(work / "store"), min_free_mb=0),
        device=(Device("tap", PCM, 2 * lines, RATE),),
        line=tuple(Line(str(line), "tap", (2 * line, 2 * line + 1), sense=line) for line in range(lines)),
        simulation=Simulation(1.0, to_text(start), to_text(start), str(work / "events"), seconds),
    )
    (work / "callbox.toml").write_text(show(settings), encoding="utf-8")
    return settings


def _run(work: Path, settings: Settings) -> _Watched:
    command = [sys.executable, "-m", "recorder", "--config", str(work / "callbox.toml")]
    with (work / "recorder.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            command, stderr=log, env=os.environ | {"ALSA_CONFIG_PATH": str(work / "alsa.conf")}
        )
        watched = _Watched()
        for status in _watch(process, watched, settings):
            watched.lost_frames = sum(device.lost_frames for device in status.devices)
            watched.worst_write_ms = max(watched.worst_write_ms, status.worst_write_ms)
    if process.returncode:
        words = (work / "recorder.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise UserError(f"The recorder failed: {' '.join(words)}", f"录音服务出错：{' '.join(words)}")
    return watched


def _watch(process: subprocess.Popen[bytes], watched: _Watched, settings: Settings) -> Iterator[RecorderStatus]:
    """Its statuses while it runs; CPU time counts from the first of them on, when everything is loaded."""
    probe, began = psutil.Process(process.pid), None
    while process.poll() is None:
        try:
            used, now = sum(probe.cpu_times()[:2]), time.monotonic()
            watched.peak_mb = max(watched.peak_mb, probe.memory_info().rss / (1 << 20))
        except psutil.NoSuchProcess:
            break
        status = read_status(settings)
        if status is not None:
            began = began or (used, now)
            watched.cpu_s, watched.wall_s = used - began[0], now - began[1]
            yield status
        time.sleep(0.25)
    process.wait()


def _arecord(work: Path, channels: int, seconds: float) -> _Watched | None:
    program = shutil.which("arecord")
    if program is None:
        return None
    arguments = f"-q -D {PCM} -c {channels} -r {RATE} -f S16_LE -t wav -s {round(seconds * RATE)}".split()
    process = subprocess.Popen(  # noqa: S603  found on the path, our own arguments
        [program, *arguments, str(work / "peer.wav")],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"ALSA_CONFIG_PATH": str(work / "alsa.conf")},
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        return None
    return _Watched(used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1024)


def _compare(work: Path, raw: Path, lines: int, seconds: float) -> tuple[int, bool]:
    """Frames kept of all calls, and whether they are the ones played."""
    played: Samples = np.memmap(raw, "<i2", "r").reshape(-1, 2 * lines)
    first, last = round(OFF_HOOK_S * RATE), round((seconds - ON_HOOK_S) * RATE)
    kept, same = 0, True
    with CallReader(work / "store") as reader:
        calls = reader.calls_closed_since()
    for call in calls:
        channel = 2 * int(call.line)
        with open_call(work / "store", call.id) as audio:
            kept += audio.frames
            for number, block in enumerate(audio.blocks()):
                at = first + number * RATE
                same = same and np.array_equal(block, played[at : min(at + RATE, last), channel : channel + 2])
    return kept, same and len(calls) == lines
