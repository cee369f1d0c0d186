from __future__ import annotations

import copy
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.rules.rulebook import load
from hw.messages import UserError
from quality.access.users import User
from quality.calls.rows import AnalysisState, CallRow
from quality.forms.documents import load_form, read_form, shipped_forms
from quality.forms.form import Form, score
from quality.forms.store import Forms
from quality.reviewing.check import Marks, problems

FORM = load_form()
CALL = CallRow(
    "c", 0.0, 60.0, 0.0, 60.0, 5.0, "line1", "pair", "zh", "in", "closed", "", "", "", "8001", "王小丽", "售前", None,
    AnalysisState("done"), None, False, 0, (), None,
)  # fmt: skip
INSPECTOR = User("u", "张三", "inspector", None, "zh", False, 0.0, 0.0)

FINGERPRINTS = {
    ("A", "1.0"): "f1a2301737e10c02",
    ("B", "1.0"): "1da965588c7b41e4",
}
"""SHA-256 of each shipped version. A form that changed needs a new version, and a new line here."""


def fingerprint(form: Form) -> str:
    return hashlib.sha256(json.dumps(form.document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def test_no_shipped_version_changed_silently() -> None:
    assert {(f.id, f.version): fingerprint(f) for f in shipped_forms()} == FINGERPRINTS


def test_form_a_is_the_source_s() -> None:
    """domain.md, 每日监听记录表."""
    assert [(s.name.zh, s.points, [i.points for i in s.items]) for s in FORM.sections] == [
        ("招呼语", 10, [3, 2, 2, 2]), ("等待处理", 10, [3, 2, 3, 2]), ("应答技巧", 30, [10, 10, 10]), ("结束语", 5, [3, 2]),
        ("业务知识", 20, [10, 10]), ("总体表现", 25, [6, 6, 6, 7]),
    ]  # fmt: skip
    assert [(g.name.zh, g.share) for g in FORM.grades] == [("优", 1.0), ("良", 0.8), ("合格", 0.6), ("稍差", 0.4), ("差", 0.0)]
    assert " ".join(t.name.zh for t in FORM.taboos) == (
        "辱骂 争吵 讽刺 嘲笑 不文明用语 推诿 争辩 反问 抬杠 强行结束通话 私自联系客户 闲聊 违反纪律 泄露信息 暗示升级投诉"
    )


def test_form_b_has_28_items_of_one_weight_in_four_groups() -> None:
    form = load_form("B")
    assert [len(section.items) for section in form.sections] == [4, 12, 4, 8]
    assert list(form.weights.values()) == pytest.approx([100 / 28] * 28, abs=1e-5)


@pytest.mark.parametrize("form", shipped_forms(), ids=lambda form: form.id)
def test_every_rule_a_form_leans_on_is_in_the_rulebook(form: Form) -> None:
    named = {rule for item in form.items.values() for evidence in item.evidence for rule in evidence.rules}
    named |= {rule for taboo in form.taboos for rule in taboo.rules}
    assert named <= set(load().ids())


@pytest.mark.parametrize("form", shipped_forms(), ids=lambda form: form.id)
def test_every_text_is_there_in_both_languages(form: Form) -> None:
    texts = [form.name, *(g.name for g in form.grades), *(g.meaning for g in form.grades), *(t.name for t in form.taboos)]
    for item in form.items.values():
        texts += [item.name, item.best, item.worst]
        for evidence in item.evidence:
            texts += [evidence.fault] if evidence.grades or evidence.missing else []
            texts += [evidence.fine] if evidence.clean or evidence.found else []
    assert all(text.zh and text.en and text.zh != text.en for text in texts)


def test_the_free_point_of_the_greeting_goes_to_its_items_in_proportion() -> None:
    greeting = [FORM.weights[item.id] for item in FORM.sections[0].items]
    assert greeting == pytest.approx([10 * 3 / 9, 10 * 2 / 9, 10 * 2 / 9, 10 * 2 / 9])
    assert sum(FORM.weights.values()) == pytest.approx(100)


@pytest.mark.parametrize(("grade", "expected"), [("excellent", 100), ("good", 80), ("fair", 60), ("poor", 40), ("bad", 0)])
def test_the_same_grade_everywhere_is_its_share(grade: str, expected: float) -> None:
    assert score(FORM, dict.fromkeys(FORM.items, grade)) == expected


def test_a_score_by_hand() -> None:
    grades = dict.fromkeys(FORM.items, "excellent") | {"ask_name": "bad", "listening": "fair", "hold_music": "na"}
    lost = 20 / 9 + 10 * 0.4
    assert score(FORM, grades) == round(100 * (97 - lost) / 97, 1)


def test_nothing_graded_is_no_score() -> None:
    assert score(FORM, {}) is None
    assert score(FORM, dict.fromkeys(FORM.items, "na")) is None


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(FORM.items, st.sampled_from(["na", *FORM.shares]))), st.sampled_from(list(FORM.items)))
def test_a_better_grade_never_lowers_the_score(grades: dict[str, str], item: str) -> None:
    before, after = score(FORM, grades | {item: "poor"}), score(FORM, grades | {item: "good"})
    assert before is not None
    assert after is not None
    assert 0 <= before <= after <= 100


def document() -> dict[str, Any]:
    return copy.deepcopy(FORM.document)


