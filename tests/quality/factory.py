"""A seeded box full of plausible calls, for tests of quality and webui: `fill(store, calls=300)` writes calls.db and analysis.db.

The same seed gives the same calls, ids included. Audio files are not made; parts rows name files that are not there.
"""

from __future__ import annotations

import json
import random
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analyzer import schema as analysis_schema
from analyzer.result import Hit, Utterance
from recorder.migrations import migrate
from recorder.store import schema as calls_schema
from recorder.times import from_text, to_text

MONDAY = from_text("2026-11-15T16:00:00Z")  # Monday 2026-11-16, 00:00 in Shanghai: ISO week 2026-W47
DAY_S = 86400.0

AGENTS = (
    ("8001", "王小丽", "售前"), ("8002", "李强", "售前"), ("8003", "张敏", "售前"),
    ("8004", "刘洋", "售后"), ("8005", "陈静", "售后"), ("8006", "赵磊", "售后"),
)  # fmt: skip
LINES = tuple(f"line{number}" for number in range(1, 9))
RULES = {  # rule → score it lowers, points
    "opening": ("compliance", 10.0), "closing": ("compliance", 10.0), "courtesy": ("experience", 5.0),
    "talk_over": ("experience", 8.0), "dead_air": ("experience", 6.0), "overpromise": ("risk", 30.0),
    "insult": ("risk", 60.0), "sensitive_word": ("risk", 20.0),
    "private_contact": ("risk", 40.0), "hold_notice": ("experience", 5.0),
}  # fmt: skip
HIGH_PRIORITY = ("insult", "sensitive_word")
DIALOGUE = (
    ("agent", "您好，云帆科技，工号八零零一，请问有什么可以帮您？"), ("customer", "我想查一下我的订单。"),
    ("agent", "好的，请问您贵姓？"), ("customer", "我姓周。"), ("agent", "周先生，麻烦您报一下订单号，请稍等。"),
    ("customer", "一二三四五六。"), ("agent", "周先生，您的订单明天送到，请问还有其他问题吗？"), ("customer", "没有了，谢谢。"),
    ("agent", "感谢您的来电，祝您生活愉快，再见。"),
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """One call of the factory as it was written. state: of the call; job: state of its analysis, None when there is none."""

    id: str
    started_at: float
    duration_s: float | None
    agent_id: str
    team: str
    line: str
    state: str
    job: str | None
    caller_number: str
    scores: tuple[float, float, float] | None
    hits: tuple[Hit, ...]
    high_priority: bool


def fill(store: Path, calls: int = 300, seed: int = 47, start: float = MONDAY, days: float = 7.0) -> list[Made]:
    """Write that many calls, spread over `days` days from `start` (UTC epoch seconds), oldest first; about one in twenty is
    unanswered, one in twenty not analysed yet, one in fifty parked, one in fifty failed."""
    random_ = random.Random(seed)
    moments = sorted(start + random_.random() * days * DAY_S for _ in range(calls))
    made = [_invent(random_, round(moment, 3)) for moment in moments]
    with opened(store / calls_schema.CALLS_DB, calls_schema.MIGRATIONS) as database:
        _write_calls(database, made)
    with opened(store / analysis_schema.ANALYSIS_DB, analysis_schema.MIGRATIONS) as database:
        for call in made:
            _write_analysis(database, call)
    return made


@contextmanager
def opened(path: Path, migrations: object) -> Iterator[sqlite3.Connection]:
    """A writable database in WAL mode, migrated, in one transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    migrate(connection, migrations)  # type: ignore[arg-type]
    connection.execute("BEGIN")
    yield connection
    connection.execute("COMMIT")
    connection.close()


def utterances(duration_s: float) -> list[Utterance]:
    """A polite call, spread over its duration."""
    step = duration_s / len(DIALOGUE)
    mood = {"angry": 0.05, "happy": 0.25, "neutral": 0.6, "sad": 0.1}
    return [
        Utterance(round(n * step, 2), round((n + 0.8) * step, 2), side, text, 0.9, mood, -24.0)
        for n, (side, text) in enumerate(DIALOGUE)
    ]  # fmt: skip


def _invent(random_: random.Random, moment: float) -> Made:
    agent_id, _, team = random_.choice(AGENTS)
    number = f"13{random_.randrange(10**9):09d}"
    noise = random_.getrandbits(12) << 64 | 2 << 62 | random_.getrandbits(62)
    call_id = str(uuid.UUID(int=int(moment * 1000) << 80 | 7 << 76 | noise))
    fate = random_.random()
    line = random_.choice(LINES)
    if fate < 0.05:
        return Made(call_id, moment, None, agent_id, team, line, "unanswered", None, number, None, (), False)
    duration = round(random_.lognormvariate(4.2, 0.8), 2)
    if fate < 0.14:
        job = None if fate < 0.10 else "parked" if fate < 0.12 else "failed"
        return Made(call_id, moment, duration, agent_id, team, line, "closed", job, number, None, (), False)
    hits = tuple(_hit(random_, rule, duration) for rule in RULES if random_.random() < 0.12)
    lost = {name: sum(RULES[h.rule][1] for h in hits if RULES[h.rule][0] == name) for name in ("compliance", "experience", "risk")}
    scores = tuple(max(0.0, 100.0 - lost[name]) for name in ("compliance", "experience", "risk"))
    priority = any(h.rule in HIGH_PRIORITY for h in hits)
    return Made(
        call_id, moment, duration, agent_id, team, line, "closed", "done", number, (scores[0], scores[1], scores[2]), hits, priority
    )  # fmt: skip


def _hit(random_: random.Random, rule: str, duration: float) -> Hit:
    start = round(random_.random() * duration * 0.8, 2)
    side = "customer" if rule == "sensitive_word" else "agent"
    return Hit(rule, side, start, round(start + 2, 2), "证据", round(random_.uniform(0.6, 1), 2))


def _write_calls(database: sqlite3.Connection, made: list[Made]) -> None:
    database.executemany("INSERT INTO agents (id, name, team) VALUES (?, ?, ?)", AGENTS)
    for name in LINES:
        _insert(database, "lines", {"name": name, "layout": "pair", "extension": "", "language": "zh"})
    for call in made:
        ended = None if call.duration_s is None else to_text(call.started_at + call.duration_s)
        _insert(database, "calls", {
            "id": call.id, "line": call.line, "layout": "pair", "language": "zh", "direction": "in", "state": call.state,
            "started_at": to_text(call.started_at), "answered_at": to_text(call.started_at) if ended else None, "ended_at": ended,
            "duration_s": call.duration_s, "ring_s": 6.0, "ring_count": 2, "caller_number": call.caller_number,
            "called_number": "4008001234", "agent_id": call.agent_id, "team": call.team,
        })  # fmt: skip
        if call.duration_s:
            _insert(database, "parts", {
                "id": call.id, "call_id": call.id, "seq": 0, "path": f"audio/{call.id}.flac",
                "started_at": to_text(call.started_at), "frames": int(call.duration_s * 8000), "rate": 8000,
                "channels": 2, "bytes": 1, "sha256": "", "state": "closed",
            })  # fmt: skip


def _write_analysis(database: sqlite3.Connection, call: Made) -> None:
    if call.job is None or call.duration_s is None:
        return
    finished = to_text(call.started_at + call.duration_s + 30)
    _insert(database, "jobs", {
        "call_id": call.id, "pipeline_version": "test", "state": call.job, "attempts": 1, "finished_at": finished,
        "reason": "" if call.job == "done" else "the audio cannot be read", "audio_s": call.duration_s, "cpu_s": 1.0, "wall_s": 2.0,
    })  # fmt: skip
    if call.scores is None:
        return
    for seq, said in enumerate(utterances(call.duration_s)):
        _insert(database, "utterances", {
            "call_id": call.id, "seq": seq, "start_s": said.start, "end_s": said.end, "side": said.side, "text": said.text,
            "confidence": said.confidence, "level_db": said.level_db, "emotion": json.dumps(said.emotion), "words": "[]",
        })  # fmt: skip
    for seq, hit in enumerate(call.hits):
        _insert(database, "hits", {
            "call_id": call.id, "seq": seq, "rule": hit.rule, "side": hit.side, "start_s": hit.start, "end_s": hit.end,
            "evidence": hit.evidence, "confidence": hit.confidence,
        })  # fmt: skip
        score, points = RULES[hit.rule]
        _insert(database, "deductions", {"call_id": call.id, "score": score, "rule": hit.rule, "points": points, "hit_seq": seq})
    _insert(database, "results", {
        "call_id": call.id, "pipeline_version": "test", "rulebook_version": "test", "compliance": call.scores[0],
        "experience": call.scores[1], "risk": call.scores[2], "high_priority": int(call.high_priority),
        "acoustics": json.dumps({"agent_speech_share": 0.5}), "warnings": "[]", "analyzed_at": finished,
    })  # fmt: skip


def _insert(database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
