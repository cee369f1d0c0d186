"""Forms read from their documents (TOML in quality/formdata, JSON in review.db), with every mistake named at once."""

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
from quality.form import NOT_APPLICABLE, Evidence, Form, Grade, Item, Section, Taboo

FORM_DATA = Path(__file__).parent / "formdata"
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
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _bad([f"{type(error).__name__}: {error}"]) from error
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


def _problems(form: Form) -> Iterator[str]:
    ids = [*form.items, *(s.id for s in form.sections), *form.shares, *(t.id for t in form.taboos)]
    counted = Counter([item.id for section in form.sections for item in section.items])
    yield from (f"item {name} appears {times} times" for name, times in counted.items() if times > 1)
    yield from (f"id {name!r} is not of the form a-z_0-9" for name in ids if not re.fullmatch(r"[a-z][a-z_0-9]*", name))
    yield from (f"grade {grade.id} earns {grade.share}, not 0–1" for grade in form.grades if not 0 <= grade.share <= 1)
    yield from (f"item {item.id} has no points" for item in form.items.values() if item.points <= 0)
    if abs(sum(section.points for section in form.sections) - 100) > 1e-6:
        yield "the sections' points do not add up to 100"
    odd = (item for item in form.items.values() if item.comment not in COMMENTS)
    yield from (f"item {item.id}: comment {item.comment!r} is unknown" for item in odd)
    if form.scale not in SCALES:
        yield f"scale {form.scale!r} is unknown"
    if NOT_APPLICABLE in form.shares:
        yield f"{NOT_APPLICABLE!r} cannot be a grade's id"
    for item in form.items.values():
        for evidence in item.evidence:
            yield from (f"item {item.id}: {problem}" for problem in _evidence_problems(form, evidence))


def _evidence_problems(form: Form, evidence: Evidence) -> Iterator[str]:
    if evidence.kind not in _KINDS or evidence.when not in _WHENS or evidence.window not in _WINDOWS:
        yield f"kind {evidence.kind!r}, when {evidence.when!r} or window {evidence.window!r} is unknown"
    named = {*evidence.grades, evidence.clean, evidence.found, evidence.missing} - {""}
    yield from (f"grade {name!r} is unknown" for name in sorted(named - form.shares.keys()))
    for pattern in (*evidence.patterns, *evidence.needs):
        try:
            compile_pattern(pattern, form.words)
        except PatternError as error:
            yield str(error)


def unknown_form(form_id: str, known: Iterable[str]) -> UserError:
    """The error that says which forms there are."""
    return UserError(
        f"There is no form “{form_id}”. Known: {', '.join(known)}.", f"没有评分表“{form_id}”，现有：{'、'.join(known)}。"
    )


def _bad(problems: list[str]) -> UserError:
    listed = "; ".join(problems)
    return UserError(f"This form cannot be used: {listed}.", f"该评分表无法使用：{listed}。")
