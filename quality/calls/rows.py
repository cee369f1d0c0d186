"""What the pages show of a call: the three databases' rows put together."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from analyzer.result import Deduction, Hit, Scores, Utterance
from hw.messages import Message
from recorder.times import from_text

ANALYSIS_STATES = ("waiting", "done", "failed", "parked", "put_off", "recording", "none")
FIRST_WORDS = 160


@dataclass(frozen=True)
class AnalysisState:
    """How far the analyzer is with a call.

    state: "waiting" (closed, not looked at yet), "done", "failed" (will be tried again), "parked" (given up), "put_off" (the box
    was too busy for its words, they follow), "recording" (the call is still on), "none" (never picked up: nothing to analyse).
    reason: why it failed, was parked or put off, else "".
    """

    state: str
    reason: str = ""
    attempts: int = 0
    finished_at: float | None = None


@dataclass(frozen=True)
class ReviewBrief:
    """The review that holds for a call; the whole of it is `Reviews.latest(call_id)`. total: 0–100. reviewed_at: UTC epoch
    seconds."""

    id: str
    version: int
    form_id: str
    form_version: str
    total: float
    passed: bool
    reviewer: str
    reviewed_at: float


@dataclass(frozen=True)
class AfterCorrection:
    """What the machine's verdict on a call becomes by people's corrections (quality.reviewing.correctedresults). rule_hits: faults
    that hold, by rule."""

    scores: Scores
    high_priority: bool
    rule_hits: dict[str, int]


@dataclass(frozen=True)
class CallRow:
    """A call as the list shows it. Instants are UTC epoch seconds, durations seconds; None is "not known". hits counts faults
    found, rules names them (each once, in the order they came up), rule_hits counts each. first_words: how the talk began.
    scores, high_priority, hits and rules are the machine's own; corrected: what they become by people's corrections, None where
    these make no difference."""

    id: str
    started_at: float
    ended_at: float | None
    answered_at: float | None
    duration_s: float | None
    ring_s: float | None
    line: str
    layout: str
    language: str
    direction: str
    state: str
    caller_number: str
    called_number: str
    extension: str
    agent_id: str | None
    agent_name: str
    team: str
    hung_up_by: str | None
    analysis: AnalysisState
    scores: Scores | None
    high_priority: bool
    hits: int
    rules: tuple[str, ...]
    review: ReviewBrief | None
    first_words: str = ""
    rule_hits: dict[str, int] = field(default_factory=dict)
    corrected: AfterCorrection | None = None

    @property
    def judged(self) -> AfterCorrection | None:
        """What counts: after correction where there is one, else the machine's; None for a call that is not analysed."""
        machine = AfterCorrection(self.scores, self.high_priority, self.rule_hits) if self.scores else None
        return self.corrected or machine


@dataclass(frozen=True)
class PartView:
    """A piece of a call's audio. path: relative to the store. start_s: where it begins on the call's time line (seconds of audio
    before it). duration_s: from its frame count; None while it is being written."""

    id: str
    seq: int
    path: str
    started_at: float
    start_s: float
    duration_s: float | None
    rate: int
    channels: int
    state: str
    sha256: str | None


@dataclass(frozen=True)
class GapView:
    """Audio known to be lost. at: UTC epoch seconds. start_s: on the call's time line, None when it lies in no part.
    duration_s: how much is missing."""

    at: float
    start_s: float | None
    duration_s: float
    reason: str


@dataclass(frozen=True)
class CallView:
    """Everything known of one call. acoustics: measures by name (see analyzer.acoustics). degraded: what the analyzer saved on, ""
    for nothing."""

    row: CallRow
    parts: tuple[PartView, ...]
    gaps: tuple[GapView, ...]
    utterances: tuple[Utterance, ...]
    hits: tuple[Hit, ...]
    deductions: tuple[Deduction, ...]
    acoustics: dict[str, object]
    warnings: tuple[Message, ...]
    rulebook_version: str
    pipeline_version: str
    degraded: str = ""


CORRECTED = """LEFT JOIN review.corrected_results k ON k.call_id = r.call_id AND k.differs = 1 AND k.analyzed_at = r.analyzed_at
    AND k.rulebook_version = r.rulebook_version"""
"""Beside `analysis.results r`: its scores after correction as k, NULL where there are none that hold."""

# A call's row by id. The newest review is found by its (call_id, version) index.
ROW_SQL = f"""
SELECT c.*, coalesce(a.name, '') AS agent_name, r.compliance, r.experience, r.risk, coalesce(r.high_priority, 0) AS high_priority,
    j.state AS job_state, j.reason AS job_reason, j.attempts AS job_attempts, j.finished_at AS job_finished_at,
    v.id AS review_id, v.version AS review_version, v.form_id, v.form_version, v.total, v.passed, v.reviewed_at,
    u.name AS reviewer,
    (SELECT group_concat(text, ' ') FROM (SELECT text FROM analysis.utterances WHERE call_id = c.id ORDER BY seq LIMIT 4)) AS talk,
    (SELECT json_group_array(rule) FROM (SELECT rule FROM analysis.hits WHERE call_id = c.id ORDER BY seq)) AS hit_rules,
    k.compliance AS k_compliance, k.experience AS k_experience, k.risk AS k_risk, k.high_priority AS k_high,
    CASE WHEN k.call_id IS NOT NULL THEN
        (SELECT json_group_array(rule) FROM (SELECT rule FROM review.corrected_hits WHERE call_id = c.id ORDER BY seq))
    END AS k_rules
FROM calls.calls c
LEFT JOIN calls.agents a ON a.id = c.agent_id
LEFT JOIN analysis.results r ON r.call_id = c.id
{CORRECTED}
LEFT JOIN analysis.jobs j ON j.call_id = c.id
LEFT JOIN review.reviews v ON v.call_id = c.id AND v.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id)
LEFT JOIN review.users u ON u.id = v.reviewer_id
"""  # noqa: S608  a piece of ours


