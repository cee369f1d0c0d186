from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from quality.evening import due_days, evening
from tests.quality.department import ZONE
from tests.quality.sampling.test_sampling import without_reviews

SUNDAY = date(2026, 8, 30)


def test_an_evening_does_everything_once(own_centre: Path) -> None:
    without_reviews(own_centre)
    first = evening(own_centre, SUNDAY, ZONE)
    assert first.planned > 0
    assert first.observed > 0
    assert first.alerts > 0
    assert first.left_out == ()
    again = evening(own_centre, SUNDAY, ZONE)
    assert (again.planned, again.alerts, again.observed) == (0, 0, first.observed)
    assert "planned already" in again.left_out[0].en


def test_a_box_without_calls_has_a_quiet_evening(tmp_path: Path) -> None:
    done = evening(tmp_path, SUNDAY, ZONE)
    assert (done.planned, done.alerts, done.needs, done.observed) == (0, 0, 0, 0)
    assert len(done.left_out) == 1


def test_a_box_that_was_off_catches_up_two_weeks_at_most(own_centre: Path) -> None:
    today = SUNDAY + timedelta(days=4)
    assert due_days(own_centre, today) == [today - timedelta(days=1)]  # the first evening ever
    evening(own_centre, SUNDAY, ZONE)
    assert due_days(own_centre, today) == [SUNDAY + timedelta(days=n) for n in (1, 2, 3)]
    assert due_days(own_centre, SUNDAY + timedelta(days=1)) == []
    assert len(due_days(own_centre, SUNDAY + timedelta(days=90))) == 14
