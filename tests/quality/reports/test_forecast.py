from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.reports.forecasting import LEAST, forecast


def test_a_straight_line_is_drawn_on() -> None:
    told = forecast([float(n) for n in range(16)], 4)
    assert told.method == "line"
    assert told.value == pytest.approx(17.5)  # 16, 17, 18, 19
    assert told.error == pytest.approx(0.0)
    assert told.other_error == pytest.approx(4.0)  # the mean of the last four lies four weeks behind


def test_noise_without_a_trend_is_its_mean() -> None:
    told = forecast([1.0, 3.0] * 8, 4)
    assert (told.method, told.value, told.error) == ("mean", 2.0, 0.0)


def test_the_error_is_that_of_forecasts_one_could_have_made() -> None:
    """By hand: weeks 1 2 3 4 | 10: four weeks behind, one ahead; mean 2.5 and line 5 were tried once each."""
    told = forecast([1.0, 2.0, 3.0, 4.0, 10.0], 1)
    assert told.tried == 1
    assert (told.method, told.error, told.other_error) == ("line", pytest.approx(5.0), pytest.approx(7.5))


def test_what_was_never_tried_has_no_error() -> None:
    told = forecast([1.0, 2.0, 3.0, 4.0], 4)
    assert (told.value, told.method, told.error, told.tried) == (2.5, "mean", None, 0)


@pytest.mark.parametrize("past", [[], [0.5], [None] * 20, [0.5, None, 0.5, 0.5]])
def test_too_little_history_forecasts_nothing(past: list[float | None]) -> None:
    assert forecast(past, 4).value is None


@given(st.lists(st.none() | st.floats(0, 1), max_size=30), st.integers(1, 13))
def test_a_share_stays_a_share(past: list[float | None], ahead: int) -> None:
    told = forecast(past, ahead, high=1.0)
    known = [value for value in past if value is not None]
    assert (told.value is None) == (len(known) < LEAST)
    assert told.value is None or 0 <= told.value <= 1
    assert told.error is None or (told.other_error is not None and told.error <= told.other_error)
