"""Reports add up: days make weeks, weeks and days make months, groups and agents make the whole, in every total."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw.messages import Message, UserError
from quality.figures.book import shipped_figures
from quality.figures.rulestore import change_figure_rules
from quality.figures.sums import NAMES, Sums, total
from quality.periods import Period, parse, period_of
from quality.reports.build import KINDS, build
from quality.reports.facts import Box, Facts, gather
from quality.reports.model import Report, Table
from quality.weekly.page import weekly_summary
from recorder.settings.sections import QualityRules, Settings, Store
from recorder.times import from_text
from tests.quality.department import SMALL, ZONE
from tests.quality.factory import fill, opened

NOW = from_text("2026-12-20T04:00:00Z")


def box_of(store: Path, now: float = NOW) -> Box:
    return Box(store, "演示中心", ZONE, None, now)


@pytest.fixture(scope="module")
def months(centre: Path) -> list[Facts]:
    return [gather(box_of(centre), parse("month", name)) for name in ("2026-08", "2026-09")]


OF_CALLS = (
    "calls", "answered", "incoming", "answered_in", "audio_calls", "audio_ms", "decided", "resolved", "reviewed", "review_points",
    "passed", "analysed", "compliance", "experience", "risk", "high_priority", "hits", "faulty",
)  # fmt: skip


def same(first: Sums, second: Sums, names: Sequence[str] = NAMES) -> bool:
    return all(math.isclose(getattr(first, n), getattr(second, n), rel_tol=1e-9, abs_tol=1e-6) for n in names)


def table(report: Report, title: str) -> Table:
    return next(found for found in report.tables if found.title.zh == title)


def column(found: Table, name: str) -> list[object]:
    place = next(n for n, own in enumerate(found.columns) if own.name.zh == name)
    return [row[place] for row in found.rows]


def test_days_made_alone_add_up_to_the_month_in_every_total(centre: Path, months: list[Facts]) -> None:
    month = months[1]
    days = [gather(box_of(centre), period_of("day", day)) for day in month.period.days[:10]]
    span = Period("day", days[0].period.first, days[-1].period.last)
    assert same(total(day.total() for day in days), month.total(span))
    kinds = [sum(n) for n in zip(*(day.found().classes for day in days), strict=True)]
    assert kinds == list(month.found(span).classes)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.sets(st.integers(1, 60), max_size=6))
def test_however_the_days_are_cut_the_parts_add_up(months: list[Facts], cuts: set[int]) -> None:
    """Both months in one detail, cut anywhere: every total of every part is the whole's, and so are groups and agents."""
    whole = months[1]
    first, last = SMALL.days[0], SMALL.days[-1]
    edges = [0, *sorted(cuts), (last - first).days + 1]
    parts = [
        Period("day", first + timedelta(days=a), first + timedelta(days=b - 1)) for a, b in pairwise(edges)
    ]  # fmt: skip
    everything = Period("day", first, last)
    assert same(total(whole.total(part) for part in parts), whole.total(everything))
    assert same(total(sums for part in parts for sums in whole.by_day(part).values()), whole.total(everything))
    for by in (whole.by_team, whole.by_agent):  # nobody's busy signals and days off work are in no group
        assert same(total(sums for part in parts for sums in by(part).values()), whole.total(everything), OF_CALLS)
    classes = [sum(n) for n in zip(*(whole.found(part).classes for part in parts), strict=True)]
    assert classes == list(whole.found(everything).classes)


def test_weeks_within_a_month_and_the_days_left_over_are_the_month(centre: Path, months: list[Facts]) -> None:
    month = months[1].period
    mondays = [day for day in month.days if day.weekday() == 0 and day + timedelta(days=6) <= month.last]
    weeks = [gather(box_of(centre), period_of("week", monday)) for monday in mondays]
    covered = {day for week in weeks for day in week.period.days}
    rest = [gather(box_of(centre), period_of("day", day)) for day in month.days if day not in covered]
    assert same(total(part.total() for part in (*weeks, *rest)), months[1].total())


def test_months_make_the_quarter(centre: Path, months: list[Facts]) -> None:
    quarter = gather(box_of(centre), parse("quarter", "2026-Q3"))
    assert same(quarter.total(), total(month.total() for month in months), OF_CALLS)
    assert [same(quarter.total(month.period), month.total()) for month in months] == [True, True]


