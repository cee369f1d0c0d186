"""Forms read from their documents (TOML in quality/forms/data, JSON in review.db), with every mistake named at once."""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from analyzer.rules.pattern import PatternError, compile_pattern
from hw.messages import Message, UserError
from quality.forms.form import NOT_APPLICABLE, Evidence, Form, Grade, Item, Section, Taboo

FORM_DATA = Path(__file__).parent / "data"
DEFAULT_FORM = "A"

SCALES = ("grades", "points")
COMMENTS = ("worst", "flaw", "always")

_KINDS = ("rules", "words", "music")
_WHENS = ("agent", "both_sides", "hold")
_WINDOWS = ("", "start", "end")


@functools.cache
def shipped_forms() -> tuple[Form, ...]:
    """The forms that come with the box, the default first."""
    common = tomllib.loads((FORM_DATA / "common.toml").read_text("utf-8"))
    files = sorted(FORM_DATA.glob("form_*.toml"))
    return tuple(read_form(common | tomllib.loads(file.read_text("utf-8"))) for file in files)


def load_form(form_id: str = DEFAULT_FORM) -> Form:
    """The shipped form of that id ("A" or "a"). Raises UserError when none has it."""
    for form in shipped_forms():
        if form.id.casefold() == form_id.casefold():
            return form
    raise unknown_form(form_id, [form.id for form in shipped_forms()])


def read_kept(document: Mapping[str, Any]) -> Form:
    """A form as review.db keeps it. Evidence that this version of the program does not understand is left out: the form and what
    people gave on it stay readable."""
    sections = []
    for section in document["section"]:
        items = [{**item, "evidence": [e for e in item.get("evidence", ()) if _understood(e)]} for item in section["item"]]
        sections.append({**section, "item": items})
    return replace(read_form({**document, "section": sections}), document=dict(document))


def _understood(table: Mapping[str, Any]) -> bool:
    try:
        evidence = _evidence(table)
    except (TypeError, ValueError):
        return False
    return evidence.kind in _KINDS and evidence.when in _WHENS and evidence.window in _WINDOWS


def read_form(document: Mapping[str, Any]) -> Form:
    """The form a document says. Raises UserError naming everything that is wrong with it."""
    try:
        form = _form(document)
    except KeyError as error:
        raise _bad([Message(f"{error} is missing", f"缺少 {error}")]) from error
    except (TypeError, AttributeError, ValueError) as error:
        raise _bad([Message(f"a value is not of the kind it must be: {error}", f"有内容的格式不正确（{error}）")]) from error
    problems = list(_problems(form))
    if problems:
        raise _bad(problems)
    return form


def _form(document: Mapping[str, Any]) -> Form:
    return Form(
        id=document["id"], version=document["version"], name=_text(document, "name"), pass_line=float(document["pass_line"]),
        min_confidence=float(document["min_confidence"]),
        grades=tuple(Grade(g["id"], float(g["share"]), _text(g, "name"), _text(g, "meaning")) for g in document["grade"]),
        sections=tuple(_section(s) for s in document["section"]),
        taboos=tuple(Taboo(t["id"], _text(t, "name"), tuple(t["rules"])) for t in document["taboo"]),
        words={name: tuple(words) for name, words in document.get("words", {}).items()},
        document=dict(document), scale=document.get("scale", "grades"),
    )  # fmt: skip


def _section(table: Mapping[str, Any]) -> Section:
    items = tuple(_item(item) for item in table["item"])
    return Section(table["id"], _text(table, "name"), float(table["points"]), items, _text(table, "note", required=False))


def _item(table: Mapping[str, Any]) -> Item:
    evidence = tuple(_evidence(entry) for entry in table.get("evidence", ()))
    return Item(
        table["id"], _text(table, "name"), float(table["points"]), _text(table, "best"), _text(table, "worst"), evidence,
        comment=table.get("comment", "worst"), na=bool(table.get("na", True)),
    )  # fmt: skip


