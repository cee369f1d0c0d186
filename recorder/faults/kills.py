"""SIGKILL at random moments of recording lines, again and again on the same store."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from recorder.faults.remains import Remains, inspect
from recorder.faults.rig import LEAD_S, Rig, Run, some_talks

LIVES_S = (0.1, 4.0)
"""Shortest and longest life after the recorder listens."""

EARLY = 0.1
"""Share of kills while the recorder starts: in the middle of taking up what the last kill left."""

Progress = Callable[[float], None]


def kill_again_and_again(folder: Path, lines: int, kills: int, seed: int, progress: Progress) -> tuple[Remains, dict[str, object]]:
    """Kill the recorder so many times at random moments while calls begin, go on and end on all lines; then look at what is left.

    progress: told the share done. Raises UserError when a recorder does not start.
    """
    rng = random.Random(seed)
    rig = Rig(folder, lines)
    runs, waits = [], []
    for number in range(kills):
        if rng.random() < EARLY:
            _kill_early(rig, rng)
        else:
            run, waited = _life(rig, rng)
            runs.append(run)
            waits.append(waited)
        progress((number + 1) / kills)
    waits.append(rig.recover())
    remains = inspect(rig, runs)
    return remains, {
        "kills": kills,
        "kills_while_starting": kills - len(runs),
        "worst_start_s": round(max(waits), 2),
    }


def _life(rig: Rig, rng: random.Random) -> tuple[Run, float]:
    talks = some_talks(rng, rig.lines, LIVES_S[1] + 2)
    began = time.monotonic()
    with rig.recording(talks) as (process, start):
        listened = rig.listening(process, start)
        waited = time.monotonic() - began
        heard = rig.stopped_at(process, listened + rng.uniform(*LIVES_S), start)
    return Run(start, heard, talks), waited


def _kill_early(rig: Rig, rng: random.Random) -> None:
    with rig.recording() as (process, start):
        rig.stopped_at(process, start - LEAD_S + rng.uniform(0.0, LEAD_S), start)