@pytest.mark.parametrize("title", ["每日", "班组", "座席"])
def test_the_tables_of_a_report_add_up_to_its_key_figures(centre: Path, title: str) -> None:
    report = build(box_of(centre), "monthly", parse("month", "2026-09"))
    key = {figure.name.zh: figure.value for figure in report.key_figures}
    found = table(report, title)
    skip = 1 if title == "班组" else 0  # its last row is the centre
    for name in ("通话数", "监听量", "A 类问题", "B 类问题", "C 类问题"):
        values = column(found, name)[: len(found.rows) - skip]
        assert sum(float(str(v)) for v in values if v is not None) == key[name], name


def test_the_daily_listing_lists_what_was_counted(centre: Path) -> None:
    report = build(box_of(centre), "daily", parse("day", "2026-09-15"))
    key = {figure.name.zh: figure.value for figure in report.key_figures}
    assert len(table(report, "通话明细").rows) == key["通话数"] == report.calls
    listened = table(report, "监听明细")
    assert len(listened.rows) == key["监听量"]
    named = [str(text.zh) for text in column(listened, "发现的问题") if isinstance(text, Message)]
    for mark in "ABC":
        assert sum(part.startswith(f"{mark} ") for text in named for part in text.split("；")) == key[f"{mark} 类问题"]


def test_the_page_and_the_report_of_a_week_say_the_same(centre: Path) -> None:
    page, report = weekly_summary(centre, "2026-W36", ZONE, now=NOW), build(box_of(centre), "weekly", parse("week", "2026-W36"))
    key = {figure.name.zh: figure.value for figure in report.key_figures}
    assert (page.calls, page.total.reviewed) == (key["通话数"], key["监听量"])
    assert page.total.pass_rate == pytest.approx(key["总体合格率"])
    assert page.total.form_score == pytest.approx(key["平均分"])
    assert [d.row.id for d in page.detail] == column(table(report, "通话明细"), "通话编号")
    assert [d.row.id for d in page.worst] == column(table(report, "最差通话"), "通话编号")
    assert [d.row.id for d in page.best] == column(table(report, "最佳通话"), "通话编号")
    assert [d.machine_form for d in page.detail] == column(table(report, "通话明细"), "机器表单分")
    assert {r.rule: (r.calls, r.hits) for r in page.rules} == {
        row[1]: (row[2], row[3]) for row in table(report, "规则").rows
    }  # fmt: skip


def test_a_call_that_is_still_on_counts_when_it_is_over(tmp_path: Path) -> None:
    made = fill(tmp_path, calls=30)
    with opened(tmp_path / "calls.db", ()) as database:
        database.execute("UPDATE calls SET state = 'recording', ended_at = NULL, duration_s = NULL WHERE id = ?", (made[-1].id,))
    report, page = build(box_of(tmp_path), "weekly", parse("week", "2026-W47")), weekly_summary(tmp_path, "2026-W47", ZONE, now=NOW)
    assert report.calls == page.calls == len(table(report, "通话明细").rows) == 29


def test_against_the_period_before_is_what_that_period_said_itself(centre: Path) -> None:
    september = build(box_of(centre), "monthly", parse("month", "2026-09"))
    august = build(box_of(centre), "monthly", parse("month", "2026-08"))
    said = {figure.name.zh: figure.value for figure in august.key_figures}
    for figure in september.key_figures:
        if figure.name.zh != "重复来电率":  # a call of August's last days was settled, or not, in September
            assert figure.before == pytest.approx(said[figure.name.zh]), figure.name.zh


@pytest.mark.parametrize("kind", KINDS)
def test_a_period_without_calls_says_so(centre: Path, kind: str) -> None:
    period = period_of(KINDS[kind].periods[0], date(2026, 12, 1) if kind != "quarterly" else date(2026, 1, 5))
    report = build(box_of(centre), kind, period)
    assert report.calls == 0
    assert report.sections == ()
    assert any("No calls were recorded" in note.en for note in report.notes)
    rates = [f for f in report.key_figures if f.kind in ("percent", "one")]
    assert [f.value for f in rates] == [None] * len(rates)


@pytest.mark.parametrize("kind", KINDS)
def test_a_box_that_never_recorded_gives_a_clear_report(tmp_path: Path, kind: str) -> None:
    report = build(box_of(tmp_path), kind, period_of(KINDS[kind].periods[0], date(2026, 11, 2)))
    assert report.calls == 0
    assert all(f.before is None for f in report.key_figures)


def test_a_period_to_come_and_one_that_is_not_over_say_so(centre: Path) -> None:
    box = box_of(centre, from_text("2026-09-10T04:00:00Z"))
    assert "has not begun" in build(box, "monthly", parse("month", "2026-10")).notes[0].en
    assert "is not over" in build(box, "monthly", parse("month", "2026-09")).notes[0].en


