"""Which calls a list shows, as SQL over the joined databases of `quality.store.reading` (calls.calls is `c`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from hw.messages import UserError
from quality import callproblems
from quality.callproblems import Wanted as Problems
from quality.scope import ALL, Scope
from recorder.times import to_text

SCORE_NAMES = ("compliance", "experience", "risk")


@dataclass(frozen=True)
class CallFilter:
    """What calls must all be; a field left at its default asks nothing.

    agent: agent id. number: digits that occur in either number. since, until: local dates, both included.
    min/max_duration_s: seconds. rule: id of a rule that fired. min/max_score: 0–100, of the score named by `score`
    ("compliance", "experience", "risk" or "form": the total of the review that holds). reviewed: by a person. priority:
    high priority. state: of the call; analysis: one of ANALYSIS_STATES. ids: only these calls (from a text search).
    answered: somebody took it. passed: the review that holds passed it. problem: what people found (quality.callproblems).
    faulty: a rule was broken on the agent's side.
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
    priority: bool | None = None
    direction: str | None = None
    state: str | None = None
    analysis: str | None = None
    ids: frozenset[str] | None = None
    answered: bool | None = None
    passed: bool | None = None
    problem: Problems | None = None
    faulty: bool | None = None
    scope: Scope = ALL


@dataclass(frozen=True)
class Condition:
    """A piece of a WHERE clause, or a SELECT of call ids, and its values."""

    sql: str
    values: tuple[object, ...] = ()


def conditions(wanted: CallFilter, zone: ZoneInfo) -> list[Condition]:
    """Everything the filter asks, as conditions on `c`."""
    return [*_on_call(wanted), *_on_time(wanted, zone), *_on_analysis(wanted), *_on_review(wanted), *_on_found(wanted)]


def narrow_sets(wanted: CallFilter, zone: ZoneInfo) -> list[Condition]:
    """SELECTs of call ids, each cheap by an index and a superset of the calls asked for. If one of them is short, the list is made
    from it instead of walking all calls in order."""
    sets = []
    if wanted.rule:
        sets.append(Condition("SELECT DISTINCT call_id FROM analysis.hits WHERE rule = ?", (wanted.rule,)))
    if wanted.priority:
        sets.append(Condition("SELECT call_id FROM analysis.results WHERE high_priority = 1"))
    if wanted.reviewed or (wanted.score == "form" and _scored(wanted)):
        sets.append(Condition("SELECT DISTINCT call_id FROM review.reviews"))
    if _scored(wanted) and wanted.score != "form":
        column = _score_column(wanted.score)
        sets.append(_between(f"SELECT call_id FROM analysis.results WHERE {column} BETWEEN ? AND ?", wanted))  # noqa: S608
    if wanted.analysis in ("failed", "parked", "put_off"):
        sets.append(Condition("SELECT call_id FROM analysis.jobs WHERE state = ?", (wanted.analysis,)))
    for agent in filter(None, (wanted.scope.agent, wanted.agent)):
        sets.append(Condition("SELECT id FROM calls.calls WHERE agent_id = ?", (agent,)))
    times = _on_time(wanted, zone)
    if times:
        where = " AND ".join(t.sql for t in times)
        sets.append(Condition(f"SELECT id FROM calls.calls c WHERE {where}", tuple(v for t in times for v in t.values)))  # noqa: S608
    if wanted.min_duration_s is not None:
        sets.append(Condition("SELECT id FROM calls.calls WHERE duration_s >= ?", (wanted.min_duration_s,)))
    if wanted.number:
        digits = _digits(wanted.number)
        found = "SELECT rowid FROM calls.calls WHERE instr(caller_number, ?) OR instr(called_number, ?)"
        sets.append(Condition(f"SELECT id FROM calls.calls WHERE rowid IN ({found})", (digits, digits)))  # noqa: S608
    return sets


def _on_call(wanted: CallFilter) -> list[Condition]:
    equal = {
        "agent_id": wanted.agent, "team": wanted.team, "line": wanted.line, "direction": wanted.direction, "state": wanted.state,
    }  # fmt: skip
    found = [Condition(f"c.{column} = ?", (value,)) for column, value in equal.items() if value]
    if not wanted.scope.everything:
        found.append(Condition(*wanted.scope.where()))
    if wanted.number:
        digits = _digits(wanted.number)
        found.append(Condition("(instr(c.caller_number, ?) OR instr(c.called_number, ?))", (digits, digits)))
    if wanted.min_duration_s is not None:
        found.append(Condition("c.duration_s >= ?", (wanted.min_duration_s,)))
    if wanted.max_duration_s is not None:
        found.append(Condition("c.duration_s <= ?", (wanted.max_duration_s,)))
    if wanted.ids is not None:
        found.append(id_list(wanted.ids))
    return found


