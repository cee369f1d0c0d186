"""What the rules say of a call, apart from what was understood of it: it changes with the rulebook, the words do not."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass

from analyzer.result import Deduction, Hit, Scores
from analyzer.rules import engine
from analyzer.rules.evidence import CallEvidence
from analyzer.rules.rulebook import Rulebook
from analyzer.scores import score
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class Verdict:
    """Hits, scores and every point taken off, by one rulebook."""

    hits: tuple[Hit, ...]
    deductions: tuple[Deduction, ...]
    scores: Scores
    high_priority: bool
    rulebook: str

    def row(self) -> dict[str, object]:
        """What of it is a column of results."""
        return {**asdict(self.scores), "high_priority": int(self.high_priority), "rulebook_version": self.rulebook}


@dataclass(frozen=True)
class PastScores:
    """Scores a call had until `until` (UTC epoch seconds), by which rulebook, and how often each rule had fired."""

    rulebook_version: str
    scores: Scores
    faults: dict[str, int]
    until: float


def judge(rulebook: Rulebook, evidence: CallEvidence) -> Verdict:
    """Check and score a call."""
    hits = engine.check(rulebook, evidence)
    scores, deductions = score(rulebook, hits)
    urgent = {rule.id for rule in rulebook.rules if rule.high_priority}
    return Verdict(tuple(hits), tuple(deductions), scores, any(h.rule in urgent for h in hits), rulebook.identity)


def keep_scores(connection: sqlite3.Connection, call_id: str, now: float) -> None:
    """Put a call's present scores, if it has any, on record; inside the caller's transaction."""
    hits = connection.execute("SELECT rule, count(*) FROM hits WHERE call_id = ? GROUP BY rule", (call_id,))
    faults = json.dumps({row[0]: row[1] for row in hits})
    connection.execute(
        """INSERT INTO past_scores (call_id, rulebook_version, pipeline_version, compliance, experience, risk, faults, until)
        SELECT call_id, rulebook_version, pipeline_version, compliance, experience, risk, ?, ? FROM results WHERE call_id = ?""",
        (faults, to_text(now), call_id),
    )


def past_of(row: sqlite3.Row) -> PastScores:
    """A row of past_scores as a value."""
    scores = Scores(row["compliance"], row["experience"], row["risk"])
    return PastScores(row["rulebook_version"], scores, json.loads(row["faults"]), from_text(row["until"]))