def _evidence(table: Mapping[str, Any]) -> Evidence:
    texts = {name: _text(table, name, required=False) for name in ("fault", "fine")}
    known = {field.name for field in fields(Evidence)} - texts.keys()
    plain = {key: value for key, value in table.items() if not key.endswith(("_zh", "_en"))}
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()}
    if given.keys() - known:
        raise ValueError(f"unknown {sorted(given.keys() - known)} in evidence")
    return Evidence(**given, fault=texts["fault"], fine=texts["fine"])


def _text(table: Mapping[str, Any], name: str, required: bool = True) -> Message:
    if required:
        return Message(table[f"{name}_en"], table[f"{name}_zh"])
    return Message(table.get(f"{name}_en", ""), table.get(f"{name}_zh", ""))


def _problems(form: Form) -> Iterator[Message]:
    yield from _wrong_ids(form)
    for grade in form.grades:
        if not 0 <= grade.share <= 1:
            yield Message(f"grade {grade.id} earns {grade.share}, not 0–1", f"等级 {grade.id} 的得分比例 {grade.share} 不在 0–1 内")
    if abs(sum(section.points for section in form.sections) - 100) > 1e-6:
        yield Message("the sections' points do not add up to 100", "各部分分值合计不是 100")
    if form.scale not in SCALES:
        yield Message(f"scale {form.scale!r} is unknown", f"无法识别评分方式 {form.scale!r}")
    for item in form.items.values():
        yield from _item_problems(form, item)


def _wrong_ids(form: Form) -> Iterator[Message]:
    ids = [*form.items, *(s.id for s in form.sections), *form.shares, *(t.id for t in form.taboos)]
    counted = Counter([item.id for section in form.sections for item in section.items])
    for name, times in counted.items():
        if times > 1:
            yield Message(f"item {name} appears {times} times", f"评分项 {name} 出现了 {times} 次")
    for name in ids:
        if not re.fullmatch(r"[a-z][a-z_0-9]*", name):
            yield Message(f"id {name!r} is not of the form a-z_0-9", f"标识 {name!r} 只能由 a-z、0-9 和下划线组成，并以字母开头")
    if NOT_APPLICABLE in form.shares:
        yield Message(f"{NOT_APPLICABLE!r} cannot be a grade's id", f"{NOT_APPLICABLE!r} 不能用作等级标识")


def _item_problems(form: Form, item: Item) -> Iterator[Message]:
    if item.points <= 0:
        yield Message(f"item {item.id} has no points", f"评分项 {item.id} 没有分值")
    if item.comment not in COMMENTS:
        odd = f"item {item.id}: comment {item.comment!r} is unknown"
        yield Message(odd, f"评分项 {item.id}：无法识别评语要求 {item.comment!r}")
    for evidence in item.evidence:
        for problem in _evidence_problems(form, evidence):
            yield Message(f"item {item.id}: {problem.en}", f"评分项 {item.id}：{problem.zh}")


def _evidence_problems(form: Form, evidence: Evidence) -> Iterator[Message]:
    if evidence.kind not in _KINDS or evidence.when not in _WHENS or evidence.window not in _WINDOWS:
        named = f"kind {evidence.kind!r}, when {evidence.when!r} or window {evidence.window!r}"
        yield Message(f"{named} is unknown", f"无法识别证据的 {named.replace(', ', '、').replace(' or ', '或 ')}")
    grades = {*evidence.grades, evidence.clean, evidence.found, evidence.missing} - {""}
    for name in sorted(grades - form.shares.keys()):
        yield Message(f"grade {name!r} is unknown", f"没有等级 {name!r}")
    for pattern in (*evidence.patterns, *evidence.needs):
        try:
            compile_pattern(pattern, form.words)
        except PatternError as error:
            yield Message(str(error), error.zh)


def unknown_form(form_id: str, known: Iterable[str]) -> UserError:
    """The error that says which forms there are."""
    return UserError(
        f"There is no form “{form_id}”. Known: {', '.join(known)}.", f"没有评分表“{form_id}”，现有：{'、'.join(known)}。"
    )


def _bad(problems: list[Message]) -> UserError:
    en, zh = "; ".join(one.en for one in problems), "；".join(one.zh for one in problems)
    return UserError(f"This form cannot be used: {en}.", f"该评分表无法使用：{zh}。")
