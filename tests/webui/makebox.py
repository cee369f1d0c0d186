"""A small box for tests of the pages: 40 invented calls (tests.quality.factory) and a few that can be heard, with accounts.

The calls that can be heard are the bundled ones: their sound, and their script as if it had been recognised.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import soundfile

from analyzer.schema import ANALYSIS_DB
from quality.users import Users
from recorder.ids import new_id
from recorder.schema import CALLS_DB
from recorder.settings.sections import Settings, Site, Store, Web
from recorder.times import from_text, to_text
from tests.quality.factory import Made, fill

BUNDLE = Path(__file__).parents[2] / "console" / "democalls" / "calls"
PASSWORD = "lily-pond-47"  # noqa: S105
START = from_text("2026-11-20T02:15:00Z")  # Friday of the factory's week, 10:15 in Shanghai

# user → role, agent
PEOPLE = {
    "inspector": ("inspector", None), "manager": ("manager", None), "admin": ("admin", None),
    "wang": ("agent", "8001"), "liu": ("agent", "8004"),
}  # fmt: skip
# name → bundled call, agent, parts, scores, hits as (rule, words looked for in the script, points by score)
HEARD = {
    "rude": ("courier_shirk", "8004", 1, (64.0, 52.0, 45.0), (
        ("shirk", "这个不归我管", {"compliance": 12.0, "experience": 10.0}), ("shirk", "不是我负责", {"compliance": 12.0}),
        ("argue", "难道是我让它丢的吗", {"experience": 18.0}), ("sensitive_word", "投诉", {"risk": 25.0}),
        ("escalate_hint", "投诉", {"risk": 30.0, "compliance": 12.0}),
    )),
    "perfect": ("shoes_perfect", "8001", 1, (100.0, 100.0, 100.0), ()),
    "parts": ("fund_overpromise", "8001", 2, (90.0, 95.0, 60.0), (("overpromise", "保证", {"risk": 40.0, "compliance": 10.0}),)),
    "parked": ("near_misses_fund", "8002", 1, None, ()),
    "waiting": ("bank_disclose", "8005", 1, None, ()),
}  # fmt: skip


@dataclass(frozen=True)
class TestBox:
    """ids: of the calls of HEARD, and "recording", "unanswered". made: the factory's."""

    __test__ = False
    store: Path
    settings: Settings
    ids: dict[str, str]
    made: list[Made]


def make_box(store: Path, port: int = 0, language: str = "zh") -> TestBox:
    """Write everything; the store's folder is made."""
    store.mkdir(parents=True, exist_ok=True)
    made = fill(store, calls=40)
    ids = {}
    calls, analysis = (_open(store / name) for name in (CALLS_DB, ANALYSIS_DB))
    for order, name in enumerate(HEARD):
        ids[name] = _add_heard(store, calls, analysis, name, START + 60 * 17 * order)
    ids["recording"] = _add_silent(calls, "recording", START + 7200)
    ids["unanswered"] = _add_silent(calls, "unanswered", START + 7260)
    calls.close()
    analysis.close()
    users = Users(store)
    for name, (role, agent) in PEOPLE.items():
        users.add(name, PASSWORD, role, agent_id=agent)
    settings = Settings(site=Site(name="云帆客服", language=language), store=Store(path=str(store)), web=Web("127.0.0.1", port, 1))
    return TestBox(store, settings, ids, made)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def _add_heard(store: Path, calls: sqlite3.Connection, analysis: sqlite3.Connection, name: str, started: float) -> str:
    bundled, agent, parts, scores, faults = HEARD[name]
    script = json.loads((BUNDLE / f"{bundled}.json").read_text("utf-8"))
    call_id = new_id(started)
    duration = _add_audio(store, calls, BUNDLE / f"{bundled}.flac", call_id, parts, started)
    _add_call(calls, call_id, started, agent, "closed", duration)
    if name == "parked":
        _insert(analysis, "jobs", _job(call_id, "parked", 3, "the model whisper-base is damaged (SHA-256 differs)"))
    if scores is None:
        return call_id
    _insert(analysis, "jobs", _job(call_id, "done", 1, ""))
    for seq, turn in enumerate(script["turns"]):
        _insert(analysis, "utterances", _utterance(call_id, seq, turn))
    for seq, (rule, words, points) in enumerate(faults):
        turn = next(turn for turn in script["turns"] if words in turn["text"])
        _insert(analysis, "hits", {
            "call_id": call_id, "seq": seq, "rule": rule, "side": turn["side"], "start_s": turn["start"], "end_s": turn["end"],
            "evidence": words, "confidence": 0.9,
        })  # fmt: skip
        for score, off in points.items():
            _insert(analysis, "deductions", {"call_id": call_id, "score": score, "rule": rule, "points": off, "hit_seq": seq})
    _insert(analysis, "results", {
        "call_id": call_id, "pipeline_version": "test", "rulebook_version": "test", "compliance": scores[0], "experience": scores[1],
        "risk": scores[2], "high_priority": int(name == "rude"), "acoustics": "{}", "warnings": "[]", "analyzed_at": to_text(started),
    })  # fmt: skip
    return call_id


