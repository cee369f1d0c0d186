"""A small box for tests of the pages: 40 invented calls (tests.quality.factory) and a few that can be heard, with accounts.

The calls that can be heard are the bundled ones: their sound, and their script as if it had been recognised.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import soundfile

from analyzer.result import Analysis, Deduction, Hit, Scores, Utterance
from analyzer.store import AnalysisStore
from hw.messages import Message
from quality.access import passwords
from quality.access.users import Users
from recorder.audio.files import part_path
from recorder.ids import new_id
from recorder.settings.sections import Settings, Site, Store, Web
from recorder.store.schema import CALLS_DB
from recorder.times import from_text, to_text
from tests.quality.factory import Made, fill

BUNDLE = Path(__file__).parents[2] / "console" / "democalls" / "calls"
PASSWORD = "lily-pond-47"  # noqa: S105
START = from_text("2026-11-20T02:15:00Z")  # Friday of the factory's week, 10:15 in Shanghai
APART_S = 1020.0  # seconds from the start of one call to the next

# user → role, agent
PEOPLE = {
    "inspector": ("inspector", None), "manager": ("manager", None), "admin": ("admin", None),
    "trainer": ("trainer", None), "wang": ("agent", "8001"), "liu": ("agent", "8004"),
}  # fmt: skip
GROUPS = {"pre": "售前", "after": "售后"}
BOUND = {f"{role}-{key}": (role, group) for role in ("manager", "inspector", "trainer") for key, group in GROUPS.items()}
"""user → role, the group they are bound to."""
TEAMS = {"8001": "售前", "8002": "售前", "8003": "售前", "8004": "售后", "8005": "售后"}


@dataclass(frozen=True)
class Heard:
    """A call with sound. scores: None when it has no analysis. faults: rule, words looked for in the script, points by score.
    parked: why the analysis was given up."""

    bundled: str
    agent: str
    scores: tuple[float, float, float] | None = None
    faults: tuple[tuple[str, str, dict[str, float]], ...] = ()
    parts: int = 1
    parked: str = ""


HEARD = {
    "rude": Heard("courier_shirk", "8004", (64.0, 52.0, 45.0), (
        ("shirk", "这个不归我管", {"compliance": 12.0, "experience": 10.0}), ("shirk", "不是我负责", {"compliance": 12.0}),
        ("argue", "难道是我让它丢的吗", {"experience": 18.0}), ("sensitive_word", "投诉", {"risk": 25.0}),
        ("escalate_hint", "投诉", {"risk": 30.0, "compliance": 12.0}),
    )),
    "perfect": Heard("shoes_perfect", "8001", (100.0, 100.0, 100.0)),
    "parts": Heard("fund_overpromise", "8001", (90.0, 95.0, 60.0),
                   (("overpromise", "保证", {"risk": 40.0, "compliance": 10.0}),), parts=2),
    "parked": Heard("near_misses_fund", "8002", parked="the model whisper-base is damaged (SHA-256 differs)"),
    "waiting": Heard("bank_disclose", "8005"),
    "long": Heard("english_repair", "8005"),
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
    calls = sqlite3.connect(store / CALLS_DB, isolation_level=None)
    analyses = AnalysisStore(store)
    ids = {name: _add_heard(store, calls, analyses, name, START + APART_S * n) for n, name in enumerate(HEARD)}
    for n, state in enumerate(("recording", "unanswered")):
        ids[state] = new_id(START + 7200 + n)
        _insert(calls, "calls", _call(ids[state], START + 7200 + n, "8003", state))
    calls.close()
    analyses.close()
    with mock.patch.object(passwords, "METHOD", "scrypt:1024:8:1"):  # the real one takes a second for all of them
        _add_users(Users(store))
    settings = Settings(site=Site(name="云帆客服", language=language), store=Store(path=str(store)), web=Web("127.0.0.1", port, 1))
    return TestBox(store, settings, ids, made)


def _add_users(users: Users) -> None:
    for name, (role, agent) in PEOPLE.items():
        users.add(name, PASSWORD, role, agent_id=agent)
    for name, (role, group) in BOUND.items():
        users.add(name, PASSWORD, role)
        users.set_groups(name, [group])


def _add_heard(store: Path, calls: sqlite3.Connection, analyses: AnalysisStore, name: str, started: float) -> str:
    wanted, call_id = HEARD[name], new_id(started)
    source = BUNDLE / f"{wanted.bundled}.flac"
    duration = float(soundfile.info(source).duration)
    add_recorded(store, calls, source, _call(call_id, started, wanted.agent, "closed"), wanted.parts)
    if wanted.parked:
        analyses.fail(call_id, "test", wanted.parked, 1, started)
    elif wanted.scores:
        analyses.save(call_id, _analysis(wanted, duration), name == "rude", started)
    return call_id


def add_recorded(store: Path, calls: sqlite3.Connection, source: Path, row: Mapping[str, object], parts: int = 1) -> None:
    """A call whose sound is that file's, in so many parts. row: of the table of calls; its duration is the file's."""
    duration = float(soundfile.info(source).duration)
    _insert(calls, "calls", {**row, "duration_s": duration, "hung_up_by": "customer"})
    for part in _parts(store, source, str(row["id"]), parts, from_text(str(row["started_at"]))):
        _insert(calls, "parts", part)


def _call(call_id: str, started: float, agent: str, state: str) -> dict[str, object]:
    return {
        "id": call_id, "line": "line1", "layout": "pair", "language": "zh", "direction": "in", "state": state,
        "started_at": to_text(started), "ring_s": 6.0, "caller_number": "13800138000", "called_number": "4008001234",
        "agent_id": agent, "team": TEAMS[agent],
    }  # fmt: skip


def _parts(store: Path, source: Path, call_id: str, count: int, started: float) -> list[dict[str, object]]:
    """The call's sound written as that many FLAC files of the same length, and their rows."""
    samples, rate = soundfile.read(source, dtype="int16", always_2d=True)
    step, rows = -(-len(samples) // count), []
    for seq in range(count):
        piece, part_id = samples[seq * step : (seq + 1) * step], new_id(started + seq)
        path = part_path(store, part_id, started).with_suffix(".flac")
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, piece, rate, subtype="PCM_16")
        rows.append({
            "id": part_id, "call_id": call_id, "seq": seq, "path": str(path.relative_to(store)), "started_at": to_text(started),
            "frames": len(piece), "rate": rate, "channels": samples.shape[1], "bytes": path.stat().st_size, "state": "closed",
        })  # fmt: skip
    return rows


def _analysis(wanted: Heard, duration: float) -> Analysis:
    turns = json.loads((BUNDLE / f"{wanted.bundled}.json").read_text("utf-8"))["turns"]
    hits, deductions = [], []
    for index, (rule, words, points) in enumerate(wanted.faults):
        turn = next(turn for turn in turns if words in turn["text"])
        hits.append(Hit(rule, turn["side"], turn["start"], turn["end"], words, 0.9))
        deductions += [Deduction(score, rule, off, index) for score, off in points.items()]
    assert wanted.scores
    return Analysis(
        duration, 2, tuple(map(_utterance, turns)), tuple(hits), tuple(deductions), Scores(*wanted.scores), {}, 1.0, 1.0,
        rulebook_version="test", pipeline_version="test", warnings=(Message("the customer is far away", "客户声音较远"),),
    )  # fmt: skip


def _utterance(turn: dict[str, Any]) -> Utterance:
    mood = {label: 0.91 if label == turn["mood"] else 0.03 for label in ("angry", "happy", "neutral", "sad")}
    return Utterance(turn["start"], turn["end"], turn["side"], turn["text"], 0.9, mood, -24.0)


def _insert(database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
