"""`callbox evaluate vad FILE…`: how well speech is found on a telephone line, and what that costs.

Clean recordings (one person, a quiet room) are laid on a line with pauses between them, so that where speech is is known from their
own level; then the line gets what lines have: hiss, hum, key clicks, hold music in the pauses, the other party's voice leaking in.
Every frame of 20 ms is compared, as the detector says and as the product uses it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analyzer.audio import RATE
from analyzer.detectors import DETECTORS, FRAME, Flags, detector
from analyzer.evaluate.clip import read_clip
from analyzer.evaluate.lines import CONDITIONS, Line, lay
from analyzer.music import MusicListener, Tonal, music_flags
from analyzer.progress import Progress, nobody
from analyzer.vad import Frames, levels_db, speech_flags
from hw.interfaces import Samples
from hw.messages import UserError


def evaluate_vad(files: Sequence[Path], progress: Progress = nobody, detectors: Sequence[str] = DETECTORS) -> dict[str, object]:
    """By detector, stage ("bare": as it says; "used": steadied, music out) and condition of the line: f1, precision, recall,
    and false_share, the share of frames without speech that were taken for it; us_a_frame: CPU microseconds. Raises UserError."""
    if not files:
        raise UserError("name recordings of one clean voice each", "请给出单人、干净的录音文件")
    clips = [read_clip(path) for path in files]
    lines = {name: lay(clips, name) for name in CONDITIONS}
    music = {condition: _tonal(line.samples) for condition, line in lines.items()}
    rows: list[dict[str, object]] = []
    for done, name in enumerate(detectors):
        heard = {condition: _hear(name, line.samples) for condition, line in lines.items()}
        cost = sum(seconds for _, seconds in heard.values()) / sum(len(frames.voiced) for frames, _ in heard.values())
        for stage, flags_of in _STAGES.items():
            by_condition = {c: compare(flags_of(frames, music[c]), lines[c]) for c, (frames, _) in heard.items()}
            rows.append(
                {"detector": name, "stage": stage, "us_a_frame": round(1e6 * cost, 1), **_mean(by_condition), **by_condition}
            )
        progress(done + 1, len(detectors))
    return {"n": len(files), "audio_s": round(sum(len(line.samples) for line in lines.values()) / RATE, 1), "rows": rows}


def _hear(name: str, samples: Samples) -> tuple[Frames, float]:
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    hearing = detector(name)
    started = time.process_time()
    hearing.listen(frames)
    flags = hearing.flags()
    return Frames(flags, levels_db(frames)), time.process_time() - started


def _tonal(samples: Samples) -> Tonal:
    listener = MusicListener()
    listener.listen(samples)
    return listener.tonal()


def _as_used(frames: Frames, tonal: Tonal) -> Flags:
    return np.asarray(speech_flags(frames) & ~music_flags(tonal, frames))


_STAGES: dict[str, Callable[[Frames, Tonal], Flags]] = {"bare": lambda frames, _: frames.voiced, "used": _as_used}


def compare(found: Flags, line: Line) -> dict[str, float]:
    """The measures of one line."""
    count = min(len(found), len(line.speech))
    found, truth = found[:count], line.speech[:count]
    both, said, there = (int(np.count_nonzero(flags)) for flags in (found & truth, found, truth))
    silent = count - there
    return {
        "f1": round(2 * both / max(said + there, 1), 4),
        "precision": round(both / max(said, 1), 4),
        "recall": round(both / max(there, 1), 4),
        "false_share": round((said - both) / max(silent, 1), 4),
    }


def _mean(by_condition: dict[str, dict[str, float]]) -> dict[str, object]:
    return {"mean_f1": round(sum(figures["f1"] for figures in by_condition.values()) / len(by_condition), 4)}