def _add_audio(store: Path, calls: sqlite3.Connection, source: Path, call_id: str, parts: int, started: float) -> float:
    """The call's sound as that many FLAC files of the same length; returns its seconds."""
    samples, rate = soundfile.read(source, dtype="int16", always_2d=True)
    folder = store / "audio" / "2026" / "11" / "20"
    folder.mkdir(parents=True, exist_ok=True)
    step = -(-len(samples) // parts)
    rows = []
    for seq in range(parts):
        piece = samples[seq * step : (seq + 1) * step]
        part_id = new_id(started + seq)
        path = folder / f"{part_id}.flac"
        if parts == 1:
            shutil.copy(source, path)
        else:
            soundfile.write(path, piece, rate, subtype="PCM_16")
        rows.append({
            "id": part_id, "call_id": call_id, "seq": seq, "path": str(path.relative_to(store)), "started_at": to_text(started),
            "frames": len(piece), "rate": rate, "channels": samples.shape[1], "bytes": path.stat().st_size, "state": "closed",
        })  # fmt: skip
    for row in rows:
        _insert(calls, "parts", row)
    return float(len(samples) / rate)


def _add_call(calls: sqlite3.Connection, call_id: str, started: float, agent: str, state: str, duration: float | None) -> None:
    team = {"8001": "售前", "8002": "售前"}.get(agent, "售后")
    _insert(calls, "calls", {
        "id": call_id, "line": "line1", "layout": "pair", "language": "zh", "direction": "in", "state": state,
        "started_at": to_text(started), "duration_s": duration, "ring_s": 6.0, "caller_number": "13800138000",
        "called_number": "4008001234", "agent_id": agent, "team": team, "hung_up_by": "customer" if duration else None,
    })  # fmt: skip


def _add_silent(calls: sqlite3.Connection, state: str, started: float) -> str:
    call_id = new_id(started)
    _add_call(calls, call_id, started, "8003", state, None)
    return call_id


def _job(call_id: str, state: str, attempts: int, reason: str) -> dict[str, object]:
    return {"call_id": call_id, "pipeline_version": "test", "state": state, "attempts": attempts, "reason": reason,
            "finished_at": to_text(START)}  # fmt: skip


def _utterance(call_id: str, seq: int, turn: dict[str, object]) -> dict[str, object]:
    mood = {label: 0.9 if label == turn["mood"] else 0.03 for label in ("angry", "happy", "neutral", "sad")}
    return {"call_id": call_id, "seq": seq, "start_s": turn["start"], "end_s": turn["end"], "side": turn["side"], "text": turn["text"],
            "confidence": 0.9, "level_db": -24.0, "emotion": json.dumps(mood), "words": "[]"}  # fmt: skip


def _insert(database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
