"""Which calls a list shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from hw.messages import UserError
from quality.access.scope import ALL, Scope
from quality.calls.problems import Wanted as Problems
from recorder.times import to_text

SCORE_NAMES = ("compliance", "experience", "risk")


@dataclass(frozen=True)
class CallFilter:
    """What calls must all be; a field left at its default asks nothing.

    agent: agent id. number: digits that occur in either number. since, until: local dates, both included.
    min/max_duration_s: seconds. rule: id of a rule that fired. min/max_score: 0–100, of the score named by `score`
    ("compliance", "experience", "risk" or "form": the total of the review that holds). reviewed: by a person. reviewer: id of the
    user whose review holds. draft_of: id of a user who has begun a review and not sent it. priority: high priority. hung_up_by:
    "agent" or "customer". mood: one of analyzer.schema.MOODS that somebody surely had; mood_side: of which side, None any.
    min_silence_s: seconds of the longest silence. state: of the call; analysis: one of ANALYSIS_STATES. words: what was said
    (quality.calls.wordsearch); exact: as written only, not what sounds like it. ids: only these calls.
    answered: somebody took it. ended: it is not being recorded any more. passed: the review that holds passed it. problem: what
    people found (quality.calls.problems). faulty: a rule was broken on the agent's side.
    scope: what the person who asks may see, whatever else is asked.
    """

    agent: str | None = None
    team: str | None = None
    line: str | None = None
    number: str | None = None
    since: date | None = None
    until: date | None = None
    min_duration_s: float | None = None
    max_duration_s: float | None = None
    rule: str | None = None
    score: str = "compliance"
    min_score: float | None = None
    max_score: float | None = None
    reviewed: bool | None = None
    reviewer: str | None = None
    draft_of: str | None = None
    priority: bool | None = None
    direction: str | None = None
    hung_up_by: str | None = None
    mood: str | None = None
    mood_side: str | None = None
    min_silence_s: float | None = None
    state: str | None = None
    analysis: str | None = None
    words: str | None = None
    exact: bool | None = None
    ids: frozenset[str] | None = None
    answered: bool | None = None
    ended: bool | None = None
    passed: bool | None = None
    problem: Problems | None = None
    faulty: bool | None = None
    scope: Scope = ALL

    @property
    def scored(self) -> bool:
        """Whether a score is asked for."""
        return self.min_score is not None or self.max_score is not None

    @property
    def score_column(self) -> str:
        """The machine's score that is asked for. Raises UserError when there is no such score."""
        if self.score not in SCORE_NAMES:
            raise UserError(
                f"Unknown score “{self.score}”. Use compliance, experience, risk or form.",
                f"未知的分数“{self.score}”，可用 compliance、experience、risk 或 form。",
            )
        return self.score


@dataclass(frozen=True)
class Condition:
    """A piece of a WHERE clause on calls.calls as `c`, and its values."""

    sql: str
    values: tuple[object, ...] = ()


def day_span(wanted: CallFilter, zone: ZoneInfo) -> tuple[float | None, float | None]:
    """The instants from and before which the calls of the filter's local days began, UTC epoch seconds; None: no bound."""
    since = None if wanted.since is None else _midnight(wanted.since, zone)
    until = wanted.until if wanted.until is not None and wanted.until < date.max else None
    return since, None if until is None else _midnight(until + timedelta(days=1), zone)


def day_start(day: date, zone: ZoneInfo) -> str:
    """The instant, as the database writes it, at which a local day begins."""
    return to_text(_midnight(day, zone))


def digits(number: str) -> str:
    """What lines give of a number: digits, * # and +. People paste numbers with spaces and hyphens."""
    return "".join(mark for mark in number if mark.isdigit() or mark in "+*#") or number


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime.combine(day, clock_time(), zone).timestamp()
