"""What others record with, run beside the recorder on the same audio: arecord (alsa-utils) and sox. And what takes the CPU away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hw.interfaces import Samples
from recorder.bench.feed import BLOCK_S

COMMANDS = {
    "arecord": "arecord -q -D {pcm} -c {channels} -r {rate} -f S16_LE --period-size={period} --buffer-size={buffer} -t wav {out}",
    "sox": "sox -q --buffer {samples} -t alsa -c {channels} -r {rate} -b 16 -e signed-integer {pcm} -t wav {out}",
}
"""Told to read as much at a time as is played at a time: alsa-lib's file plugin counts a short read of a pipe as a full one."""

PACKAGES = {"arecord": "alsa-utils", "sox": "sox libsox-fmt-alsa"}
"""Debian packages that bring them."""

STOPPING_S = 3.0

WAV_HEADER = 4096
"""Bytes in which a WAV header surely ends."""

BURN = "import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass"


@dataclass
class Peer:
    """A program that records all channels of `pcm` into one WAV file."""

    name: str
    process: subprocess.Popen[bytes]
    out: Path

    def stop(self) -> tuple[float, float]:
        """End it; its CPU seconds from start to end, and its peak memory in MB."""
        peak_mb = peak_memory_mb(self.process.pid)
        self.process.send_signal(signal.SIGINT)
        return _end(self.process), peak_mb


def start_peer(name: str, pcm: str, shape: tuple[int, int], folder: Path, environment: dict[str, str]) -> Peer | None:
    """The program at work; None where it is not installed. shape: channels, frames per second."""
    if shutil.which(name) is None:
        return None
    out = folder / f"{name}.wav"
    (channels, rate), period = shape, round(BLOCK_S * shape[1])
    sizes = {"period": period, "buffer": 20 * period, "samples": period * channels}
    command = COMMANDS[name].format(pcm=pcm, channels=channels, rate=rate, out=out, **sizes).split()
    return Peer(name, subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ | environment), out)  # noqa: S603


def burn(processes: int) -> list[subprocess.Popen[bytes]]:
    """Processes that use every core that nobody else wants (SCHED_IDLE, sched(7)). Kill them."""
    return [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(processes)]  # noqa: S603


def kept_whole(out: Path, played: Samples) -> bool:
    """Whether the WAV file holds what was played, every sample in its place, after whatever came before."""
    data = out.read_bytes() if out.is_file() else b""
    start = data.find(b"data", 0, WAV_HEADER) + 8
    frame_bytes = 2 * played.shape[1]
    heard = np.frombuffer(data[start : start + (len(data) - start) // frame_bytes * frame_bytes], "<i2").reshape(
        -1, played.shape[1]
    )
    found = np.flatnonzero((heard == played[0]).all(axis=1))
    return bool(len(found)) and np.array_equal(heard[found[0] : found[0] + len(played)], played)


def peak_memory_mb(pid: int) -> float:
    """The most resident memory of the process so far. Not rusage's, which counts what this process was before its exec."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _end(process: subprocess.Popen[bytes]) -> float:
    until = time.monotonic() + STOPPING_S
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return used.ru_utime + used.ru_stime
        if time.monotonic() > until:
            process.kill()
        time.sleep(0.05)
