"""Rules adopted and taken back with an entry in the log, tried as a job."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from analyzer.rules.drafts import Drafts
from analyzer.rules.editing import entries
from analyzer.rules.library import Rulebooks
from hw.messages import UserError
from quality.changes import list_changes
from quality.differences import Difference, as_detail, differences, of_detail
from quality.jobs import trial
from quality.rules.work import adopt_draft, finds, go_back
from tests.webui.makebox import TestBox, make_box


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> TestBox:
    return make_box(tmp_path_factory.mktemp("rulework") / "store")


def switched_off(store: Path, rule: str) -> tuple[Rulebooks, Drafts, str]:
    books = Rulebooks(store)
    drafts = Drafts(books)
    entry = {**entries(books.live_path())[rule], "enabled": False}
    return books, drafts, drafts.make(rule, entry, "boss", time.time()).id


def test_a_draft_is_tried_on_past_calls(box: TestBox) -> None:
    _, drafts, draft = switched_off(box.store, "shirk")
    arguments = {"draft": draft, "configured": "", "company": [], "since": 0.0}
    told: list[tuple[int, int]] = []
    found = trial.work(box.store, arguments, lambda done, total: told.append((done, total)))
    assert (found["more"], found["fewer"]) == (0, 1)
    way, rule, call, _, start, words = found["rows"][0]
    assert (way, rule, call, words) == ("fewer", "shirk", box.ids["rude"], "不归我管")
    assert start > 10
    assert told[-1] == (found["calls"], found["calls"])
    drafts.drop(drafts.list()[0])
    with pytest.raises(UserError, match="taken away"):
        trial.work(box.store, arguments, lambda _done, _total: None)


def test_adopting_and_going_back_stand_in_the_log_with_what_differs(box: TestBox) -> None:
    books, drafts, made = switched_off(box.store, "argue")
    draft = drafts.get(made)
    assert draft is not None
    adopt_draft(books, draft, "boss")
    change = list_changes(box.store)[0]
    assert (change.by, change.action) == ("boss", "rules.adopt")
    assert of_detail(change.detail["differences"]) == [Difference(("argue", "enabled"), None, False)]
    assert drafts.get(made) is None
    go_back(books, "boss")
    assert list_changes(box.store)[0].action == "rules.back"
    assert "argue" in books.live().ids()


def test_a_draft_on_rules_that_others_changed_is_refused(box: TestBox) -> None:
    books, drafts, first = switched_off(box.store, "argue")
    _, _, second = switched_off(box.store, "thanks")
    one, two = drafts.get(first), drafts.get(second)
    assert one is not None
    assert two is not None
    adopt_draft(books, one, "boss")
    before = len(list_changes(box.store))
    with pytest.raises(UserError, match="Somebody else has changed the rules"):
        adopt_draft(books, two, "other")
    assert len(list_changes(box.store)) == before
    assert "thanks" in books.live().ids()


def test_what_rules_find_is_counted_by_week(box: TestBox) -> None:
    week = next(call.started_at for call in box.made)
    found = finds(box.store, week + 3 * 86400.0)
    assert found
    assert all(one.week + one.before > 0 for one in found.values())
    assert finds(box.store, week + 365 * 86400.0) == {}


def test_differences_are_told_piece_by_piece() -> None:
    before = {"a": 1, "words": ["x", "y"], "check": [{"id": "p", "n": 1}, {"id": "q", "n": 2}]}
    after = {"words": ["y", "z"], "check": [{"id": "q", "n": 3}, {"id": "r", "n": 4}], "b": True}
    found = differences(before, after)
    assert found == [
        Difference(("a",), 1, None), Difference(("words",), ["x"], ["z"]), Difference(("check", "p"), {"id": "p", "n": 1}, None),
        Difference(("check", "q", "n"), 2, 3), Difference(("check", "r"), None, {"id": "r", "n": 4}),
        Difference(("b",), None, True),
    ]  # fmt: skip
    assert of_detail(as_detail(found)) == found
    assert differences(before, before) == []
    assert differences(["a", "b"], ["b", "a"]) == [Difference((), ["a", "b"], ["b", "a"])]
    assert of_detail("rubbish") == []
