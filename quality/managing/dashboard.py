"""What a manager looks at for five minutes on Friday: one period of the centre, of one group or of some, against the one before,
put together from the same facts and by the same rules as the reports, so that every number is the report's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from hw.messages import Message
from quality.calls.moments import Place, places
from quality.figures.book import Figure, marks
from quality.figures.sheet import Line, Sheet, Subject, sheet_of
from quality.figures.standing import Standing, standings
from quality.figures.values import Value
from quality.improving.problems import Count, Problem
from quality.periods import Period, period_of
from quality.reports.facts import Box, Facts, share
from quality.reports.keptfacts import KeptFacts, gather_kept
from quality.reports.model import KeyFigure
from quality.reports.parts import problems as problem_parts
from quality.reports.parts import volume
from quality.reports.parts.cases import example_calls
from quality.reports.parts.columns import verdict

WEEKS = 12
"""Of history that the trends show."""
EXAMPLES = 3
"""Calls beside a problem."""
SHOWN = 8
"""Problems, and rules, that are shown."""
MOODS = ("customer_anger", "agent_tone")
"""The rules that tell of emotion."""


@dataclass(frozen=True)
class Point:
    """One week of the trend. passed: the pass rate. partly: the week is not over."""

    period: Period
    passed: Value
    reviewed: int
    calls: int
    partly: bool


@dataclass(frozen=True)
class Compared:
    """An agent or a group beside the others. passed: the pass rate with its interval. standing: against all the others together,
    None where that cannot be said. calls, reviewed, score: of the period; before: the pass rate of the one before."""

    key: str
    name: str
    team: str
    calls: int
    reviewed: int
    passed: Value
    score: float | None
    before: float | None
    standing: Standing | None


@dataclass(frozen=True)
class Trouble:
    """A problem with calls that show it. now, before: of the calls listened to. told: whether it moved by more than chance."""

    problem: Problem
    name: Message
    now: Count
    before: Count
    told: Message
    examples: tuple[Place, ...]


@dataclass(frozen=True)
class RuleCount:
    """A rule broken, over all analysed calls. share, before: of the analysed calls, None where nothing is analysed."""

    rule: str
    calls: int
    share: float | None
    before: float | None
    told: Message


@dataclass(frozen=True)
class Dashboard:
    """teams: the groups it is of, None: all. as_of: UTC epoch seconds, see KeptFacts; missing: days not in it yet. lines: the 23
    figures. moods: calls with an emotion alert. classes: A, B and C problems, None when nobody listened."""

    period: Period
    teams: frozenset[str] | None
    as_of: float | None
    missing: int
    over: bool
    calls: int
    figures: tuple[KeyFigure, ...]
    lines: tuple[Line, ...]
    trend: tuple[Point, ...]
    groups: tuple[Compared, ...]
    agents: tuple[Compared, ...]
    pass_rate: float | None
    troubles: tuple[Trouble, ...]
    rules: tuple[RuleCount, ...]
    moods: tuple[RuleCount, ...]
    classes: tuple[int, int, int] | None

    def line(self, figure: str) -> Line:
        """One of the 23."""
        return next(line for line in self.lines if line.figure.id == figure)


def dashboard(box: Box, period: Period, teams: frozenset[str] | None = None) -> Dashboard:
    """Put together for a period. teams: only these groups. Raises UserError when the databases cannot be used."""
    kept = gather_kept(box, period, WEEKS, teams)
    facts = kept.facts
    found = problem_parts.found(facts)
    rules = _rules(facts)
    return Dashboard(
        period=period, teams=teams, as_of=kept.as_of, missing=_missing(kept, period), over=period.last < box.today,
        calls=facts.total().calls, figures=volume.key_figures(facts), lines=_lines(facts, teams), trend=_trend(facts),
        groups=_compared(facts, "group"), agents=_compared(facts, "agent"),
        pass_rate=share(facts.total().passed, facts.total().reviewed), troubles=tuple(_trouble(facts, p) for p in found[:SHOWN]),
        rules=tuple(rules[:SHOWN]), moods=tuple(_mood(rules, rule, facts) for rule in MOODS),
        classes=facts.found().classes if facts.total().reviewed else None,
    )  # fmt: skip


def latest(box: Box, kind: str) -> Period:
    """The period a dashboard opens with: the one that holds yesterday, so that a week that begins today is not an empty page."""
    return period_of(kind, box.today - timedelta(days=1))


def _missing(kept: KeptFacts, period: Period) -> int:
    first = min(period.before.first, period.first)
    return sum(first <= day <= period.last for day in kept.missing)


def _lines(facts: Facts, teams: frozenset[str] | None) -> tuple[Line, ...]:
    """The 23 of the centre, or of one group; of several groups together they are told as of one."""
    periods = [facts.period.before, facts.period]
    if teams is None:
        return _subject(sheet_of(facts.detail, periods, figures=facts.figures)).lines
    return of_groups(facts, periods)


def of_groups(facts: Facts, periods: Sequence[Period]) -> tuple[Line, ...]:
    """The 23 of some groups as if they were one."""
    rows = tuple(replace(row, team="·") for row in facts.detail.rows)
    sheet = sheet_of(replace(facts.detail, rows=rows), periods, "group", facts.figures)
    if not sheet.subjects:
        return _subject(sheet_of(facts.detail, periods, figures=facts.figures)).lines
    return _subject(sheet).lines


def _subject(sheet: Sheet) -> Subject:
    return sheet.subjects[0]


def _trend(facts: Facts) -> tuple[Point, ...]:
    weeks = period_of("week", facts.period.last).run(WEEKS)
    (passed,) = [figure for figure in marks() if figure.id == "pass_rate"]
    found = []
    for week in weeks:
        sums, whole = facts.total(week), sheet_of(facts.detail, [week.before, week], figures=[passed])
        partly = week.last >= facts.box.today
        found.append(Point(week, _subject(whole).lines[0].value, sums.reviewed, sums.calls, partly))
    return tuple(found)


def _compared(facts: Facts, by: str) -> tuple[Compared, ...]:
    figure = _pass_figure()
    sheet = sheet_of(facts.detail, [facts.period.before, facts.period], by, [figure])
    standing = {s.subject.key: s for s in standings(sheet, [figure])["pass_rate"]}
    sums = facts.by_agent() if by == "agent" else facts.by_team()
    rows = []
    for subject in sheet.subjects:
        own = sums.get(subject.key)
        if own is None or not subject.key:
            continue
        line = subject.lines[0]
        rows.append(Compared(
            subject.key, subject.name, subject.team, own.calls, own.reviewed, line.value, share(own.review_points, own.reviewed),
            line.change.before, standing.get(subject.key),
        ))  # fmt: skip
    return tuple(sorted(rows, key=_worst_first))


def _worst_first(row: Compared) -> tuple[int, float, str]:
    out = row.standing is not None and row.standing.out
    value = row.passed.value
    return (0 if out and row.standing and row.standing.worse else 1, 2.0 if value is None else value, row.key)


def _pass_figure() -> Figure:
    return next(figure for figure in marks() if figure.id == "pass_rate")


def _trouble(facts: Facts, problem: Problem) -> Trouble:
    before = problem_parts.count_before(facts, problem)
    name = facts.item_name(problem.form_id, problem.item) if problem.item else problem_parts.ON_THE_WHOLE
    calls = [(row["id"], row["item"]) for row in example_calls(facts, problem, EXAMPLES)]
    return Trouble(problem, name, problem.count, before, verdict(problem.count, before), places(facts.box.store, calls))


def _rules(facts: Facts) -> list[RuleCount]:
    now, before = problem_parts.rule_counts(facts.found()), problem_parts.rule_counts(facts.found(facts.period.before))
    analysed, earlier = facts.total().analysed, facts.total(facts.period.before).analysed
    ordered = sorted(now.items(), key=lambda pair: (-pair[1][0], pair[0]))
    return [_rule(rule, (calls, analysed), (before.get(rule, (0, 0))[0], earlier)) for rule, (calls, _) in ordered]


def _rule(rule: str, now: tuple[int, int], before: tuple[int, int]) -> RuleCount:
    told = verdict(Count(now[1], now[0]), Count(before[1], before[0]))
    return RuleCount(rule, now[0], share(*now), share(*before), told)


def _mood(rules: Sequence[RuleCount], rule: str, facts: Facts) -> RuleCount:
    """Also when there was none: 0 of the analysed calls is a number, and it is known."""
    found = next((one for one in rules if one.rule == rule), None)
    if found:
        return found
    before = problem_parts.rule_counts(facts.found(facts.period.before)).get(rule, (0, 0))[0]
    return _rule(rule, (0, facts.total().analysed), (before, facts.total(facts.period.before).analysed))
