"""The fast figures are the slow ones, whatever a box holds: all 23, for the centre, every group and every agent."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from quality.figures.detail import daily_detail
from quality.figures.sheet import sheet_of
from quality.figures.slow import SlowFigures
from quality.figures.slowbox import PlainBox
from quality.periods import span_of
from tests.quality.figures.figurebox import Box, Record, Spoken, at

# Clocks go back in New York on Sunday, 1 November 2026; Shanghai's never do.
ZONES = ("Asia/Shanghai", "America/New_York")
FIRST, LAST = date(2026, 10, 30), date(2026, 11, 3)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]

tenths = st.integers(0, 900).map(lambda n: n / 10)
queues = st.none() | st.sampled_from([0.0, 5.5, 20.0, 45.1])
records = st.builds(Record, st.sampled_from(["", "", "transfer", "unanswered"]), queues, st.none() | tenths)
spoken = st.builds(
    Spoken,
    at=st.integers(0, 5 * 86_400 * 1000).map(lambda ms: at("2026-10-30", "UTC") + ms / 1000),
    length=st.none() | st.integers(1, 500_000).map(lambda ms: ms / 1000),
    ring=st.none() | st.sampled_from([0.1, 14.9, 20.0, 20.1]) | tenths,
    rings=st.none() | st.integers(0, 9),
    direction=st.sampled_from(["in", "in", "in", "out", "unknown"]),
    agent=st.sampled_from(["8001", "8002", "8003", None]),
    team=st.sampled_from(["甲", "乙", ""]),
    number=st.sampled_from(["13800000001", "13800000002", ""]),
    records=st.lists(records, max_size=2).map(tuple),
    parts=st.lists(st.tuples(st.sampled_from(["talk", "held", "resumed", "transferred"]), tenths), max_size=3).map(tuple),
    music=st.none() | tenths,
    totals=st.lists(st.integers(0, 100).map(float), max_size=2).map(tuple),
)
days = st.sampled_from(DAYS)
numbers = st.sampled_from(["8001", "8002", "8003", "8009"])
shifts = st.lists(
    st.tuples(days.map(str), numbers, st.integers(0, 30_000_000), st.none() | st.integers(0, 30_000_000),
              st.none() | st.booleans().map(int)),
    max_size=6, unique_by=lambda row: row[:2],
)  # fmt: skip
aftercall = st.lists(
    st.tuples(days.map(str), numbers, st.integers(0, 20), st.integers(0, 900_000)), max_size=5, unique_by=lambda r: r[:2]
)
costs = st.lists(
    st.tuples(st.sampled_from(DAYS[:3]).map(str), st.sampled_from(DAYS[3:]).map(str), st.sampled_from(["", "甲", "乙"]),
              st.sampled_from(["人工", "线路"]), st.integers(0, 10_000_00)),
    max_size=3, unique_by=lambda row: row[:4],
)  # fmt: skip
people = st.lists(
    st.tuples(numbers, st.sampled_from(["甲", "乙"]), st.none() | days, st.none() | days), max_size=4, unique_by=lambda row: row[0]
)
unreached = st.lists(
    st.tuples(st.integers(0, 4 * 86_400).map(lambda s: at("2026-10-30 12:00", "UTC") + s),
              st.builds(Record, st.sampled_from(["busy", "unanswered", ""]), st.none() | st.sampled_from([0.0, 12.5, 60.0]),
                        st.none() | st.sampled_from([0.0, 3.0]))),
    max_size=4,
)  # fmt: skip


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Box:
    return Box(tmp_path_factory.mktemp("figures"))


def assert_alike(box: Box, zone: str, now: float, first: date = FIRST, last: date = LAST) -> None:
    """Every figure of every subject, fast and slow."""
    plain = PlainBox(box.store, zone, now)
    detail = daily_detail(box.store, first, last, zone, now=now)
    assert detail.total.calls == sum(first <= call.day <= min(last, plain.today) for call in plain.calls)
    period = span_of(first, last)
    for by, who in (("centre", ""), ("group", "team"), ("agent", "agent")):
        for subject in sheet_of(detail, (period, period), by).subjects:
            slow = SlowFigures(plain, first, last, **({who: subject.key} if who else {})).everything()
            for line in subject.lines:
                told: Any = (by, subject.key, line.figure.id)
                assert line.value.value == (None if slow[line.figure.id] is None else pytest.approx(slow[line.figure.id])), told
                assert (line.value.why is None) == (line.value.value is not None), told


# Each example fills and reads a real store: few, the same in every run, and a failure is not made smaller for minutes.
@settings(
    max_examples=50, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    calls=st.lists(spoken, max_size=14), rest=st.tuples(shifts, aftercall, costs, people, unreached), zone=st.sampled_from(ZONES),
    now=st.sampled_from([at("2026-11-02 13:00"), at("2026-11-04 01:30"), at("2027-01-01")]),
)  # fmt: skip
def test_any_box_has_them_both_ways(bare: Box, calls: list[Spoken], rest: tuple[Any, ...], zone: str, now: float) -> None:
    bare.empty()
    bare.fill(calls, rest[4])
    for table, rows in (("shifts", rest[0]), ("aftercall", rest[1]), ("costs", rest[2])):
        bare.keep(table, *rows)
    bare.people(*rest[3])
    assert_alike(bare, zone, now)


def test_a_busy_day_has_the_same_figures_both_ways(tmp_path: Path) -> None:
    """Enough calls of one agent for hours from first to last call, in two groups on one day."""
    box = Box(tmp_path)
    start = at("2026-11-02 09:00")
    calls = []
    for n in range(24):
        team, number = "甲" if n < 12 else "乙", f"1380000{n % 5:04d}"
        calls.append(Spoken(start + 600 * n, 30.0 + n, ring=float(n), team=team, number=number))
    box.fill(calls)
    box.keep("shifts", ("2026-11-02", "8002", 27_000_000, 25_000_000, 1))
    box.keep("aftercall", ("2026-11-02", "8001", 24, 900_000))
    assert_alike(box, "Asia/Shanghai", at("2027-01-01"))


def test_a_made_centre_has_the_same_figures_both_ways(centre: Path) -> None:
    box = object.__new__(Box)  # its store is there already
    box.store = centre
    assert_alike(box, "Asia/Shanghai", at("2027-01-01"), date(2026, 8, 1), date(2026, 8, 31))
