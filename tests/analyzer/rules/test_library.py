"""Rulebooks adopted, kept and gone back from; past calls judged again and tried out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analyzer.rescoring import Rescorer
from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import SHIPPED, load
from analyzer.rules.stored import stored_calls
from analyzer.rules.trial import changed_rules, try_rulebook
from analyzer.store import AnalysisReader, AnalysisStore
from hw.messages import UserError
from tests.analyzer.rules.stores import DAY, WRITTEN, fill

MINE = """
[[rule]]
id = "refund_late"
name_zh = "拖延退款"
name_en = "Late refund"
explain_zh = "对客户说退款要等很久。"
explain_en = "Tells the customer that the refund takes long."
points = { experience = 3 }
  [[rule.check]]
  words = ["退款 ~6 工作日"]
"""
REFUND = WRITTEN / "set3" / "a05_ecom_refund_ok.json"
OTHER = WRITTEN / "set3" / "a13_hotel_hold.json"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    shutil.copytree(SHIPPED, folder)
    (folder / "90-mine.toml").write_text(MINE, encoding="utf-8")
    return folder


def test_two_rulebooks_that_differ_in_a_word_are_not_one(mine: Path) -> None:
    assert load(mine).version == load().version
    assert load(mine).identity != load().identity
    assert load(mine).identity.startswith(load().version + "+")


def test_the_shipped_one_is_live_until_another_is_adopted(tmp_path: Path, mine: Path) -> None:
    books = Rulebooks(tmp_path)
    assert books.live().identity == load().identity
    assert books.history() == []
    adopted = books.adopt(mine, DAY)
    shutil.rmtree(mine)  # a copy is kept
    assert Rulebooks(tmp_path).live().identity == adopted.identity
    assert "refund_late" in books.live().ids()


def test_back_and_forth(tmp_path: Path, mine: Path) -> None:
    books = Rulebooks(tmp_path)
    with pytest.raises(UserError, match="nothing to go back to"):
        books.back(DAY)
    adopted = books.adopt(mine, DAY)
    assert books.back(DAY + 1).identity == load().identity
    assert books.back(DAY + 2).identity == adopted.identity
    assert [a.identity for a in books.history()] == [adopted.identity, load().identity, adopted.identity]


def test_what_is_live_or_wrong_is_not_adopted(tmp_path: Path, mine: Path) -> None:
    books = Rulebooks(tmp_path)
    with pytest.raises(UserError, match="live already"):
        books.adopt(SHIPPED, DAY)
    (mine / "90-mine.toml").write_text(MINE.replace("words", "wrods"), encoding="utf-8")
    with pytest.raises(UserError, match=r"90-mine\.toml:10.*did you mean"):
        books.adopt(mine, DAY)
    assert books.live().identity == load().identity


def test_a_service_keeps_the_rulebook_it_has_when_the_file_goes(tmp_path: Path, mine: Path) -> None:
    books = Rulebooks(tmp_path)
    adopted = books.adopt(mine, DAY)
    assert books.use().identity == adopted.identity
    shutil.rmtree(tmp_path / "rulebooks" / adopted.digest)
    assert books.use().identity == adopted.identity
    with pytest.raises(UserError, match="rules adopt"):
        Rulebooks(tmp_path).use()


def test_past_calls_are_judged_again_without_sound(tmp_path: Path, mine: Path) -> None:
    late, other = fill(tmp_path, load(), [REFUND, OTHER])
    books, results = Rulebooks(tmp_path), AnalysisStore(tmp_path)
    rescorer = Rescorer(tmp_path, results, books)
    assert not rescorer.step(DAY)
    before = AnalysisReader(tmp_path).analysis(late)
    books.adopt(mine, DAY)
    assert rescorer.step(DAY + 5)
    assert not rescorer.step(DAY + 6)
    with AnalysisReader(tmp_path) as reader:
        after, untouched = reader.analysis(late), reader.analysis(other)
        assert before and after and untouched
        assert after.utterances == before.utterances
        assert {h.rule for h in after.hits} - {h.rule for h in before.hits} == {"refund_late"}
        assert after.scores.experience == before.scores.experience - 3
        assert after.rulebook_version == untouched.rulebook_version == books.live().identity
        (past,) = reader.past_scores(late)
        assert (past.scores, past.rulebook_version, past.until) == (before.scores, before.rulebook_version, DAY + 5)
        assert "refund_late" not in past.faults
    results.close()


def test_names_are_those_of_the_live_rulebook_as_soon_as_it_is_adopted(tmp_path: Path, mine: Path) -> None:
    shown = Rulebooks(tmp_path)
    assert "refund_late" not in shown.by_id()
    Rulebooks(tmp_path).adopt(mine, DAY)
    assert shown.by_id()["refund_late"].name_zh
    shutil.rmtree(tmp_path / "rulebooks" / load(mine).digest)
    assert "refund_late" in shown.by_id()  # a service goes on with what it had
    assert Rulebooks(tmp_path).by_id() == {}  # a report has ids instead of names


def test_a_trial_says_which_calls_and_changes_nothing(tmp_path: Path, mine: Path) -> None:
    late, other = fill(tmp_path, load(), [REFUND, OTHER])
    trial = try_rulebook(load(), load(mine), stored_calls(tmp_path))
    assert (trial.calls, trial.changed) == (2, ("refund_late",))
    assert [(d.call_id, d.rule) for d in trial.more] == [(late, "refund_late")]
    assert "工作日" in trial.more[0].hit.evidence
    assert trial.scores["experience"] == -1.5
    back = try_rulebook(load(mine), load(), stored_calls(tmp_path))
    assert [(d.call_id, d.rule) for d in back.fewer] == [(late, "refund_late")]
    assert try_rulebook(load(), load(mine), stored_calls(tmp_path, DAY + 300)).calls == 1
    with AnalysisReader(tmp_path) as reader:
        assert reader.past_scores(late) == reader.past_scores(other) == []


def test_rules_that_lean_on_a_changed_one_are_tried_too(mine: Path) -> None:
    taboos = mine / "20-taboos.toml"
    taboos.write_text(taboos.read_text(encoding="utf-8").replace('"不知道",', '"不知道", "不客气",', 1), encoding="utf-8")
    assert set(changed_rules(load(), load(mine))) == {"forbidden_phrase", "agent_tone", "refund_late"}
