"""The figures of a set of calls. Every group of a report (a day, an agent, a team, the week) is worked out by this one function
from the same detail, so that the parts add up to the whole. A figure that cannot be known is None, never 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from quality.calls.rows import CallRow

Key = TypeVar("Key")


@dataclass(frozen=True)
class CallDetail:
    """One call of the report. machine_form: the machine's form score, 0–100, or None."""

    row: CallRow
    machine_form: float | None

    @property
    def mean_score(self) -> float | None:
        """The mean of the three scores: what worst and best are told by."""
        scores = self.row.judged.scores if self.row.judged else None
        return None if scores is None else (scores.compliance + scores.experience + scores.risk) / 3


@dataclass(frozen=True)
class Figures:
    """calls: all that came in or went out. answered: those somebody picked up. minutes: of audio. reviewed: by a person.
    form_score: mean total of the reviews, 0–100. pass_rate: share of the reviewed calls that passed, 0–1. machine_form,
    compliance, experience, risk: means over the analysed calls, 0–100. hits: faults found. What the machine found counts as people
    have corrected it."""

    calls: int
    answered: int
    minutes: float
    analysed: int
    reviewed: int
    form_score: float | None
    pass_rate: float | None
    machine_form: float | None
    compliance: float | None
    experience: float | None
    risk: float | None
    high_priority: int
    hits: int


@dataclass(frozen=True)
class RuleCount:
    """How often a rule was broken: hits in all, calls with at least one, and their share of the analysed calls (0–1)."""

    rule: str
    hits: int
    calls: int
    share: float


def figures(details: Sequence[CallDetail]) -> Figures:
    """The figures of these calls."""
    rows = [detail.row for detail in details]
    judged = [row.judged for row in rows if row.judged]
    scores = [one.scores for one in judged]
    reviews = [row.review for row in rows if row.review]
    return Figures(
        calls=len(rows),
        answered=sum(row.state != "unanswered" for row in rows),
        minutes=sum(row.duration_s or 0.0 for row in rows) / 60,
        analysed=len(scores),
        reviewed=len(reviews),
        form_score=_mean(review.total for review in reviews),
        pass_rate=_mean(float(review.passed) for review in reviews),
        machine_form=_mean(d.machine_form for d in details if d.machine_form is not None),
        compliance=_mean(s.compliance for s in scores),
        experience=_mean(s.experience for s in scores),
        risk=_mean(s.risk for s in scores),
        high_priority=sum(one.high_priority for one in judged),
        hits=sum(sum(one.rule_hits.values()) for one in judged),
    )


def grouped(details: Iterable[CallDetail], key: Callable[[CallDetail], Key]) -> dict[Key, list[CallDetail]]:
    """The calls by `key`, groups in the order they come up."""
    groups: dict[Key, list[CallDetail]] = {}
    for detail in details:
        groups.setdefault(key(detail), []).append(detail)
    return groups


def rule_counts(details: Sequence[CallDetail]) -> tuple[RuleCount, ...]:
    """Every rule that was broken, most calls first."""
    hits: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for detail in details:
        found = detail.row.judged.rule_hits if detail.row.judged else {}
        hits.update(found)
        calls.update(found.keys())
    analysed = sum(detail.row.scores is not None for detail in details)
    # A call analysed anew keeps its hits only with its scores, so a rule never comes from no analysed call.
    counted = (RuleCount(rule, hits[rule], calls[rule], calls[rule] / max(analysed, 1)) for rule in calls)
    return tuple(sorted(counted, key=lambda c: (-c.calls, -c.hits, c.rule)))


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return sum(known) / len(known) if known else None
