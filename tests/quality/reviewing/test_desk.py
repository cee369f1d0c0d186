from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from quality.access.users import User
from quality.forms.store import Forms
from quality.reviewing.assignments import Assignments
from quality.reviewing.check import Marks
from quality.reviewing.desk import Desk
from quality.reviewing.drafts import Drafts, FormDraft
from quality.reviewing.listens import Listens
from quality.reviewing.reviews import Reviews
from quality.store import reading, writing
from tests.quality.department import ZONE, user


@pytest.fixture
def given(own_centre: Path) -> tuple[User, list[str]]:
    """Somebody with four calls given by hand and nothing else to do."""
    inspector, lead = user(own_centre, "inspector"), user(own_centre, "manager")
    with writing(own_centre) as database:
        database.execute("DELETE FROM assignments WHERE submitted_at IS NULL")
    sql = """SELECT id FROM calls.calls WHERE duration_s > 60 AND id NOT IN (SELECT call_id FROM review.reviews)
        AND id NOT IN (SELECT call_id FROM review.assignments) ORDER BY id LIMIT 4"""
    with reading(own_centre) as connection:
        calls = [row[0] for row in connection.execute(sql)]
    for call in calls:
        Assignments(own_centre).give(call, inspector, lead)
    return inspector, calls


def review(store: Path, call: str, by: User) -> None:
    form = Forms(store).current()
    Reviews(store).save(call, form.id, form.version, dict.fromkeys(form.items, "good"), user=by)


def test_a_day_says_what_is_open_begun_heard_and_done(own_centre: Path, given: tuple[User, list[str]]) -> None:
    inspector, calls = given
    desk = Desk(own_centre, ZONE, inspector)
    Listens(own_centre).heard(calls[1], inspector, [(0.0, 9e9)])
    Drafts(own_centre).keep(FormDraft(calls[2], ("A", "1"), 0, Marks({"polite": "good"}), "w", 1), inspector, seen=0)
    review(own_centre, calls[0], inspector)
    day = desk.day()
    assert [task.given.call_id for task in day.open] == calls[1:]
    assert [task.unheard for task in day.open] == [False, True, True]
    assert [task.graded for task in day.open] == [0, 1, 0]
    assert [task.given.call_id for task in day.done] == calls[:1]
    assert (day.given, day.unheard, day.reviewed_today, day.last_hour, day.goal) == (4, 2, 1, 1, 12.0)
    assert day.hours_left == pytest.approx(3 / 12)
    assert desk.place_of(calls[2]) == (2, 3)
    assert desk.place_of(calls[0]) == (0, 3)


def test_the_next_call_follows_the_plan_round_its_end(own_centre: Path, given: tuple[User, list[str]]) -> None:
    inspector, calls = given
    desk = Desk(own_centre, ZONE, inspector)
    assert [desk.next_call(after) for after in ("", *calls, "other")] == [*calls, calls[0], calls[0]]
    Listens(own_centre).heard(calls[1], inspector, [(0.0, 9e9)])
    assert desk.next_call(calls[0], unheard=True) == calls[2]
    assert desk.next_call(calls[1], unheard=True) == calls[2]
    for call in calls:
        review(own_centre, call, inspector)
    assert desk.next_call() is None
    assert desk.day().hours_left == 0


def test_others_calls_are_not_on_the_desk(own_centre: Path, given: tuple[User, list[str]]) -> None:
    inspector, calls = given
    other = user(own_centre, "inspector", 1)
    assert Desk(own_centre, ZONE, other).day().open == ()
    assert Desk(own_centre, ZONE, other).task_of(calls[0]) is None
    mine = Desk(own_centre, ZONE, inspector).task_of(calls[0])
    assert mine is not None
    assert (mine.why.en, mine.inspector) == ("by hand", inspector.name)


def test_calls_of_a_group_one_was_taken_off_are_not_on_the_desk(own_centre: Path, given: tuple[User, list[str]]) -> None:
    inspector, _ = given
    assert Desk(own_centre, ZONE, replace(inspector, groups=("no such group",))).day().given == 0