def _on_time(wanted: CallFilter, zone: ZoneInfo) -> list[Condition]:
    found = []
    if wanted.since:
        found.append(Condition("c.started_at >= ?", (day_start(wanted.since, zone),)))
    if wanted.until and wanted.until < date.max:
        found.append(Condition("c.started_at < ?", (day_start(wanted.until + timedelta(days=1), zone),)))
    return found


def _on_analysis(wanted: CallFilter) -> list[Condition]:
    found = []
    if wanted.rule:
        found.append(Condition("EXISTS (SELECT 1 FROM analysis.hits WHERE call_id = c.id AND rule = ?)", (wanted.rule,)))
    if wanted.priority is not None:
        found.append(of_priority(wanted.priority))
    if wanted.analysis:
        found.append(_state_of_analysis(wanted.analysis))
    if _scored(wanted) and wanted.score != "form":
        column = _score_column(wanted.score)
        exists = f"EXISTS (SELECT 1 FROM analysis.results WHERE call_id = c.id AND {column} BETWEEN ? AND ?)"  # noqa: S608
        found.append(_between(exists, wanted))
    return found


def _on_review(wanted: CallFilter) -> list[Condition]:
    found = []
    if wanted.reviewed is not None:
        exists = "EXISTS (SELECT 1 FROM review.reviews WHERE call_id = c.id)"
        found.append(Condition(exists if wanted.reviewed else f"NOT {exists}"))
    if wanted.score == "form" and _scored(wanted):
        latest = "(SELECT total FROM review.reviews WHERE call_id = c.id ORDER BY version DESC LIMIT 1)"
        found.append(_between(f"{latest} BETWEEN ? AND ?", wanted))
    return found


def _on_found(wanted: CallFilter) -> list[Condition]:
    found = []
    if wanted.answered is not None:
        found.append(Condition("c.state NOT IN ('unanswered', 'recording')" if wanted.answered else "c.state = 'unanswered'"))
    if wanted.passed is not None:
        found.append(Condition(callproblems.passed(wanted.passed)))
    if wanted.problem is not None:
        found.append(Condition(*callproblems.condition(wanted.problem)))
    if wanted.faulty is not None:
        exists = "EXISTS (SELECT 1 FROM analysis.hits WHERE call_id = c.id AND side = 'agent')"
        found.append(Condition(exists if wanted.faulty else f"NOT {exists}"))
    return found


def _state_of_analysis(state: str) -> Condition:
    job = "EXISTS (SELECT 1 FROM analysis.jobs WHERE call_id = c.id{})"
    if state in ("done", "failed", "parked", "put_off"):
        return Condition(job.format(" AND state = ?"), (state,))
    calls = {"recording": "c.state = 'recording'", "none": "c.state = 'unanswered'"}
    on_call = calls.get(state, "c.state NOT IN ('recording', 'unanswered')")
    return Condition(f"{on_call} AND NOT {job.format('')}")


def _scored(wanted: CallFilter) -> bool:
    return wanted.min_score is not None or wanted.max_score is not None


def _score_column(name: str) -> str:
    if name not in SCORE_NAMES:
        raise UserError(
            f"Unknown score “{name}”. Use compliance, experience, risk or form.",
            f"未知的分数“{name}”，可用 compliance、experience、risk 或 form。",
        )
    return name


def _between(sql: str, wanted: CallFilter) -> Condition:
    low = 0.0 if wanted.min_score is None else wanted.min_score
    return Condition(sql, (low, 100.0 if wanted.max_score is None else wanted.max_score))


def of_priority(high: bool) -> Condition:
    """The call is of high priority, or is not."""
    exists = "EXISTS (SELECT 1 FROM analysis.results WHERE call_id = c.id AND high_priority = 1)"
    return Condition(exists if high else f"NOT {exists}")


def id_list(ids: frozenset[str]) -> Condition:
    """The call is one of these."""
    return Condition("c.id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(ids)),))


def day_start(day: date, zone: ZoneInfo) -> str:
    """The instant, as the database writes it, at which a local day begins."""
    return to_text(datetime.combine(day, clock_time(), zone).timestamp())


def _digits(number: str) -> str:
    # People paste numbers with spaces and hyphens; the lines give digits, * and #.
    return "".join(mark for mark in number if mark.isdigit() or mark in "+*#") or number
