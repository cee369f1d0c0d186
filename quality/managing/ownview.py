"""What an agent sees of their own work, and of the others' nothing but the middle of the group where that is large enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from quality.access.users import User
from quality.forms.form import Form
from quality.periods import Period, period_of
from quality.reports.facts import Box
from quality.reports.keptfacts import gather_kept
from quality.reviewing.appeals import Appeal, Appeals
from quality.reviewing.reviews import Review, Reviews
from quality.store import reading
from recorder.times import from_text

WEEKS = 12
LEAST_OTHERS = 4
"""Other agents of the group with a score in a week, from which their median is shown: of fewer it would tell of single people."""


@dataclass(frozen=True)
class Week:
    """score: mean total of the agent's reviewed calls, None without one; reviewed: how many. group: the median of the others' means
    in the same group, None where there are too few."""

    period: Period
    score: float | None
    reviewed: int
    calls: int
    group: float | None


@dataclass(frozen=True)
class OwnReview:
    """A call of the agent with the review that holds. at: UTC epoch seconds. seen: the agent has acknowledged it. appeal: against
    this version or an earlier one, the latest. last_day: until when they may appeal."""

    call_id: str
    started_at: float
    duration_s: float | None
    review_id: str
    total: float
    passed: bool
    comment: str
    reviewed_at: float
    seen: bool
    appeal: Appeal | None


@dataclass(frozen=True)
class Means:
    """By week and group: each agent's mean, reviewed calls and calls."""

    weeks: tuple[Period, ...]
    by_week: dict[Period, dict[str, dict[str, tuple[float | None, int, int]]]]


def centre_means(box: Box, weeks: int = WEEKS) -> Means:
    """Every agent's weekly mean, for `own_weeks` of many agents: kept by who asks often."""
    last = period_of("week", box.today)
    facts = gather_kept(box, last, weeks).facts
    by_week: dict[Period, dict[str, dict[str, tuple[float | None, int, int]]]] = {}
    for week in last.run(weeks):
        sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for row in facts.rows(week):
            own = sums[row.team, row.agent]
            own[0] += row.sums.review_points
            own[1] += row.sums.reviewed
            own[2] += row.sums.calls
        teams: dict[str, dict[str, tuple[float | None, int, int]]] = {}
        for (team, agent), (points, reviewed, calls) in sums.items():
            if agent:
                mean = points / reviewed if reviewed else None
                teams.setdefault(team, {})[agent] = (mean, int(reviewed), int(calls))
        by_week[week] = teams
    return Means(last.run(weeks), by_week)


def own_weeks(means: Means, agent_id: str) -> list[Week]:
    """An agent's weeks, oldest first."""
    return [_week(week, means.by_week[week], agent_id) for week in means.weeks]


def _week(week: Period, teams: dict[str, dict[str, tuple[float | None, int, int]]], agent_id: str) -> Week:
    own = {team: agents[agent_id] for team, agents in teams.items() if agent_id in agents}
    if not own:
        return Week(week, None, 0, 0, None)
    team = max(own, key=lambda name: own[name][2])
    score, reviewed, calls = own[team]
    others = [mean for agent, (mean, _, _) in teams[team].items() if agent != agent_id and mean is not None]
    return Week(week, score, reviewed, calls, median(others) if len(others) >= LEAST_OTHERS else None)


_OWN = """
SELECT c.id AS call_id, c.started_at, c.duration_s, r.id, r.total, r.passed, r.comment, r.reviewed_at,
    EXISTS (SELECT 1 FROM review.acknowledgements WHERE review_id = r.id) AS seen
FROM calls.calls c CROSS JOIN review.reviews r ON r.call_id = c.id
WHERE c.agent_id = ? AND c.started_at >= ? AND r.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id)
ORDER BY r.reviewed_at DESC LIMIT ?
"""


def own_reviews(store: Path, agent_id: str, since: str, limit: int = 30) -> list[OwnReview]:
    """The latest reviews of an agent's calls that began at `since` (as the database writes instants) or later, newest first."""
    with reading(store) as connection:
        rows = connection.execute(_OWN, (agent_id, since, limit)).fetchall()
    appeals: dict[str, Appeal] = {}
    for appeal in Appeals(store, "UTC").of_agent(agent_id):
        appeals.setdefault(appeal.call_id, appeal)
    return [
        OwnReview(
            row["call_id"], from_text(row["started_at"]), row["duration_s"], row["id"], row["total"], bool(row["passed"]),
            row["comment"], from_text(row["reviewed_at"]), bool(row["seen"]), appeals.get(row["call_id"]),
        )
        for row in rows
    ]  # fmt: skip


def strong_items(store: Path, reviews: Sequence[OwnReview], form: Form, most: int = 4) -> list[tuple[str, int, int]]:
    """What was good: items graded best most often in these reviews, as (item, times best, times graded)."""
    best: Counter[str] = Counter()
    graded: Counter[str] = Counter()
    for own in reviews:
        review = Reviews(store).latest(own.call_id)
        for item, one in review.items.items() if review else ():
            share = form.share(item, one.grade) if item in form.items else None
            if share is not None:
                graded[item] += 1
                best[item] += share >= 1.0
    ranked = sorted((item for item in best if best[item]), key=lambda item: (-best[item] / graded[item], -graded[item], item))
    return [(item, best[item], graded[item]) for item in ranked[:most]]


def parted(review: Review, form: Form) -> tuple[list[str], list[str]]:
    """The items of a review that were good (良 and better) and those that were not, in the form's order; n/a left out."""
    good: list[str] = []
    rest: list[str] = []
    for item in form.items:
        one = review.items.get(item)
        share = form.share(item, one.grade) if one else None
        if share is not None:
            (good if share >= 0.8 else rest).append(item)
    return good, rest


def lost(review: Review, form: Form) -> dict[str, float]:
    """Item → how many of the 100 points its grade took (`quality.forms.form`'s total: of the graded items only); those that took
    none are left out."""
    shares = {item: form.share(item, one.grade) for item, one in review.items.items() if item in form.weights}
    graded = {item: share for item, share in shares.items() if share is not None}
    worth = sum(form.weights[item] for item in graded)
    return {item: 100 * form.weights[item] * (1 - share) / worth for item, share in graded.items() if share < 1}


def may_appeal(appeals: Appeals, review: Review, user: User, today: date) -> bool:
    """Whether the agent may still appeal against it: in time, and not done before."""
    in_time = today <= appeals.last_day(review)
    return in_time and bool(user.agent_id) and not any(a.review_id == review.id for a in appeals.of_call(review.call_id))