def test_the_first_month_has_nothing_to_compare_with(centre: Path) -> None:
    report = build(box_of(centre), "monthly", parse("month", "2026-08"))
    assert any("nothing to compare with" in note.en for note in report.notes)
    assert {figure.before for figure in report.key_figures} == {None}
    assert set(column(table(report, "班组"), "上期")) == {None}
    assert set(column(table(report, "班组"), "变化（百分点）")) == {None}


def test_calls_without_agent_group_or_review(tmp_path: Path) -> None:
    made = fill(tmp_path, calls=60)
    with opened(tmp_path / "calls.db", ()) as database:
        database.execute("UPDATE calls SET agent_id = NULL, team = ''")
    report = build(box_of(tmp_path), "weekly", parse("week", "2026-W47"))
    assert report.calls == len(made)
    assert len(table(report, "班组").rows) == 2  # nobody's group, and the centre
    assert set(column(table(report, "班组"), "合格率")) == {None}
    assert set(column(table(report, "班组"), "A 类问题")) == {None}
    assert any("No call of this period was reviewed" in note.en for note in report.notes)


def test_a_group_without_agents_at_work_is_not_in_the_table(centre: Path, tmp_path: Path) -> None:
    from quality.staff.people import People, Person  # noqa: PLC0415

    shutil.copytree(centre, tmp_path / "c")
    People(tmp_path / "c").save([Person("9001", "新组长", team="新组")], "test")
    report = build(box_of(tmp_path / "c"), "monthly", parse("month", "2026-09"))
    assert "新组" not in column(table(report, "班组"), "班组")


@pytest.mark.parametrize(
    ("kind", "period"), [("monthly", "week"), ("daily", "month"), ("quarterly", "month"), ("forecast", "day")]
)  # fmt: skip
def test_a_report_of_the_wrong_period_is_refused(centre: Path, kind: str, period: str) -> None:
    with pytest.raises(UserError, match="is made of a"):
        build(box_of(centre), kind, period_of(period, date(2026, 9, 1)))


@pytest.mark.parametrize(
    ("kind", "text", "first", "last", "before"),
    [
        ("day", "2026-03-01", "2026-03-01", "2026-03-01", "2026-02-28"),
        ("week", "2026-W01", "2025-12-29", "2026-01-04", "2025-W52"),
        ("month", "2028-02", "2028-02-01", "2028-02-29", "2028-01"),
        ("quarter", "2026-q1", "2026-01-01", "2026-03-31", "2025-Q4"),
    ],
)  # fmt: skip
def test_periods(kind: str, text: str, first: str, last: str, before: str) -> None:
    period = parse(kind, text)
    assert (period.first.isoformat(), period.last.isoformat(), period.before.name) == (first, last, before)
    assert parse(kind, period.name) == period == period.before.after


@pytest.mark.parametrize(
    ("kind", "text"), [("day", "2026-02-30"), ("day", "today"), ("month", "2026-13"), ("quarter", "2026-Q5"), ("month", "٢٠٢٦-٠١")]
)  # fmt: skip
def test_what_is_no_period_is_said(kind: str, text: str) -> None:
    with pytest.raises(UserError):
        parse(kind, text)


@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(2001, 1, 1), date(2099, 12, 31)), kind=st.sampled_from(["day", "week", "month", "quarter"]))
def test_every_day_is_in_its_period_and_periods_touch(day: date, kind: str) -> None:
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert period.before.last + timedelta(days=1) == period.first
    assert parse(kind, period.name) == period


def test_a_sites_own_limits_are_the_reports() -> None:
    site = Settings(store=Store("/srv/box"), quality=QualityRules(common_problem=0.4, individual_problem=0.9))
    box = Box.of(site)
    assert (box.store, box.limits.common, box.limits.individual) == (Path("/srv/box"), 0.4, 0.9)


def test_a_box_s_own_targets_are_the_reports(own_centre: Path) -> None:
    def told(name: str) -> tuple[object, ...]:
        tables = build(box_of(own_centre), "weekly", parse("week", "2026-W37")).tables
        (operating,) = (table for table in tables if table.title.en == "The 23 operating figures")
        return next(row for row in operating.rows if isinstance(row[1], Message) and row[1].en == name)

    level = next(figure for figure in shipped_figures() if figure.id == "service_level")
    before = told(level.name.en)
    change_figure_rules(own_centre, {"rules": {"service_s": 1}, "targets": {"service_level": {"min": 0.97}}}, "主管", 0)
    after = told(level.name.en)
    assert "97" in str(after[4])
    assert after[4] != before[4]
    assert after[2] != before[2]  # answered within one second is another share than within twenty
