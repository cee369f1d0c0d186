from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.forms.documents import load_form
from quality.forms.store import Forms
from quality.reviewing.check import Marks
from quality.reviewing.drafts import LASTS_S, Drafts, ElsewhereError, FormDraft
from quality.reviewing.reviews import Reviews
from quality.store import reading, writing
from tests.quality.department import user

FORM = load_form("A")


@pytest.fixture
def call(own_centre: Path) -> str:
    """A call that nobody has reviewed."""
    sql = "SELECT id FROM calls.calls WHERE duration_s > 60 AND id NOT IN (SELECT call_id FROM review.reviews) LIMIT 1"
    with reading(own_centre) as connection:
        return str(connection.execute(sql).fetchone()[0])


def draft(call: str, number: int = 1, window: str = "one", **grades: str) -> FormDraft:
    return FormDraft(call, (FORM.id, FORM.version), 0, Marks(grades, {"polite": "语气生硬"}, ("insult",), "再听"), window, number)


def test_marks_are_kept_with_every_change(own_centre: Path, call: str) -> None:
    drafts, one = Drafts(own_centre), user(own_centre, "inspector")
    first = drafts.keep(draft(call, 1, polite="good"), one, seen=0, now=1000.0)
    second = drafts.keep(draft(call, 2, polite="good", patient="fair"), one, seen=first.revision, now=1001.0)
    assert (first.revision, second.revision, second.saved_at, second.graded) == (1, 2, 1001.0, 2)
    assert drafts.of(call, one) == second
    assert second.marks == draft(call, 2, polite="good", patient="fair").marks
    assert drafts.of_person(one.id, [call, "other"]) == {call: second}
    drafts.forget(call, one)
    assert drafts.of(call, one) is None


def test_a_write_that_comes_late_changes_nothing(own_centre: Path, call: str) -> None:
    drafts, one = Drafts(own_centre), user(own_centre, "inspector")
    newer = drafts.keep(draft(call, 7, polite="good"), one, seen=0)
    assert drafts.keep(draft(call, 6, polite="bad"), one, seen=0) == newer


def test_a_second_window_is_told_and_may_be_the_one_that_counts(own_centre: Path, call: str) -> None:
    drafts, one = Drafts(own_centre), user(own_centre, "inspector")
    drafts.keep(draft(call, 5, "one", polite="good"), one, seen=0, now=1000.0)
    with pytest.raises(ElsewhereError) as told:
        drafts.keep(draft(call, 1, "two", polite="bad"), one, seen=0)
    assert told.value.saved_at == 1000.0
    taken = drafts.keep(draft(call, 2, "two", polite="bad"), one, seen=0, instead=True)
    assert taken.marks.grades == {"polite": "bad"}
    with pytest.raises(ElsewhereError):
        drafts.keep(draft(call, 6, "one", polite="good"), one, seen=1)
    # A page loaded after the other one's write goes on from it.
    assert drafts.keep(draft(call, 1, "three", polite="fair"), one, seen=taken.revision).revision == 3


def test_people_do_not_share_a_draft_and_see_who_else_is_at_work(own_centre: Path, call: str) -> None:
    drafts, one, two = Drafts(own_centre), user(own_centre, "inspector", 0), user(own_centre, "inspector", 1)
    drafts.keep(draft(call, 1, polite="good"), one, seen=0, now=5000.0)
    assert drafts.of(call, two) is None
    assert [(x.name, x.at) for x in drafts.others(call, two, now=5060.0)] == [(one.name, 5000.0)]
    assert drafts.others(call, one, now=5060.0) == []
    assert drafts.others(call, two, now=5000.0 + LASTS_S + 1) == []


def test_a_draft_is_gone_with_its_review(own_centre: Path, call: str) -> None:
    drafts, one = Drafts(own_centre), user(own_centre, "inspector")
    drafts.keep(draft(call, 1, polite="good"), one, seen=0)
    form = Forms(own_centre).current()
    Reviews(own_centre).save(call, form.id, form.version, dict.fromkeys(form.items, "good"), user=one, based_on=0)
    assert drafts.of(call, one) is None
    with pytest.raises(UserError, match="meanwhile"):
        drafts.keep(draft(call, 2, polite="bad"), one, seen=1)
    assert drafts.of(call, one) is None


def test_agents_have_no_drafts_and_none_holds_a_book(own_centre: Path, call: str) -> None:
    drafts, one = Drafts(own_centre), user(own_centre, "inspector")
    with pytest.raises(UserError):
        drafts.keep(draft(call), user(own_centre, "agent"), seen=0)
    for marks in (Marks({}, comment="长" * 4001), Marks({f"i{n}": "good" for n in range(501)}), Marks({"polite": "x" * 103})):
        with pytest.raises(UserError):
            drafts.keep(replace(draft(call), marks=marks), one, seen=0)
    assert drafts.of(call, one) is None


def test_what_is_kept_is_flushed_to_the_disk(own_centre: Path) -> None:
    with writing(own_centre) as database:
        assert database.execute("PRAGMA synchronous").fetchone()[0] == 2
