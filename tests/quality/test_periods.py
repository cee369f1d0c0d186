"""Days, weeks, months, quarters and any other run of days."""

from __future__ import annotations

from datetime import date

import pytest

from hw.messages import UserError
from quality.periods import SPAN, parse, period_of, span_of


def test_periods_know_the_one_before() -> None:
    assert period_of("month", date(2026, 3, 31)).before == period_of("month", date(2026, 2, 1))
    assert [p.name for p in period_of("week", date(2026, 1, 1)).run(2)] == ["2025-W52", "2026-W01"]
    assert span_of(date(2026, 2, 1), date(2026, 2, 28)).kind == "month"
    assert span_of(date(2026, 2, 2), date(2026, 2, 10)).before.last == date(2026, 2, 1)
    with pytest.raises(UserError):
        span_of(date(2026, 2, 2), date(2026, 2, 1))


def test_before_and_after_a_span_lie_as_many_days() -> None:
    span = span_of(date(2026, 2, 2), date(2026, 2, 10))
    assert (span.kind, span.name) == (SPAN, "2026-02-02 – 2026-02-10")
    assert (span.before.first, span.before.last) == (date(2026, 1, 24), date(2026, 2, 1))
    assert span.after.first == date(2026, 2, 11)
    assert span.before.after == span


@pytest.mark.parametrize(
    ("kind", "name"), [("day", "2026-02-28"), ("week", "2026-W09"), ("month", "2026-02"), ("quarter", "2026-Q1")]
)
def test_a_name_is_read_back(kind: str, name: str) -> None:
    period = parse(kind, name)
    assert period.name == name
    assert period.before.after == period == period_of(kind, period.last)
