"""An invented call of an hour, with sound, words, moods and hits: as long as a page of this box has to carry."""

from __future__ import annotations

import sqlite3

import numpy as np
import soundfile

from analyzer.result import Analysis, Deduction, Hit, Scores, Utterance
from analyzer.store import AnalysisStore
from recorder.audio.files import part_path
from recorder.ids import new_id
from recorder.store.schema import CALLS_DB
from recorder.times import from_text, to_text
from tests.quality.factory import DIALOGUE
from tests.webui.makebox import TestBox

RATE = 8000
HOUR_S = 3600.0
UTTERANCES = 1200
MOODS = ("neutral", "neutral", "neutral", "angry", "sad", "neutral", "happy")
RULES = ("shirk", "talk_over", "overpromise", "dead_air", "sensitive_word")
START = from_text("2026-11-20T06:00:00Z")


def add_hour(box: TestBox, seed: int = 6) -> str:
    """Adds the call to the box; its id."""
    call_id, part_id = new_id(START), new_id(START + 1)
    utterances = _utterances()
    path = part_path(box.store, part_id, START).with_suffix(".flac")
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, _sound(utterances, seed), RATE, subtype="PCM_16")
    part = {
        "id": part_id, "call_id": call_id, "seq": 0, "path": str(path.relative_to(box.store)), "started_at": to_text(START),
        "frames": int(HOUR_S * RATE), "rate": RATE, "channels": 2, "bytes": path.stat().st_size, "state": "closed",
    }  # fmt: skip
    call = {
        "id": call_id, "line": "line1", "layout": "pair", "language": "zh", "direction": "in", "state": "closed",
        "started_at": to_text(START), "ring_s": 6.0, "caller_number": "13800138000", "called_number": "4008001234",
        "agent_id": "8004", "team": "售后", "duration_s": HOUR_S, "hung_up_by": "customer",
    }  # fmt: skip
    with sqlite3.connect(box.store / CALLS_DB) as calls:
        for table, row in (("calls", call), ("parts", part)):
            calls.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    store = AnalysisStore(box.store)
    store.save(call_id, _analysis(utterances), True, START)
    store.close()
    return call_id


def _utterances() -> tuple[Utterance, ...]:
    step = HOUR_S / UTTERANCES
    found = []
    for n in range(UTTERANCES):
        side, text = DIALOGUE[n % len(DIALOGUE)]
        mood = {label: 0.91 if label == MOODS[n % len(MOODS)] else 0.03 for label in ("angry", "happy", "neutral", "sad")}
        found.append(Utterance(round(n * step, 2), round((n + 0.8) * step, 2), side, f"{text}（{n}）", 0.9, mood, -24.0))
    return tuple(found)


def _sound(utterances: tuple[Utterance, ...], seed: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    noise = np.random.default_rng(seed)
    sound = np.zeros((int(HOUR_S * RATE), 2), np.int16)
    burst = (noise.standard_normal(RATE * 4) * 3000).astype(np.int16)
    for said in utterances:
        first, last = int(said.start * RATE), int(said.end * RATE)
        sound[first:last, int(said.side == "customer")] = burst[: last - first]
    return sound


def _analysis(utterances: tuple[Utterance, ...]) -> Analysis:
    hits = tuple(
        Hit(RULES[n % len(RULES)], said.side, said.start, said.end, said.text[:4], 0.9) for n, said in enumerate(utterances[::30])
    )
    deductions = tuple(Deduction("risk", hit.rule, 2.0, n) for n, hit in enumerate(hits))
    return Analysis(
        HOUR_S, 2, utterances, hits, deductions, Scores(60.0, 50.0, 20.0), {}, 1.0, 1.0, rulebook_version="test",
        pipeline_version="test",
    )  # fmt: skip
