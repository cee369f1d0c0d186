"""How sure one is: intervals and tests against published values, and who stands out by more than chance."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest

from quality.figures import chance
from quality.figures.book import shipped_figures
from quality.figures.sheet import Sheet, figure_sheet
from quality.figures.standing import standings
from quality.periods import period_of
from tests.quality.figures.figurebox import Box, Spoken, at


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def by_group(box: Box) -> Sheet:
    return figure_sheet(box.store, period_of("day", date(2026, 11, 2)), "Asia/Shanghai", by="group", now=at("2027-01-01"))


def test_intervals_and_tests_against_published_values() -> None:
    # R. G. Newcombe, Statist. Med. 17 (1998) 857–872, table I, method 3.
    assert list(chance.wilson(81, 263) or ()) == pytest.approx([0.2553, 0.3662], abs=5e-5)
    assert list(chance.wilson(0, 20) or ()) == pytest.approx([0.0, 0.1611], abs=5e-5)
    assert chance.wilson(0, 0) is None
    # Student's t, any table.
    for degrees, published in ((4, 2.776), (10, 2.228), (30, 2.042), (1000, 1.962)):
        assert chance.t_quantile(degrees) == pytest.approx(published, rel=4e-3)
    assert math.isinf(chance.t_quantile(3))
    # Exact Poisson limits of 10 events: 4.80 and 18.39.
    assert list(chance.poisson(10)) == pytest.approx([4.80, 18.39], abs=0.02)
    assert chance.poisson(0)[0] == 0.0
    # Fisher's lady tasting tea: all four right, one chance in 70.
    z = chance.two_rates(4, 4, 0, 4)
    assert z is not None
    assert chance.p_value(z) / 2 == pytest.approx(1 / 70)
    assert chance.two_rates(0, 4, 4, 4) == pytest.approx(-z)
    # Large numbers: (0.5 − 0.4) / √(0.45 · 0.55 · 2 / 1000).
    assert chance.two_rates(500, 1000, 400, 1000) == pytest.approx(4.4947, abs=1e-4)
    assert chance.two_means((29, 1.0, 1.0), (500, 1.0, 1.0)) is None
    assert chance.ratio_error(2.0, 30.0, 1, (1.0, 1.0, 1.0)) is None


def test_one_bad_group_does_not_make_the_others_good(box: Box) -> None:
    moment, calls = at("2026-11-02 08:00"), []
    for group, settled in (("甲", 0.9), ("乙", 0.5), ("丙", 0.9), ("丁", 0.89)):
        calls += [
            Spoken(moment + n * 100, None if n >= settled * 300 else 60.0, ring=30.0, team=group, agent=None) for n in range(300)
        ]
    box.fill(calls)
    found = by_group(box)
    figure = found.subjects[0].line("answer_rate").figure
    assert [(s.subject.key, s.worse) for s in standings(found, [figure])["answer_rate"] if s.out] == [("乙", True)]


def test_ten_calls_do_not_make_anybody_stand_out(box: Box) -> None:
    moment, calls = at("2026-11-02 08:00"), []
    for number in range(12):
        calls += [Spoken(moment + n * 100, None if n < (number == 3) * 2 else 60.0, ring=30.0, agent="8001", team=f"组{number}")
                  for n in range(10)]  # fmt: skip
    box.fill(calls)
    found = by_group(box)
    assert not [s for own in standings(found, shipped_figures()).values() for s in own if s.out]
