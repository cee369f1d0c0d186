"""What an export says of a call in JSON: its facts, its transcript, its scores."""

from __future__ import annotations

from dataclasses import asdict

from quality.calls.rows import CallRow, CallView
from quality.reviewing.reviews import Review
from recorder.times import to_text


def call_facts(row: CallRow) -> dict[str, object]:
    """The call itself. Instants are ISO in UTC, durations seconds; None is "not known"."""
    return {
        "call_id": row.id, "started_at": to_text(row.started_at), "answered_at": instant(row.answered_at),
        "ended_at": instant(row.ended_at), "duration_s": row.duration_s, "ring_s": row.ring_s, "line": row.line,
        "direction": row.direction, "state": row.state, "language": row.language, "caller_number": row.caller_number,
        "called_number": row.called_number, "extension": row.extension, "agent_id": row.agent_id, "agent_name": row.agent_name,
        "team": row.team, "hung_up_by": row.hung_up_by, "analysis": row.analysis.state,
    }  # fmt: skip


def transcript(call: CallView) -> dict[str, object]:
    """Who said what, start and end in seconds from the call's first frame."""
    utterances = [
        {"start": u.start, "end": u.end, "side": u.side, "text": u.text, "confidence": u.confidence, "emotion": u.emotion}
        for u in call.utterances
    ]
    return {"call_id": call.row.id, "language": call.row.language, "pipeline": call.pipeline_version, "utterances": utterances}


def scores(call: CallView, review: Review | None) -> dict[str, object]:
    """The machine's scores and faults, and the review that holds (None: nobody reviewed it). corrected: scores, priority
    and faults after people's corrections, None where these make no difference."""
    return {
        "call_id": call.row.id,
        "scores": asdict(call.row.scores) if call.row.scores else None,
        "high_priority": call.row.high_priority,
        "hits": [asdict(hit) for hit in call.hits],
        "deductions": [asdict(deduction) for deduction in call.deductions],
        "corrected": asdict(call.row.corrected) if call.row.corrected else None,
        "rulebook": call.rulebook_version,
        "review": _review(review) if review else None,
    }


def instant(value: float | None) -> str | None:
    """UTC epoch seconds as ISO text."""
    return None if value is None else to_text(value)


def _review(review: Review) -> dict[str, object]:
    return {
        "version": review.version, "form": review.form_id, "form_version": review.form_version, "total": review.total,
        "earned": review.earned, "passed": review.passed, "taboos": list(review.taboos), "comment": review.comment,
        "items": {name: {"grade": item.grade, "comment": item.comment} for name, item in review.items.items()},
        "reviewer": review.reviewer, "reviewed_at": to_text(review.reviewed_at),
    }  # fmt: skip
