"""The waveform's peaks, made on the box once a call, because a browser that decodes an hour of sound chokes on it.

Kept in <store>/peaks/<call id>.json. Anyone may delete that folder: it fills again. A
call whose audio was deleted loses its own.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recorder.store.reader import CallReader
from webui.wavstream import Soundtrack

FOLDER = "peaks"
POINTS_PER_S = 25
MAX_POINTS = 12000
SLICES_AT_ONCE = 256
FULL_SCALE = 32768.0
STEPS = 255

PRUNE_S = 600.0
_pruned: dict[Path, tuple[int, float]] = {}


def peaks_file(store: Path, call_id: str, track: Soundtrack) -> Path:
    """The call's peaks as a file, made now if missing or made from fewer frames than the call has."""
    path = store / FOLDER / f"{call_id}.json"
    if not _fits(path, track.frames):
        _write(path, json.dumps(make_peaks(track), separators=(",", ":")))
    return path


def prune_sometimes(store: Path) -> None:
    """Take away the waveforms of calls whose audio was deleted meanwhile, if that was not looked at for a while."""
    number, due = _pruned.get(store, (0, float("-inf")))
    if time.monotonic() >= due:
        _pruned[store] = (prune(store, number), time.monotonic() + PRUNE_S)


def prune(store: Path, number: int = 0) -> int:
    """Take away the waveforms of calls deleted since the tombstone of that number; the number of the last one."""
    with CallReader(store) as reader:
        while stones := reader.tombstones_since(number):
            for stone in stones:
                (store / FOLDER / f"{stone.call_id}.json").unlink(missing_ok=True)
            number = stones[-1].number
    return number


def make_peaks(track: Soundtrack) -> dict[str, object]:
    """{"frames", "duration_s", "peaks": per channel the loudest sample of each slice, 0–255 of full scale}."""
    duration_s = track.frames / track.rate
    points = max(1, min(MAX_POINTS, round(duration_s * POINTS_PER_S), track.frames))
    edges = np.linspace(0, track.frames, points + 1).astype(np.int64)
    runs = [_loudest(track, edges[first : first + SLICES_AT_ONCE + 1]) for first in range(0, points, SLICES_AT_ONCE)]
    return {"frames": track.frames, "duration_s": duration_s, "peaks": np.concatenate(runs).T.tolist()}


def _loudest(track: Soundtrack, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shape (slices, channels); a slice is what lies between two edges."""
    start, end = int(edges[0]), int(edges[-1])
    block = track.read(start, end - start)
    if not len(block):
        return np.zeros((1, track.channels), np.int64)
    level = np.maximum.reduceat(np.abs(block.astype(np.int32)), edges[:-1] - start, axis=0)
    return np.rint(level * (STEPS / FULL_SCALE)).astype(np.int64)


def _fits(path: Path, frames: int) -> bool:
    try:
        return bool(json.loads(path.read_text("ascii")).get("frames") == frames)
    except (OSError, ValueError, AttributeError):
        return False


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    spare = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    spare.write_text(text, "ascii")
    spare.replace(path)
