"""Every number of the dashboard is the report's; what the list shows behind a number is what it counts; nothing unknown is 0."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from quality.access.scope import Scope
from quality.calls.filter import CallFilter
from quality.calls.problems import wanted
from quality.calls.views import Views
from quality.centre.make import read_truths
from quality.managing.dashboard import Dashboard, dashboard
from quality.managing.duties import duties
from quality.periods import period_of
from quality.reports.build import build
from quality.reports.facts import Box, gather
from quality.reports.keptfacts import keep_all
from quality.reports.model import Shown
from tests.quality.figures.test_kept import ZONE, last_day, noon


@pytest.fixture
def box(own_centre: Path) -> Box:
    last = last_day(own_centre)
    made = Box(own_centre, now=noon(last + timedelta(days=1)))
    keep_all(made, last - timedelta(days=130), last)
    return made


def month_of(box: Box) -> date:
    return last_day(box.store)


def test_key_figures_are_those_of_the_monthly_report(box: Box) -> None:
    period = period_of("month", month_of(box))
    shown, report = dashboard(box, period), build(box, "monthly", period)
    assert shown.figures == report.key_figures
    assert shown.calls == report.calls
    (table,) = [table for table in report.tables if table.title.en == "The 23 operating figures"]
    told = {row[0]: row[2] for row in table.rows}
    assert len(told) == len(shown.lines) == 23
    for line in shown.lines:
        value = told[line.figure.number]
        assert (value.value if isinstance(value, Shown) else None) == line.value.value


def test_the_list_behind_a_number_has_as_many_calls(box: Box) -> None:
    period = period_of("month", month_of(box))
    shown, views = dashboard(box, period), Views(box.store, ZONE)
    key = {figure.id: figure.value for figure in shown.figures}

    def listed(**more: object) -> int:
        page = views.list_calls(CallFilter(since=period.first, until=period.last, **more), limit=1)  # type: ignore[arg-type]
        assert page.total_exact
        return page.total

    assert listed() == key["calls"]
    assert listed(reviewed=True) == key["reviewed"]
    reviewed = listed(reviewed=True)
    assert listed(passed=True) / reviewed == pytest.approx(key["pass"])
    assert listed(passed=False) == reviewed - listed(passed=True)
    assert listed(faulty=True) == round((key["faulty"] or 0) * gather(box, period).total().analysed)
    facts = gather(box, period)
    for item in {row.item for row in facts.found().items if row.poor}:
        poor = sum(row.poor for row in facts.found().items if row.item == item)
        assert listed(problem=wanted(box.store, item=item)) == poor, item
    for mood in (*shown.moods, *shown.rules):
        assert listed(rule=mood.rule) == mood.calls


def test_problems_by_class_are_the_calls_with_such_a_grade(box: Box) -> None:
    period = period_of("month", month_of(box))
    _, severe, slight = dashboard(box, period).classes or (0, 0, 0)
    views = Views(box.store, ZONE)
    for klass, counted in (("B", severe), ("C", slight)):
        asked = CallFilter(since=period.first, until=period.last, problem=wanted(box.store, klass))
        calls = views.list_calls(asked, limit=1).total
        assert 0 < calls <= counted  # a call may have several


def test_the_planted_bad_agent_stands_first_and_nobody_else_is_named(box: Box) -> None:
    shown = dashboard(box, period_of("month", month_of(box)))
    bad = read_truths(box.store)["bad_agent"]
    out = {row.key for row in shown.agents if row.standing and row.standing.out and row.standing.worse}
    assert out <= {bad}  # of eight agents with thirty reviews each hardly anybody can be told from chance
    assert shown.agents[0].key == bad
    assert all(row.passed.low <= row.passed.value <= row.passed.high for row in shown.agents if row.passed.value is not None)  # type: ignore[operator]


def test_one_groups_dashboard_is_the_groups_part_of_the_whole(box: Box) -> None:
    period = period_of("month", month_of(box))
    whole, facts = dashboard(box, period), gather(box, period)
    total = 0
    for group in whole.groups:
        own = dashboard(box, period, frozenset({group.key}))
        assert own.calls == facts.by_team()[group.key].calls
        assert {row.team for row in own.agents} == {group.key}
        total += own.calls
    assert total == sum(sums.calls for team, sums in facts.by_team().items() if team)


def test_a_period_without_calls_knows_nothing_and_says_so(box: Box) -> None:
    shown = dashboard(box, period_of("month", date(2024, 1, 5)))
    assert shown.calls == 0
    assert shown.classes is None
    assert shown.pass_rate is None
    known = {line.figure.id for line in shown.lines if line.value.value is not None}
    assert known <= {"turnover"}  # the book of people knows who was there before the box
    assert all(line.value.why for line in shown.lines if line.value.value is None)


def test_duties_count_what_waits_for_who_may_see_it(box: Box) -> None:
    every = duties(box.store, ZONE, today=month_of(box))
    none = duties(box.store, ZONE, Scope(groups=frozenset({"没有的班组"})), today=month_of(box))
    assert every.month_given >= none.month_given == 0
    assert none.alerts == {}
    assert none.appeals.waiting == none.coaching.waiting == 0


def test_examples_of_a_problem_are_reviewed_calls_of_it(box: Box) -> None:
    shown: Dashboard = dashboard(box, period_of("month", month_of(box)))
    for trouble in shown.troubles:
        assert trouble.examples
        assert all(place.team == trouble.problem.team and place.at_s >= 0 for place in trouble.examples)
        assert all(trouble.problem.agent in ("", place.agent_id) for place in trouble.examples)
