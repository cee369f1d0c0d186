from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access.users import User, Users
from quality.calls.filter import CallFilter
from quality.calls.views import Views
from quality.changes import list_changes
from quality.forms.documents import load_form, read_form
from quality.forms.store import Forms
from quality.reviewing.check import ReviewErrors
from quality.reviewing.reviews import Reviews
from tests.quality.factory import Made

FORM = load_form()
GOOD = dict.fromkeys(FORM.items, "good")
PASSWORD = "listen-to-calls"  # noqa: S105


class Desk:
    """A box, an inspector, and a call to review."""

    def __init__(self, store: Path, made: list[Made]) -> None:
        self.store = store
        self.made = made
        self.user: User = Users(store).add("张三", PASSWORD, "inspector")
        self.call = next(call for call in made if len(call.hits) >= 2)
        self.reviews = Reviews(store)

    def save(self, grades: dict[str, str] | None = None, **more: object):  # type: ignore[no-untyped-def]
        call_id = more.pop("call_id", self.call.id)
        return self.reviews.save(call_id, "A", FORM.version, grades or GOOD, **{"user": self.user, **more})  # type: ignore[arg-type]


@pytest.fixture
def desk(own_box: tuple[Path, list[Made]]) -> Desk:
    return Desk(*own_box)


def test_a_review_keeps_grades_comments_and_the_machine_s_view(desk: Desk) -> None:
    saved = desk.save(GOOD | {"warm": "bad"}, comments={"warm": " 语气冷淡 ", "clear": "  "}, comment="需辅导")
    assert saved == desk.reviews.latest(desk.call.id)
    assert (saved.version, saved.form_version, saved.reviewer, saved.comment) == (1, FORM.version, "张三", "需辅导")
    assert list(saved.items) == list(FORM.items)
    assert (saved.items["warm"].grade, saved.items["warm"].comment, saved.items["clear"].comment) == ("bad", "语气冷淡", "")
    assert saved.items["ask_name"].suggestion is not None
    assert saved.items["ask_name"].suggestion.grade == "excellent"
    assert saved.machine_score is not None
    assert saved.earned == saved.total == round(80 * 93 / 100, 1)
    assert not saved.passed


def test_the_pass_line_itself_passes(desk: Desk) -> None:
    saved = desk.save()
    assert (saved.total, saved.passed) == (80, True)


def test_a_taboo_takes_everything_and_what_was_earned_is_kept(desk: Desk) -> None:
    saved = desk.save(taboos=["abuse", "abuse"], comment="骂人")
    assert (saved.earned, saved.total, saved.passed, saved.taboos) == (80, 0, False, ("abuse",))


def test_a_second_save_is_a_second_version(desk: Desk) -> None:
    first = desk.save()
    second = desk.save(dict.fromkeys(FORM.items, "excellent"), based_on=1)
    assert desk.reviews.history(desk.call.id) == [second, first]
    row = Views(desk.store).rows([desk.call.id])[0]
    assert row.review is not None
    assert (row.review.version, row.review.total, row.review.reviewer) == (2, 100, "张三")
    assert [c.detail["version"] for c in list_changes(desk.store, desk.call.id)] == [2, 1]


def test_two_people_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    desk.save(based_on=0)
    with pytest.raises(UserError, match="meanwhile"):
        desk.save(based_on=0)
    assert len(desk.reviews.history(desk.call.id)) == 1


def test_everything_wrong_is_named_at_once(desk: Desk) -> None:
    grades = GOOD | {"warm": "bad", "clear": "splendid", "colour": "good"}
    del grades["polite"]
    with pytest.raises(ReviewErrors) as caught:
        desk.save(grades, taboos=["abuse", "sneezing"])
    assert {p.item for p in caught.value.problems} == {"warm", "clear", "polite", None}
    for words in ("“礼貌”未评分", "须写明原因", "splendid", "colour", "sneezing", "服务禁忌"):
        assert words in caught.value.message.zh
    assert desk.reviews.latest(desk.call.id) is None


def test_all_not_applicable_cannot_be_scored(desk: Desk) -> None:
    with pytest.raises(ReviewErrors, match="nothing to score"):
        desk.save(dict.fromkeys(FORM.items, "na"))


def test_agents_and_unanswered_calls_are_refused(desk: Desk) -> None:
    agent = Users(desk.store).add("王", PASSWORD, "agent", agent_id="8001")
    with pytest.raises(ReviewErrors, match="Agents do not"):
        desk.save(user=agent)
    silent = next(call for call in desk.made if call.state == "unanswered")
    with pytest.raises(ReviewErrors, match="never picked up"):
        desk.save(call_id=silent.id)


def test_unknown_call_and_form_are_clear(desk: Desk) -> None:
    with pytest.raises(UserError, match="no call"):
        desk.save(call_id="nothing")
    with pytest.raises(UserError, match="no version"):
        desk.reviews.save(desk.call.id, "A", "0.1", GOOD, user=desk.user)


def test_a_call_not_analysed_can_be_reviewed(desk: Desk) -> None:
    waiting = next(call for call in desk.made if call.state == "closed" and call.job is None)
    saved = desk.save(call_id=waiting.id)
    assert saved.machine_score is None


def test_an_old_review_keeps_its_form_version(desk: Desk) -> None:
    desk.save()
    changed = {**FORM.document, "version": "9.0", "pass_line": 95.0}
    Forms(desk.store).add(read_form(changed), by="li")
    latest = desk.reviews.latest(desk.call.id)
    assert latest is not None
    form = Forms(desk.store).get(latest.form_id, latest.form_version)
    assert (latest.form_version, latest.passed) == (FORM.version, True)
    assert form == FORM


def test_reviewed_calls_are_found_by_their_newest_score(desk: Desk) -> None:
    desk.save(dict.fromkeys(FORM.items, "poor"))
    desk.save()
    views = Views(desk.store)
    assert [r.id for r in views.list_calls(CallFilter(reviewed=True)).rows] == [desk.call.id]
    assert views.list_calls(CallFilter(score="form", max_score=50)).rows == ()
    assert [r.id for r in views.list_calls(CallFilter(score="form", min_score=80)).rows] == [desk.call.id]
    assert len(views.list_calls(CallFilter(reviewed=False), limit=400).rows) == len(desk.made) - 1


def test_a_failed_save_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("quality.reviewing.reviews._write_marks", full)
    with pytest.raises(UserError, match="disk is full"):
        desk.save()
    assert desk.reviews.latest(desk.call.id) is None
    assert list_changes(desk.store, desk.call.id) == []
