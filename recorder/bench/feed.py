"""A sound card for `callbox bench recorder`: one process that plays the same audio, in real time, into several named pipes.

ALSA's file plugin reads a pipe as it would a file (hw.simulated.tap.alsa_config), so each reader has a device of its own that gives
samples no sooner than a card would. What a reader does not take in time is lost to it, and counted, as a card's buffer overruns.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

BLOCK_S = 0.1
"""Seconds of audio played at a time."""

BUFFER_S = 2.0
"""Seconds that wait for a reader, as in hw.alsa; the kernel allows a pipe 1 MiB, which is less with many channels."""

TAIL_S = 6.0
"""Seconds of silence after the audio, so that nothing ends before its readers do."""


def play(raw: Path, frame_bytes: int, rate: int, start: float, pipes: Sequence[Path]) -> dict[str, int]:
    """Silence until `start` (UTC epoch seconds), then the raw file, then TAIL_S of silence; the frames of the file that each pipe
    had no room for."""
    block = round(BLOCK_S * rate) * frame_bytes
    doors = {path.name: _Door(path, round(BUFFER_S * rate) * frame_bytes) for path in pipes}
    lost = dict.fromkeys(doors, 0)
    first = -int((start - time.time()) / BLOCK_S)  # block 0 is the file's first
    blocks = raw.stat().st_size // block
    with raw.open("rb") as file:
        for number in range(first, blocks + round(TAIL_S / BLOCK_S)):
            data = (file.read(block) if number >= 0 else b"") or bytes(block)
            time.sleep(max(0.0, start + (number + 1) * BLOCK_S - time.time()))
            for name, door in doors.items():
                if not door.offer(data) and 0 <= number < blocks:
                    lost[name] += len(data) // frame_bytes
    return lost


class _Door:
    """One pipe. Never waits, also when its reader has gone."""

    def __init__(self, path: Path, size: int) -> None:
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        most = int(Path("/proc/sys/fs/pipe-max-size").read_text(encoding="ascii"))
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, min(size, most))
        self._rest = b""  # of a block that went in halfway: without it every later sample would be another channel's

    def offer(self, block: bytes) -> bool:
        """Whether the block was taken; if not, it is lost."""
        self._rest = self._rest[self._write(self._rest) :]
        if self._rest:
            return False
        written = self._write(block)
        self._rest = block[written:] if written else b""
        return written > 0

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._pipe, data) if data else 0
        except BlockingIOError:
            return 0


if __name__ == "__main__":
    raw_path, size_text, rate_text, start_text, *names = sys.argv[1:]
    sys.stdout.write(json.dumps(play(Path(raw_path), int(size_text), int(rate_text), float(start_text), [Path(n) for n in names])))
