"""Calls as a plain computation knows them: what they are, which filters they fit, in which order they stand, and the three
databases they are written into as their owners would."""

from __future__ import annotations

import json
import sqlite3
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import strategies as st

from analyzer.schema import ANALYSIS_DB, MOODS, SIDES
from analyzer.schema import MIGRATIONS as ANALYSIS_MIGRATIONS
from quality.access.scope import Scope
from quality.calls.filter import CallFilter
from quality.schema import MIGRATIONS as REVIEW_MIGRATIONS
from quality.schema import REVIEW_DB
from recorder.migrations import migrate
from recorder.store.schema import CALLS_DB
from recorder.store.schema import MIGRATIONS as CALLS_MIGRATIONS
from recorder.times import to_text

NOON = 1_795_003_200.0  # 2026-11-18, 12:00 UTC
RULES = ("opening", "insult", "dead_air")


@dataclass(frozen=True)
class Call:
    """A call as the plain computation knows it. started: seconds after NOON. moods: (side, mood)."""

    started: float
    duration: float | None
    agent: str
    team: str
    line: str
    direction: str
    state: str
    hung_up: str | None
    caller: str
    called: str
    job: str | None
    scores: tuple[float, float, float] | None
    high: bool
    silence: float
    moods: frozenset[tuple[str, str]]
    rules: tuple[tuple[str, str], ...]
    review: tuple[float, bool, str] | None


hundredths = st.integers(0, 10_000).map(lambda n: n / 100)
calls = st.builds(
    Call,
    started=st.integers(-3 * 86400, 3 * 86400).map(float),
    duration=st.none() | st.integers(0, 400).map(lambda n: n / 2),
    agent=st.sampled_from(["", "8001", "8002"]),
    team=st.sampled_from(["", "a", "b"]),
    line=st.sampled_from(["line1", "line2"]),
    direction=st.sampled_from(["in", "out", "unknown"]),
    state=st.sampled_from(["recording", "closed", "interrupted", "unanswered"]),
    hung_up=st.sampled_from([None, "agent", "customer"]),
    caller=st.text("0123456789+*#", max_size=18) | st.sampled_from(["13800138000", "", "anonymous"]),
    called=st.text("0123", max_size=6),
    job=st.sampled_from([None, "done", "failed", "parked", "put_off"]),
    scores=st.none() | st.tuples(hundredths, hundredths, hundredths),
    high=st.booleans(),
    silence=st.integers(0, 60).map(lambda n: n / 4),
    moods=st.frozensets(st.tuples(st.sampled_from(SIDES), st.sampled_from(MOODS)), max_size=3),
    rules=st.lists(st.tuples(st.sampled_from(RULES), st.sampled_from(["agent", "customer"])), max_size=3).map(tuple),
    review=st.none() | st.tuples(st.integers(0, 1000).map(lambda n: n / 10), st.booleans(), st.sampled_from(["ann", "bob"])),
)  # fmt: skip

filters = st.builds(
    CallFilter,
    agent=st.sampled_from([None, "8001", "nobody"]),
    team=st.sampled_from([None, None, "a"]),
    line=st.sampled_from([None, None, "line1"]),
    number=st.sampled_from([None, None, "0", "138", "00138", "+", "1*", "anon", "13 80-01"]),
    since=st.none() | st.dates(date(2026, 11, 15), date(2026, 11, 22)),
    until=st.none() | st.dates(date(2026, 11, 15), date(2026, 11, 22)),
    min_duration_s=st.sampled_from([None, None, 30.0, 99.5]),
    max_duration_s=st.sampled_from([None, None, 120.0]),
    rule=st.sampled_from([None, None, *RULES, "never"]),
    score=st.sampled_from(["compliance", "risk", "form"]),
    min_score=st.none() | st.none() | hundredths,
    max_score=st.none() | st.none() | hundredths,
    reviewed=st.sampled_from([None, None, True, False]),
    reviewer=st.sampled_from([None, None, "ann"]),
    priority=st.sampled_from([None, None, True, False]),
    direction=st.sampled_from([None, None, "in"]),
    hung_up_by=st.sampled_from([None, None, "agent"]),
    mood=st.sampled_from([None, None, "angry", "sad", "bored"]),
    mood_side=st.sampled_from([None, "customer"]),
    min_silence_s=st.sampled_from([None, None, 5.25]),
    state=st.sampled_from([None, None, "closed"]),
    analysis=st.sampled_from([None, None, "waiting", "done", "parked", "recording", "none"]),
    answered=st.sampled_from([None, None, True, False]),
    passed=st.sampled_from([None, None, True, False]),
    faulty=st.sampled_from([None, None, True, False]),
    scope=st.sampled_from([Scope(), Scope(), Scope("8001"), Scope(""), Scope(groups=frozenset({"a", "nowhere"}))]),
)  # fmt: skip


