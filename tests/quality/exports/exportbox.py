"""A store with three calls that have real FLAC files, made by the factory's rows: fast, and the same each time."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import numpy as np
import soundfile

from quality.exports.bundle import Source
from recorder.store.schema import CALLS_DB
from tests.quality.factory import Made

CALLS = 3


def with_audio(store: Path, made: list[Made], calls: int = CALLS) -> tuple[Source, list[Made]]:
    """Gives the first analysed calls of the box a real, short file each; they are the first on their agents' lists."""
    chosen = [call for call in made if call.job == "done"][:calls]
    (store / "audio").mkdir(exist_ok=True)
    with sqlite3.connect(store / CALLS_DB) as database:
        for seed, call in enumerate(chosen):
            path = store / f"audio/{call.id}.flac"
            sound = np.random.default_rng(seed).integers(-2000, 2000, (800, 2), dtype=np.int16)
            soundfile.write(path, sound, 8000, subtype="PCM_16")
            database.execute(
                "UPDATE parts SET sha256 = ?, frames = 800 WHERE call_id = ?",
                (hashlib.sha256(path.read_bytes()).hexdigest(), call.id),
            )
    return Source(store, "Asia/Shanghai", "云帆"), chosen


def ids(chosen: list[Made]) -> frozenset[str]:
    return frozenset(call.id for call in chosen)
