"""Rules changed one at a time, and drafts of such changes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from analyzer.rules.drafts import Drafts
from analyzer.rules.editing import OWN, entries, word_sets, write_changed
from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import SHIPPED, load
from hw.messages import UserError

NEW = {
    "id": "late", "name_zh": "拖延", "name_en": "Late", "explain_zh": "说要等很久。", "explain_en": "Says it takes long.",
    "side": "agent", "points": {"experience": 3.0}, "check": [{"kind": "words", "words": ["退款 ~6 很久|一个月"]}],
}  # fmt: skip


def test_one_rule_changes_and_everything_else_stays_to_the_letter(tmp_path: Path) -> None:
    before = entries(SHIPPED)
    changed = {**before["shirk"], "enabled": False}
    write_changed(SHIPPED, tmp_path / "new", "shirk", changed)
    after = entries(tmp_path / "new")
    assert after.pop("shirk") == changed
    assert after == {name: entry for name, entry in before.items() if name != "shirk"}
    old, new = ((folder / "20-taboos.toml").read_text("utf-8").splitlines() for folder in (SHIPPED, tmp_path / "new"))
    assert [line for line in new if line not in old] == ["enabled = false"]
    assert "shirk" not in load(tmp_path / "new").ids()


def test_a_new_rule_is_found_and_one_taken_out_is_gone(tmp_path: Path) -> None:
    write_changed(SHIPPED, tmp_path / "one", "late", NEW)
    assert entries(tmp_path / "one")["late"] == NEW
    assert list(entries(tmp_path / "one"))[-1] == "late"
    assert (tmp_path / "one" / OWN).is_file()
    write_changed(tmp_path / "one", tmp_path / "two", "late", None)
    assert entries(tmp_path / "two") == entries(SHIPPED)


def test_a_rulebook_in_json_is_changed_too(tmp_path: Path) -> None:
    book = tmp_path / "mine.json"
    book.write_text(json.dumps({"version": "1", "rule": [NEW]}, ensure_ascii=False), "utf-8")
    write_changed(book, tmp_path / "new", "late", {**NEW, "high_priority": True})
    assert load(tmp_path / "new").rule("late").high_priority


def test_what_is_wrong_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no set of words"):
        write_changed(SHIPPED, tmp_path / "new", "late", {**NEW, "check": [{"words": ["@nobody"]}]})
    assert not (tmp_path / "new").exists()


def test_sets_can_be_named() -> None:
    assert "抱歉" in word_sets(SHIPPED)["apology"]


def test_a_draft_is_kept_adopted_and_told_when_others_were_quicker(tmp_path: Path) -> None:
    books = Rulebooks(tmp_path)
    drafts = Drafts(books)
    one, two = (drafts.make(rule, {**entries(SHIPPED)[rule], "enabled": False}, "boss", 1.0) for rule in ("shirk", "argue"))
    assert [draft.rule for draft in drafts.list()] in (["argue", "shirk"], ["shirk", "argue"])
    assert drafts.get(one.id) == one
    books.adopt(drafts.path(one), 2.0, "boss")
    assert books.history()[-1].by == "boss"
    assert drafts.is_stale(two)
    drafts.drop(two)
    assert drafts.get(two.id) is None
    assert drafts.get("../../etc") is None
    with pytest.raises(UserError, match="Nothing has been changed"):
        drafts.make("shirk", entries(books.live_path())["shirk"], "boss", 3.0)


def test_a_drafts_errors_name_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError) as told:
        Drafts(Rulebooks(tmp_path)).make("late", {**NEW, "sde": "agent"}, "boss", 1.0)
    assert "sde" in told.value.message.zh
    assert str(tmp_path) not in told.value.message.en + told.value.message.zh


def test_console_and_pages_may_both_write(tmp_path: Path) -> None:
    books = Rulebooks(tmp_path)
    draft = Drafts(books).make("late", NEW, "boss", 1.0)
    books.adopt(Drafts(books).path(draft), 2.0, "boss")
    for path in (tmp_path / "rulebooks").rglob("*"):
        wanted = 0o2770 if path.is_dir() else 0o660
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