def call_row(row: sqlite3.Row) -> CallRow:
    """A row of ROW_SQL as a CallRow."""
    rules = json.loads(row["hit_rules"])
    scores = None if row["compliance"] is None else Scores(row["compliance"], row["experience"], row["risk"])
    return CallRow(
        id=row["id"], started_at=from_text(row["started_at"]), ended_at=_instant(row["ended_at"]),
        answered_at=_instant(row["answered_at"]), duration_s=row["duration_s"], ring_s=row["ring_s"], line=row["line"],
        layout=row["layout"], language=row["language"], direction=row["direction"], state=row["state"],
        caller_number=row["caller_number"], called_number=row["called_number"], extension=row["extension"],
        agent_id=row["agent_id"], agent_name=row["agent_name"], team=row["team"], hung_up_by=row["hung_up_by"],
        analysis=analysis_state(row), scores=scores, high_priority=bool(row["high_priority"]), hits=len(rules),
        rules=tuple(dict.fromkeys(rules)), review=review_brief(row), rule_hits=dict(Counter(rules)),
        first_words=(row["talk"] or "")[:FIRST_WORDS], corrected=after_correction(row),
    )  # fmt: skip


def after_correction(row: sqlite3.Row) -> AfterCorrection | None:
    """What corrections make of the call, from a row of ROW_SQL."""
    if row["k_rules"] is None:
        return None
    scores = Scores(row["k_compliance"], row["k_experience"], row["k_risk"])
    return AfterCorrection(scores, bool(row["k_high"]), dict(Counter(json.loads(row["k_rules"]))))


def analysis_state(row: sqlite3.Row) -> AnalysisState:
    """The state of the analysis, from a row of ROW_SQL."""
    if row["job_state"] is not None:
        return AnalysisState(row["job_state"], row["job_reason"], row["job_attempts"], _instant(row["job_finished_at"]))
    return AnalysisState({"recording": "recording", "unanswered": "none"}.get(row["state"], "waiting"))


def review_brief(row: sqlite3.Row) -> ReviewBrief | None:
    """The latest review, from a row of ROW_SQL."""
    if row["review_id"] is None:
        return None
    return ReviewBrief(
        row["review_id"], row["review_version"], row["form_id"], row["form_version"], row["total"], bool(row["passed"]),
        row["reviewer"] or "", from_text(row["reviewed_at"]),
    )  # fmt: skip


def part_views(rows: list[sqlite3.Row], gaps: list[sqlite3.Row]) -> tuple[PartView, ...]:
    """Parts in order, each placed after those before it and the losses that follow them, as recorder.audio.files plays the call."""
    views, start = [], 0.0
    for row in rows:
        duration = None if row["frames"] is None else row["frames"] / row["rate"]
        views.append(
            PartView(
                row["id"], row["seq"], row["path"], from_text(row["started_at"]), start, duration, row["rate"], row["channels"],
                row["state"], row["sha256"],
            )
        )  # fmt: skip
        start += (duration or 0.0) + _lost_after(row, gaps)
    return tuple(views)


def _lost_after(part: sqlite3.Row, gaps: list[sqlite3.Row]) -> float:
    """Seconds lost at the part's end; what is lost inside it is silence in its file."""
    if part["frames"] is None:
        return 0.0
    mine = [gap for gap in gaps if gap["part_id"] == part["id"] and gap["start_frame"] is not None]
    return float(sum(gap["frames"] for gap in mine if gap["start_frame"] >= part["frames"]) / part["rate"])


def gap_views(rows: list[sqlite3.Row], parts: tuple[PartView, ...]) -> tuple[GapView, ...]:
    """Gaps with their place on the call's time line."""
    by_id = {part.id: part for part in parts}
    views = []
    for row in rows:
        part = by_id.get(row["part_id"])
        rate = part.rate if part else parts[0].rate if parts else 8000
        placed = part is not None and row["start_frame"] is not None
        start = part.start_s + row["start_frame"] / rate if placed and part else None
        views.append(GapView(from_text(row["at"]), start, row["frames"] / rate, row["reason"]))
    return tuple(views)


def hit(row: sqlite3.Row) -> Hit:
    """A row of analysis.db's hits."""
    return Hit(row["rule"], row["side"], row["start_s"], row["end_s"], row["evidence"], row["confidence"])


def _instant(text: str | None) -> float | None:
    return None if text is None else from_text(text)
