"""What is planted in the made centre stands in the report that should tell it, and no other group's or agent's does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hw.messages import Message
from quality.centre.cast import PROBLEM_ITEM, Spec, Truths, make_cast
from quality.centre.make import make_centre
from quality.forms.documents import load_form
from quality.periods import period_of
from quality.reports.build import build
from quality.reports.facts import Box
from quality.reports.model import Report
from quality.reports.parts.columns import BETTER, WORSE
from quality.reports.parts.signals import STANDS_OUT
from recorder.times import from_text
from tests.quality.department import SMALL, ZONE
from tests.quality.reports.test_reports import column, table

PROBLEM = load_form().items[PROBLEM_ITEM].name.zh


@dataclass(frozen=True)
class Told:
    """A made centre's reports: of the last month and the one before it, of the product's week and of one without it."""

    spec: Spec
    truths: Truths
    reports: dict[str, Report]

    def __getitem__(self, name: str) -> Report:
        return self.reports[name]


@pytest.fixture(scope="module", params=["small", pytest.param("full", marks=pytest.mark.slow)])
def told_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    if request.param == "small":
        return reports_of(request.getfixturevalue("centre"), SMALL)
    store = tmp_path_factory.mktemp("full")
    make_centre(store, Spec())
    return reports_of(store, Spec())


def reports_of(store: Path, spec: Spec) -> Told:
    box, truths = Box(store, "演示中心", ZONE, None, from_text("2026-12-20T04:00:00Z")), make_cast(spec).truths
    last, week = period_of("month", spec.last), period_of("week", truths.product_week)
    reports = {
        "before": build(box, "monthly", last.before), "after": build(box, "monthly", last), "week": build(box, "weekly", week),
        "other week": build(box, "weekly", week.before.before), "training": build(box, "training", last),
        "cases": build(box, "cases", last.before), "quarter": build(box, "quarterly", period_of("quarter", last.before.first)),
    }  # fmt: skip
    return Told(spec, truths, reports)


def told(report: Report, title: str, *names: str) -> list[tuple[str, ...]]:
    columns = [column(table(report, title), name) for name in names]
    return [tuple(v.zh if isinstance(v, Message) else str(v) for v in row) for row in zip(*columns, strict=True)]


def test_the_common_problem_is_its_group_s_alone(told_of: Told) -> None:
    for name in ("before", "cases"):
        assert told(told_of[name], "共性问题", "班组", "评分项") == [(told_of.truths.problem_team, PROBLEM)]
    assert told(told_of["before"], "集中培训建议", "班组", "评分项") == [(told_of.truths.problem_team, PROBLEM)]
    cases = told(told_of["cases"], "普遍案例", "班组", "评分项")
    assert set(cases) == {(told_of.truths.problem_team, PROBLEM)}


def test_the_training_that_cured_it_is_seen_to_have_helped(told_of: Told) -> None:
    assert told_of.spec.days[0] < told_of.truths.trained_on < told_of.spec.last - timedelta(days=10)
    for name in ("after", "training"):
        assert told(told_of[name], "培训效果跟踪", "班组", "评分项", "判断") == [(told_of.truths.problem_team, PROBLEM, BETTER.zh)]
    assert told(told_of["after"], "改进与退步（与上期对比）", "班组", "评分项", "判断") == [
        (told_of.truths.problem_team, PROBLEM, BETTER.zh)
    ]


@pytest.mark.parametrize("month", ["before", "after", "quarter"])
def test_the_bad_agent_stands_out_to_people_and_machine(told_of: Told, month: str) -> None:
    bad = told_of.truths.bad_agent
    assert {row[0][:4] for row in told(told_of[month], "机检违规偏多的座席", "座席")} == {bad}
    whole = {row[0][:4] for row in told(told_of[month], "个性问题", "座席", "评分项") if row[1] == "整体表现"}
    assert whole == {bad}
    assert {row[0][:4] for row in told(told_of[month], "A 类问题：服务禁忌", "座席")} <= {bad}


@pytest.mark.parametrize("month", ["before", "after", "week", "quarter"])
def test_the_biased_inspector_stands_out(told_of: Told, month: str) -> None:
    out = [row[0] for row in told(told_of[month], "质检员评分一致性", "质检员", "判断") if row[1] == STANDS_OUT.zh]
    assert out == [told_of.truths.biased_inspector]


def test_the_group_with_rising_repeats_is_worse_and_no_other(told_of: Told) -> None:
    if told_of.spec == SMALL:
        pytest.skip("two agents' calls of three weeks are too few to say so; see the full centre")
    worse = [row[0] for row in told(told_of["after"], "重复来电", "班组", "判断") if row[1] == WORSE.zh and row[0] != "全中心"]
    assert worse == [told_of.truths.repeat_team]
    assert not [row for row in told(told_of["before"], "重复来电", "判断") if row[0] == WORSE.zh]


def test_the_product_s_week_is_told_in_its_week(told_of: Told) -> None:
    assert told(told_of["other week"], "投诉骤增的主题", "周") == []
    if told_of.spec == SMALL:
        pytest.skip("its week has too few complaints; see the full centre")
    found = told(told_of["week"], "投诉骤增的主题", "周", "来电内容")
    assert found
    assert {row[0] for row in found} == {period_of("week", told_of.truths.product_week).name}
    assert all(told_of.truths.product in row[1] for row in found)
