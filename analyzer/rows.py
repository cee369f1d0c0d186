"""The rows of analysis.db as values, and the other way round."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from analyzer.result import Analysis, Deduction, Hit, Utterance, Word
from hw.messages import Message
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class Job:
    """How far a call is. state: "done", "failed" (tried again later), "parked" or "put_off" (the words follow when
    there is time). finished_at: UTC epoch seconds."""

    call_id: str
    pipeline_version: str
    state: str
    attempts: int
    reason: str
    finished_at: float


def utterance_of(row: sqlite3.Row) -> Utterance:
    """A row of utterances as a value."""
    return Utterance(
        start=row["start_s"],
        end=row["end_s"],
        side=row["side"],
        text=row["text"],
        confidence=row["confidence"],
        emotion=json.loads(row["emotion"]),
        level_db=row["level_db"],
        words=tuple(Word(*word) for word in json.loads(row["words"])),
        **_told_apart(row),
    )


def _told_apart(row: sqlite3.Row) -> dict[str, Any]:
    """What came with migrations 0010 and 0021; a reader may be newer than the file it reads."""
    given = set(row.keys())
    told: dict[str, Any] = {"heard": row["heard"] or ""} if "heard" in given else {}
    if "role_confidence" in given:
        problem = row["problem"]
        told |= {"role_confidence": row["role_confidence"], "problem": Message(**json.loads(problem)) if problem else None}
    return told


def hit_of(row: sqlite3.Row) -> Hit:
    """A row of hits as a value."""
    return Hit(row["rule"], row["side"], row["start_s"], row["end_s"], row["evidence"], row["confidence"])


def job_of(row: sqlite3.Row) -> Job:
    """A row of jobs as a value."""
    return Job(row["call_id"], row["pipeline_version"], row["state"], row["attempts"], row["reason"], from_text(row["finished_at"]))


def utterance_row(call_id: str, seq: int, utterance: Utterance) -> dict[str, Any]:
    """A row of utterances; emotion and words are JSON."""
    return {
        "call_id": call_id,
        "seq": seq,
        "start_s": utterance.start,
        "end_s": utterance.end,
        "side": utterance.side,
        "text": utterance.text,
        "heard": utterance.heard or None,
        "confidence": utterance.confidence,
        "level_db": utterance.level_db,
        "emotion": json.dumps(utterance.emotion),
        "role_confidence": utterance.role_confidence,
        "problem": _json(asdict(utterance.problem)) if utterance.problem else None,
        "words": _json([(w.start, w.end, w.text, w.confidence) for w in utterance.words]),
    }


def hit_row(call_id: str, seq: int, hit: Hit) -> dict[str, Any]:
    """A row of hits."""
    return {
        "call_id": call_id,
        "seq": seq,
        "rule": hit.rule,
        "side": hit.side,
        "start_s": hit.start,
        "end_s": hit.end,
        "evidence": hit.evidence,
        "confidence": hit.confidence,
    }


def deduction_row(call_id: str, deduction: Deduction) -> dict[str, Any]:
    """A row of deductions."""
    return {
        "call_id": call_id,
        "score": deduction.score,
        "rule": deduction.rule,
        "points": deduction.points,
        "hit_seq": deduction.hit,
    }


def result_row(call_id: str, analysis: Analysis, high_priority: bool, now: float) -> dict[str, Any]:
    """The row of results."""
    return {
        "call_id": call_id,
        "pipeline_version": analysis.pipeline_version,
        "rulebook_version": analysis.rulebook_version,
        **asdict(analysis.scores),
        "high_priority": int(high_priority),
        "acoustics": _json(analysis.acoustics),
        "warnings": _json([asdict(warning) for warning in analysis.warnings]),
        "analyzed_at": to_text(now),
        "channels": analysis.channels,
        "degraded": analysis.degraded,
    }


def done_row(call_id: str, analysis: Analysis, attempts: int, now: float) -> dict[str, Any]:
    """The row of jobs for a call that is understood."""
    return {
        "call_id": call_id,
        "pipeline_version": analysis.pipeline_version,
        "state": "done",
        "attempts": attempts,
        "finished_at": to_text(now),
        "audio_s": analysis.duration_s,
        "cpu_s": analysis.cpu_s,
        "wall_s": analysis.wall_s,
    }


def _json(value: Iterable[Any] | dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
