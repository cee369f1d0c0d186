from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.messages import UserError
from quality.weekly.week import Week


@pytest.mark.parametrize("text", ["2026-W47", "2026W47", " 2026-w47 "])
def test_a_week_is_monday_to_sunday(text: str) -> None:
    week = Week.parse(text)
    assert (week.first, week.last, week.name) == (date(2026, 11, 16), date(2026, 11, 22), "2026-W47")


def test_the_first_week_may_begin_in_december() -> None:
    assert Week.parse("2026-W01").first == date(2025, 12, 29)
    assert Week.of(date(2025, 12, 30)).name == "2026-W01"


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "no week"), ("47", "no week"), ("2026-47", "no week"), ("2026-W", "no week"), ("2026-W475", "no week"),
     ("W47-2026", "no week"),
     ("２０２６-W47", "no week"), ("2026-W00", "1 to 53"), ("2026-W54", "1 to 53"), ("2025-W53", "1 to 52"),
     ("1999-W01", "out of range")],
)  # fmt: skip
def test_bad_weeks_say_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        Week.parse(text)
    assert caught.value.message.zh


@settings(deadline=None)
@given(st.dates(date(2000, 1, 3), date(2100, 12, 31)))
def test_every_day_is_in_the_week_it_names(day: date) -> None:
    week = Week.of(day)
    assert day in week.days
    assert Week.parse(week.name) == week


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_week_or_a_clear_error(text: str) -> None:
    try:
        assert Week.parse(text).first.weekday() == 0
    except UserError as error:
        assert error.message.en