def fits(call: Call, wanted: CallFilter) -> bool:
    """The same as quality.callindex.select, call by call."""
    digits = "".join(c for c in wanted.number or "" if c.isdigit() or c in "+*#") or (wanted.number or "")
    day = datetime.fromtimestamp(NOON + call.started, UTC).date()
    score = call.review[0] if wanted.score == "form" and call.review else None
    if wanted.score != "form" and call.scores:
        score = call.scores[("compliance", "experience", "risk").index(wanted.score)]
    low, high = wanted.min_score, wanted.max_score
    state = call.job or {"recording": "recording", "unanswered": "none"}.get(call.state, "waiting")
    analysed = call.scores is not None
    checks = (
        wanted.agent is None or call.agent == wanted.agent,
        wanted.team is None or call.team == wanted.team,
        wanted.line is None or call.line == wanted.line,
        wanted.number is None or digits in call.caller or digits in call.called,
        wanted.since is None or day >= wanted.since,
        wanted.until is None or day <= wanted.until,
        wanted.min_duration_s is None or (call.duration is not None and call.duration >= wanted.min_duration_s),
        wanted.max_duration_s is None or (call.duration is not None and call.duration <= wanted.max_duration_s),
        wanted.rule is None or wanted.rule in [rule for rule, _ in call.rules],
        (low is None and high is None) or (score is not None and (low or 0) <= score <= (100 if high is None else high)),
        wanted.reviewed is None or (call.review is not None) == wanted.reviewed,
        wanted.reviewer is None or (call.review is not None and call.review[2] == wanted.reviewer),
        wanted.priority is None or (call.high and analysed) == wanted.priority,
        wanted.direction is None or call.direction == wanted.direction,
        wanted.hung_up_by is None or call.hung_up == wanted.hung_up_by,
        wanted.mood is None or (analysed and any(m == wanted.mood and wanted.mood_side in (None, s) for s, m in call.moods)),
        wanted.min_silence_s is None or (analysed and call.silence >= wanted.min_silence_s),
        wanted.state is None or call.state == wanted.state,
        wanted.analysis is None or state == wanted.analysis,
        wanted.answered is None or call.state in (("closed", "interrupted") if wanted.answered else ("unanswered",)),
        wanted.passed is None or (call.review is not None and call.review[1] == wanted.passed),
        wanted.faulty is None or any(side == "agent" for _, side in call.rules) == wanted.faulty,
        wanted.scope.agent is None or (call.agent == wanted.scope.agent != ""),
        wanted.scope.groups is None or call.team in wanted.scope.groups,
    )  # fmt: skip
    return all(checks)


