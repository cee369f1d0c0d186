"""The 23 figures: what counts and what does not, why one is unknown, and how sure one is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.figures.book import LEVELS, Rules, marks, shipped_figures
from quality.figures.detail import daily_detail
from quality.figures.rulestore import change_figure_rules, figure_rules
from quality.figures.sheet import Sheet, figure_sheet
from quality.figures.sums import NAMES
from quality.figures.words import change_text, shown, sparkline, target_text
from quality.periods import Period, period_of
from tests.quality.figures.figurebox import Box, Record, Spoken, at

ZONE = "Asia/Shanghai"
NOW = at("2027-01-01")
DAY = date(2026, 11, 2)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def sheet(box: Box, period: Period | None = None, by: str = "centre", now: float = NOW) -> Sheet:
    return figure_sheet(box.store, period or period_of("day", DAY), ZONE, by=by, now=now)


def value(box: Box, figure: str, period: Period | None = None, now: float = NOW) -> float | None:
    return sheet(box, period, now=now).subjects[0].line(figure).value.value


def test_there_are_23_each_complete_in_both_languages() -> None:
    figures = shipped_figures()
    assert [f.number for f in figures] == list(range(1, 24))
    assert len({f.id for f in (*figures, *marks())}) == len(figures) + len(marks())
    for figure in (*figures, *marks()):
        for text in (figure.name, figure.what, figure.formula, figure.unknown):
            assert text.en
            assert text.zh
        assert {figure.top, figure.bottom, figure.squares, *figure.centre} - {""} <= set(NAMES)
        assert set(figure.levels) <= set(LEVELS)
    assert [f.id for f in figures if f.target is None] == ["total_calls"]


def test_the_customers_own_targets() -> None:
    """domain.md: 92 %, 30–60 s, 2–5 yuan, 15–30 %, 80 % within 20 s."""
    own = {f.id: (f.target.low, f.target.high) for f in shipped_figures() if f.target and not f.target.usual}
    assert own["adherence"] == (0.92, None)
    assert own["after_call_work"] == (30, 60)
    assert own["cost_per_call"] == (2, 5)
    assert own["turnover"] == (0.15, 0.3)
    assert own["service_level"] == (0.8, None)
    assert Rules().service_s == Rules().short_abandon_s == 20.0


def test_the_document_has_every_figure_as_it_is() -> None:
    page = (Path(__file__).parents[3] / "docs" / "figures.md").read_text("utf-8")
    for figure in shipped_figures():
        row = next(line for line in page.splitlines() if line.startswith(f"| {figure.number} |"))
        for text in (f"`{figure.id}`", f"{figure.name.zh} · {figure.name.en}", target_text(figure).removesuffix(" *")):
            assert text in row
        assert ("*" in row) == bool(figure.target and figure.target.usual)


def test_a_store_without_anything_says_why_of_every_figure(box: Box) -> None:
    (centre,) = sheet(box, period_of("month", DAY)).subjects
    for line in centre.lines:
        assert line.value.value is None
        assert line.value.why is not None
        assert line.met is None
        assert line.change.real is None


def test_a_month_with_no_calls_between_others_has_none_and_knows_it(box: Box) -> None:
    box.fill([Spoken(at("2026-08-05 10:00")), Spoken(at("2026-10-05 10:00"))])
    month = period_of("month", date(2026, 9, 1))
    assert value(box, "total_calls", month) == 0
    assert value(box, "answer_rate", month) is None
    assert value(box, "total_calls", period_of("month", date(2026, 7, 1))) is None
    assert value(box, "total_calls", period_of("month", date(2027, 2, 1))) is None


def test_calls_nobody_answered(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00") + n, None, ring=wait) for n, wait in enumerate((3.0, 20.0, 20.1, 40.1))])
    (centre,) = sheet(box).subjects
    assert centre.line("answer_rate").value.value == 0
    assert centre.line("service_level").value.value == 0
    assert centre.line("abandon_rate").value.value == 1
    assert centre.line("abandon_rate").value.volume == 2
    assert centre.line("abandon_time").value.value == pytest.approx(30.1)
    for unknown in ("talk_time", "answer_speed", "hold_time", "first_call_resolution"):
        assert centre.line(unknown).value.value is None


def test_within_twenty_seconds_of_queue_and_ringing(box: Box) -> None:
    moment = at("2026-11-02 10:00")
    box.fill([
        Spoken(moment, ring=20.0), Spoken(moment + 1, ring=20.1), Spoken(moment + 2, ring=15.0, records=(Record(queue=5.0),)),
        Spoken(moment + 3, ring=15.0, records=(Record(queue=5.1),)), Spoken(moment + 4, ring=None),
    ])  # fmt: skip
    (centre,) = sheet(box).subjects
    assert centre.line("service_level").value.value == 2 / 4
    assert centre.line("answer_speed").value.value == pytest.approx((20 + 20.1 + 20 + 20.1) / 4)
    note = centre.line("answer_speed").value.note
    assert note is not None
    assert "2 of 4" in note.en


@pytest.mark.parametrize(("hours", "settled"), [(0.5, False), (71.99, False), (72.001, True)])
def test_another_call_of_the_number_within_three_days(box: Box, hours: float, settled: bool) -> None:
    first = at("2026-11-02 10:00")
    ended = first + 5 + 60
    box.fill([Spoken(first), Spoken(ended + hours * 3600, None, agent="8003", team="乙")])
    assert value(box, "first_call_resolution") == float(settled)


def test_calling_back_counts_too_and_other_numbers_do_not(box: Box) -> None:
    first = at("2026-11-02 10:00")
    other = Spoken(first + 7200, number="13800000002", direction="out")
    box.fill([Spoken(first), other])
    assert value(box, "first_call_resolution") == 1
    box.empty()
    box.fill([Spoken(first), Spoken(first + 7200, direction="out")])
    assert value(box, "first_call_resolution") == 0


def test_a_call_is_not_settled_before_its_days_are_over(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00"))])
    early = sheet(box, now=at("2026-11-05 09:00")).subjects[0].line("first_call_resolution").value
    assert early.value is None
    assert early.why is not None
    assert value(box, "first_call_resolution", now=at("2026-11-05 10:02")) == 1


def test_the_other_line_of_a_transfer_is_no_second_call(box: Box) -> None:
    first = at("2026-11-02 10:00")
    handed = Spoken(first, records=(Record("transfer"),))
    box.fill([handed, Spoken(first + 70, agent="8003", team="乙")])
    groups = {s.key: s.line("first_call_resolution").value.value for s in sheet(box, by="group").subjects}
    assert groups["甲"] == 1
    assert value(box, "transfer_rate") == 1


def test_holds_from_parts_before_music_and_talk_without_them(box: Box) -> None:
    moment = at("2026-11-02 10:00")
    box.fill([
        Spoken(moment, 100.0, parts=(("talk", 50.0), ("held", 30.0), ("resumed", 20.0)), music=12.0),
        Spoken(moment + 200, 100.0, music=10.0), Spoken(moment + 400, 100.0),
    ])  # fmt: skip
    (centre,) = sheet(box).subjects
    assert centre.line("hold_time").value.value == pytest.approx(20.0)
    assert centre.line("talk_time").value.value == pytest.approx((70 + 90 + 100) / 3)
    assert centre.line("call_time").value.value == pytest.approx(100)


def test_calls_without_a_direction_are_not_taken_for_incoming(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00"), direction="unknown")])
    (centre,) = sheet(box).subjects
    why = centre.line("total_calls").value.why
    assert why is not None
    assert "direction" in why.en
    assert centre.line("talk_time").value.value == 60


def test_busy_callers_are_the_centres_alone_and_unknown_of_a_pbx_that_never_tells(box: Box) -> None:
    moment = at("2026-11-02 10:00")
    box.fill([Spoken(moment, records=(Record(),))])
    assert value(box, "busy_rate") is None
    box.empty()
    box.fill([Spoken(moment, records=(Record(),))], [(moment + 60, Record("busy")), (moment + 90, Record("unanswered", 33.0))])
    (centre,) = sheet(box).subjects
    assert centre.line("busy_rate").value.value == pytest.approx(1 / 3)
    assert centre.line("total_calls").value.value == 3
    assert centre.line("abandon_rate").value.value == pytest.approx(1 / 2)
    assert [s.line("busy_rate").value.value for s in sheet(box, by="group").subjects] == [None, None]


def test_an_agent_who_changed_groups_counts_where_they_were(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00")), Spoken(at("2026-11-20 10:00"), team="乙"), Spoken(at("2026-11-21 10:00"), team="乙")])
    month = period_of("month", DAY)
    groups = {s.key: s.line("total_calls").value.value for s in sheet(box, month, "group").subjects}
    assert groups == {"甲": 1, "乙": 2}
    (agent,) = sheet(box, month, "agent").subjects
    assert (agent.key, agent.name, agent.team, agent.line("total_calls").value.value) == ("8001", "王小丽", "乙", 3)


def test_calls_of_nobody_known_stay_in_the_centres_total(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00")), Spoken(at("2026-11-02 11:00"), agent=None, team="")])
    agents = sheet(box, by="agent").subjects
    assert [s.key for s in agents] == ["8001", ""]
    assert sum(s.line("total_calls").value.value or 0 for s in agents) == value(box, "total_calls") == 2


def test_days_begin_at_local_midnight_also_when_clocks_change(box: Box) -> None:
    zone = "America/New_York"  # 1 November 2026 has 25 hours there
    moments = [
        at(text, zone) for text in ("2026-10-31 23:59:59", "2026-11-01 00:00:00", "2026-11-01 23:59:59", "2026-11-02 00:00:00")
    ]
    assert moments[2] - moments[1] == 25 * 3600 - 1
    box.fill([Spoken(moment) for moment in moments])
    detail = daily_detail(box.store, date(2026, 10, 31), date(2026, 11, 2), zone, now=NOW)
    assert [(row.day.day, row.sums.calls) for row in detail.rows] == [(31, 1), (1, 2), (2, 1)]


def test_hours_at_work_come_from_the_table_else_from_enough_calls(box: Box) -> None:
    start = at("2026-11-02 09:00")
    box.fill([Spoken(start + 360 * n, 60.0) for n in range(10)] + [Spoken(start, 60.0, agent="8002")])
    box.keep("shifts", ("2026-11-02", "8003", 3_600_000, 1_800_000, 1))
    agents = {s.key: s.line("calls_per_hour").value.value for s in sheet(box, by="agent").subjects}
    assert agents["8001"] == pytest.approx(10 / ((360 * 9 + 65) / 3600))
    assert agents["8002"] is None  # one call says nothing of how long they were there
    assert agents["8003"] == 0


def test_costs_of_a_group_and_of_the_whole(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00")), Spoken(at("2026-11-02 11:00"), agent="8003", team="乙")])
    box.keep("costs", ("2026-11-01", "2026-11-30", "甲", "人工", 30 * 300))
    groups = {s.key: s.line("cost_per_call").value.value for s in sheet(box, by="group").subjects}
    assert groups == {"甲": 3.0, "乙": None}
    assert value(box, "cost_per_call") is None  # nobody knows what 乙 cost
    box.keep("costs", ("2026-11-01", "2026-11-30", "", "线路", 30 * 100))
    assert value(box, "cost_per_call") == 2.0
    assert sheet(box, by="agent").subjects[0].line("cost_per_call").value.why is not None


def test_turnover_is_of_a_year(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00"))])
    box.people(("8001", "甲", None, None), ("8002", "甲", None, date(2026, 11, 15)), ("8003", "乙", date(2026, 12, 1), None))
    assert value(box, "turnover", period_of("month", DAY)) == pytest.approx(1 / (30 + 15) * 365)


def test_agents_and_groups_add_up_to_the_centre_to_the_last_call(centre: Path) -> None:
    detail = daily_detail(centre, date(2026, 8, 1), date(2026, 9, 30), ZONE, now=NOW)
    for name in ("calls", "incoming", "answered", "audio_ms", "hold_ms", "abandoned", "in_time", "resolved", "reviewed", "hits"):
        by_day: dict[date, int] = {}
        for row in detail.rows:
            by_day[row.day] = by_day.get(row.day, 0) + getattr(row.sums, name)
        assert sum(by_day.values()) == getattr(detail.total, name) > 0


def test_the_trend_and_the_change_against_last_period(box: Box) -> None:
    week = period_of("week", DAY)
    box.fill([Spoken(at(f"2026-10-{20 + n} 10:00"), None if n % 2 else 60.0, ring=30.0) for n in range(10)] + [
        Spoken(at("2026-11-02 10:00") + n, ring=30.0) for n in range(400)
    ])  # fmt: skip
    line = sheet(box, week).subjects[0].line("answer_rate")
    assert [v.value for v in line.trend] == [None, pytest.approx(0.5), pytest.approx(0.5), 1.0]
    assert line.change.before == pytest.approx(0.5)
    assert line.change.real is True
    assert line.change.better is True
    assert change_text(line.figure, line.change, "en") == "▲ +50.0 points !"


def test_a_month_that_is_not_over_is_not_said_to_have_fewer_calls(box: Box) -> None:
    box.fill([Spoken(at(f"2026-10-{day:02d} 10:00")) for day in range(1, 31)] + [Spoken(at("2026-11-02 10:00"))])
    early = sheet(box, period_of("month", DAY), now=at("2026-11-05 09:00"))
    assert not early.over
    line = early.subjects[0].line("total_calls")
    assert (line.value.value, line.change.before, line.change.difference) == (1, 30, None)
    late = sheet(box, period_of("month", DAY)).subjects[0].line("total_calls")
    assert late.change.difference == -29


def test_targets_and_limits_are_kept_as_versions(box: Box) -> None:
    box.fill([Spoken(at("2026-11-02 10:00"), ring=25.0)])
    assert figure_rules(box.store).version == 0
    document = {"rules": {"service_s": 30}, "targets": {"service_level": {"min": 0.9}}}
    assert change_figure_rules(box.store, document, "主管", 0) == 1
    kept = figure_rules(box.store)
    line = (
        figure_sheet(box.store, period_of("day", DAY), ZONE, rules=kept.rules, figures=kept.figures, now=NOW)
        .subjects[0]
        .line("service_level")
    )
    assert line.value.value == 1
    assert target_text(line.figure) == "≥ 90.0"
    with pytest.raises(UserError, match="Somebody else"):
        change_figure_rules(box.store, {}, "另一人", 0)
    with pytest.raises(UserError) as wrong:
        change_figure_rules(box.store, {"rules": {"repeat_days": 0, "x": 1}, "targets": {"nobody": {"min": 1}}, "y": {}}, "主管", 1)
    for word in ("repeat_days", "x", "nobody", "y"):
        assert word in wrong.value.message.zh
    for odd in (float("inf"), float("nan")):
        with pytest.raises(UserError, match=r"targets\.service_level"):
            change_figure_rules(box.store, {"rules": asdict(kept.rules), "targets": {"service_level": {"min": odd}}}, "主管", 1)


def test_values_as_people_read_them() -> None:
    known = {f.id: f for f in shipped_figures()}
    assert shown(known["service_level"], 0.8123, "zh") == "81.2%"
    assert shown(known["cost_per_call"], 3.456, "zh") == "3.46 元"
    assert shown(known["total_calls"], 60106.0, "en") == "60,106 calls"
    assert shown(known["total_calls"], None, "en") == "–"
    assert sparkline([1.0, None, 2.0, 3.0]) == "▁·▅█"
    assert sparkline([None]) == "–"
    assert sparkline([5.0, 5.0]) == "▄▄"