def test_all_mistakes_of_a_form_are_named_together() -> None:
    broken = document()
    broken["section"][0]["points"] = 11.0
    broken["section"][1]["item"][0]["id"] = "ask_name"
    broken["section"][2]["item"][0]["evidence"][0]["clean"] = "splendid"
    with pytest.raises(UserError) as caught:
        read_form(broken)
    for words in ("add up to 100", "ask_name appears 2 times", "splendid"):
        assert words in caught.value.message.en
    for words in ("合计不是 100", "ask_name 出现了 2 次", "没有等级 'splendid'"):
        assert words in caught.value.message.zh
    assert not re.search("appears|points|grade", caught.value.message.zh)


@pytest.mark.parametrize("key", ["id", "version", "section", "grade", "taboo", "pass_line"])
def test_a_form_without_a_field_is_a_clear_error(key: str) -> None:
    broken = document()
    del broken[key]
    with pytest.raises(UserError, match=key):
        read_form(broken)


def test_an_unknown_evidence_field_is_refused() -> None:
    broken = document()
    broken["section"][0]["item"][0]["evidence"][0]["claen"] = "good"
    with pytest.raises(UserError, match="claen"):
        read_form(broken)


def test_a_form_goes_through_the_database_unchanged(tmp_path: Path) -> None:
    forms = Forms(tmp_path)
    forms.add(FORM, by="li")
    assert forms.get("A", FORM.version) == FORM
    assert forms.current() == FORM


def test_a_new_version_becomes_current_and_the_old_one_stays(tmp_path: Path) -> None:
    forms = Forms(tmp_path)
    for version in ("1.9", "1.10"):
        forms.add(read_form(document() | {"version": version}), by="li")
    assert forms.current().version == "1.10"
    assert forms.get("A", FORM.version) == FORM


def test_a_kept_version_cannot_be_changed(tmp_path: Path) -> None:
    forms = Forms(tmp_path)
    forms.add(FORM, by="li")
    with pytest.raises(UserError, match="new version"):
        forms.add(read_form(document() | {"pass_line": 60.0}), by="li")
    kept = forms.get("A", FORM.version)
    assert kept is not None
    assert kept.pass_line == 80


def test_a_form_kept_by_another_version_of_the_program_stays_readable(tmp_path: Path) -> None:
    kept = document()
    evidence = kept["section"][0]["item"][0]["evidence"]
    evidence[0]["smell"] = "good"
    evidence[1]["kind"] = "telepathy"
    Forms(tmp_path).add(replace(FORM, document=kept), by="li")
    form = Forms(tmp_path).get("A", FORM.version)
    assert form is not None
    assert form.items.keys() == FORM.items.keys()
    assert form.items["standard_greeting"].evidence == ()
    assert form.items["ask_name"].evidence == FORM.items["ask_name"].evidence
    Forms(tmp_path).add(form, by="li")  # what is kept stays as it was


def test_unknown_forms_are_clear(tmp_path: Path) -> None:
    assert Forms(tmp_path).get("A", "0.0") is None
    with pytest.raises(UserError, match="no form"):
        Forms(tmp_path).current("Z")
    with pytest.raises(UserError, match="no form"):
        load_form("z")


POINTS = {**FORM.document, "id": "P", "version": "1.0", "scale": "points"}


def test_a_form_in_points_takes_points_and_says_how_many_there_are() -> None:
    form = read_form(POINTS)
    full = {key: f"{item.points:g}" for key, item in form.items.items()}
    assert score(form, full) == 100
    assert score(form, full | {"no_interruption": "5"}) == pytest.approx(95, abs=0.05)
    assert score(form, dict.fromkeys(form.items, "good")) == 80  # the machine speaks in grades
    for bad in ("11", "-1", "many", "nan"):
        found = list(problems(form, CALL, INSPECTOR, Marks(full | {"no_interruption": bad})))
        assert [p.item for p in found] == ["no_interruption"]
        assert "0 to 10 points" in found[0].message.en
    assert "say why" in next(problems(form, CALL, INSPECTOR, Marks(full | {"warm": "0"}))).message.en


def test_an_item_may_ask_for_a_comment_and_refuse_na() -> None:
    document = copy.deepcopy(FORM.document)
    item = document["section"][0]["item"][0]  # type: ignore[index]
    item.update(comment="flaw", na=False)
    form = read_form(document)
    key = item["id"]
    good = dict.fromkeys(form.items, "excellent")
    assert list(problems(form, CALL, INSPECTOR, Marks(good))) == []
    assert [p.item for p in problems(form, CALL, INSPECTOR, Marks(good | {key: "good"}))] == [key]
    assert [p.item for p in problems(form, CALL, INSPECTOR, Marks(good | {key: "na"}))] == [key]
    assert list(problems(form, CALL, INSPECTOR, Marks(good | {key: "good"}, {key: "少报工号"}))) == []


def test_an_edited_form_is_the_next_version_and_two_people_do_not_overwrite_each_other(tmp_path: Path) -> None:
    forms = Forms(tmp_path)
    first = forms.current("A")
    edited = forms.revise(first, {**first.document, "pass_line": 85}, "li")
    assert (edited.version, forms.current("A").pass_line, first.pass_line) == ("1.1", 85, 80)
    with pytest.raises(UserError, match="somebody else has edited"):
        forms.revise(first, {**first.document, "pass_line": 70}, "wang")
    with pytest.raises(UserError, match="cannot be used"):
        forms.revise(edited, {**first.document, "scale": "stars"}, "li")
    assert forms.current("A").version == "1.1"