class Box:
    """Three databases that calls are written into as their owners would."""

    def __init__(self, store: Path) -> None:
        self.store = store
        files = {CALLS_DB: CALLS_MIGRATIONS, ANALYSIS_DB: ANALYSIS_MIGRATIONS, REVIEW_DB: REVIEW_MIGRATIONS}
        self.files = {}
        for name, migrations in files.items():
            connection = sqlite3.connect(store / name, isolation_level=None)
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, migrations)
            self.files[name] = connection
        self.known: dict[str, Call] = {}

    def close(self) -> None:
        for connection in self.files.values():
            connection.close()

    def put(self, call_id: str, call: Call) -> None:
        """A new call, or everything about a known one anew."""
        moment = to_text(NOON + call.started)
        row = {
            "id": call_id, "line": call.line, "layout": "pair", "language": "zh", "direction": call.direction, "state": call.state,
            "started_at": moment, "duration_s": call.duration, "caller_number": call.caller, "called_number": call.called,
            "agent_id": call.agent or None, "team": call.team, "hung_up_by": call.hung_up,
        }  # fmt: skip
        calls = self.files[CALLS_DB]
        if call_id in self.known:
            calls.execute(f"UPDATE calls SET {', '.join(f'{name} = :{name}' for name in row)} WHERE id = :id", row)
        else:
            self._insert(calls, "calls", row)
        self._analyse(call_id, call, moment)
        if call.review:
            self._review(call_id, call.review, moment)
        elif call_id in self.known:
            self.files[REVIEW_DB].execute("DELETE FROM reviews WHERE call_id = ?", (call_id,))
        self.known[call_id] = call

    def _analyse(self, call_id: str, call: Call, moment: str) -> None:
        database = self.files[ANALYSIS_DB]
        database.execute("BEGIN")
        for table in ("hits", "utterances", "results", "jobs"):
            database.execute(f"DELETE FROM {table} WHERE call_id = ?", (call_id,))
        for seq, (rule, side) in enumerate(call.rules):
            self._insert(database, "hits", {
                "call_id": call_id, "seq": seq, "rule": rule, "side": side, "start_s": 0, "end_s": 1, "evidence": "", "confidence": 1,  # noqa: E501
            })  # fmt: skip
        for seq, (side, mood) in enumerate(sorted(call.moods)):
            self._insert(database, "utterances", {
                "call_id": call_id, "seq": seq, "start_s": 0, "end_s": 1, "side": side, "text": "嗯", "confidence": 1, "level_db": 0,  # noqa: E501
                "emotion": json.dumps({mood: 0.7, "neutral": 0.3}), "words": "[]",
            })  # fmt: skip
        if call.scores:
            self._insert(database, "results", {
                "call_id": call_id, "pipeline_version": "1", "rulebook_version": "1", "compliance": call.scores[0],
                "experience": call.scores[1], "risk": call.scores[2], "high_priority": int(call.high), "warnings": "[]",
                "acoustics": json.dumps({"longest_silence_s": call.silence}), "analyzed_at": moment,
            })  # fmt: skip
        if call.job:
            job = {"call_id": call_id, "pipeline_version": "1", "state": call.job, "attempts": 1, "finished_at": moment}
            self._insert(database, "jobs", job)
        else:  # the writer always ends with the job; a change without one is a new verdict
            database.execute("UPDATE results SET risk = risk WHERE call_id = ?", (call_id,))
        database.execute("COMMIT")

    def _review(self, call_id: str, review: tuple[float, bool, str], moment: str) -> None:
        database = self.files[REVIEW_DB]
        version = database.execute("SELECT coalesce(max(version), 0) + 1 FROM reviews WHERE call_id = ?", (call_id,)).fetchone()[0]
        self._insert(database, "reviews", {
            "id": str(uuid.uuid4()), "call_id": call_id, "version": version, "form_id": "A", "form_version": "1", "earned": review[0],  # noqa: E501
            "total": review[0], "passed": int(review[1]), "comment": "", "reviewer_id": review[2], "reviewed_at": moment,
        })  # fmt: skip

    def _insert(self, database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
        marks = ", ".join(f":{name}" for name in row)
        database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", row)


def has_value(call: Call, sort: str) -> bool:
    return {"compliance": call.scores, "shortest": call.duration}.get(sort, 0) is not None


def key(call: Call, sort: str) -> tuple[float, ...]:
    if sort == "compliance":
        assert call.scores
        return (call.scores[0], call.started)
    if sort == "shortest":
        return (call.duration or 0.0, call.started)
    return (-float(call.high and call.scores is not None), -call.started) if sort == "priority" else (-call.started,)
