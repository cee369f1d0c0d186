"""A rule as a form and back: every kind's fields are read from the kind itself, so that a new kind can be edited as it comes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from analyzer.rules.editing import Entry
from analyzer.rules.kinds.registry import KINDS
from analyzer.rules.reading import Patterns
from analyzer.rules.rulebook import SCORES, Check
from webui.fields import whole

SIDES = ("agent", "customer", "both")
CHOICES = {
    "language": ("zh", "en", "any"), "direction": ("in", "out", "any"), "then_side": ("agent", "customer"),
    "when_side": ("agent", "customer"), "excused_side": ("agent", "customer"), "emotion": ("angry", "happy", "neutral", "sad"),
}  # fmt: skip
TEXTS = ("name_zh", "name_en", "explain_zh", "explain_en")


@dataclass(frozen=True)
class Shape:
    """A field of a check. kind: "words" (one pattern a line), "parts" (name: word, word), "weights" (name = number), "number",
    "whole", "flag", "choice" or "text". default: what holds when the rule does not say."""

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    default: Any = None


@dataclass
class CheckForm:
    """One check as the form shows it. was: its place in the rule as it is live, -1 for a new one."""

    kind: str
    values: dict[str, Any]
    was: int = -1


@dataclass
class RuleForm:
    """A rule as the form shows it: texts as written, so that nothing typed is lost. is_new: it has no id yet that holds."""

    id: str = ""
    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(TEXTS, ""))
    side: str = "agent"
    amounts: dict[str, str] = field(default_factory=dict)
    high_priority: bool = False
    enabled: bool = True
    checks: list[CheckForm] = field(default_factory=list)
    is_new: bool = False


def shapes(kind: str) -> list[Shape]:
    """The fields of a kind of check, its own first, those that every check has after them."""
    made, hints = KINDS[kind], get_type_hints(KINDS[kind])
    assert isinstance(made, type)
    own = [_shape(one, hints[one.name]) for one in dataclasses.fields(made)]
    common = [_shape(one, get_type_hints(Check)[one.name]) for one in dataclasses.fields(Check) if one.name != "kind"]
    window = [shape for shape in own if shape.name.startswith(("first_", "last_"))]
    return [*(shape for shape in own if shape not in window), *window, *common]


def _shape(one: dataclasses.Field[Any], hint: object) -> Shape:
    kinds: dict[object, str] = {
        Patterns: "words", dict[str, Patterns]: "parts", dict[str, float]: "weights", tuple[str, ...]: "words", bool: "flag",
        int: "whole", str: "text",
    }  # fmt: skip
    default = None if one.default is dataclasses.MISSING else one.default
    kind = "choice" if one.name in CHOICES else next((name for wanted, name in kinds.items() if hint == wanted), "number")
    return Shape(one.name, kind, CHOICES.get(one.name, ()), default)


def form_of(entry: Entry) -> RuleForm:
    """A rule as its file says it, for the form."""
    amounts = {f"{what}.{score}": number(entry.get(what, {}).get(score)) for what in ("points", "cap") for score in SCORES}
    checks = [
        CheckForm(check.get("kind", "words"), {name: _shown(value) for name, value in check.items() if name != "kind"}, place)
        for place, check in enumerate(entry.get("check", ()))
    ]
    return RuleForm(
        str(entry["id"]), {name: str(entry.get(name, "")) for name in TEXTS}, entry.get("side", "agent"), amounts,
        entry.get("high_priority", False), entry.get("enabled", True), checks,
    )  # fmt: skip


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, Mapping):
        rows = (f"{name}: {', '.join(words)}" if isinstance(words, list) else f"{name} = {words}" for name, words in value.items())
        return "\n".join(rows)
    return value if isinstance(value, bool | str) else number(value)


def number(value: object) -> str:
    """A number as people write it; nothing for None."""
    return "" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)


def read_form(sent: Mapping[str, str]) -> RuleForm:
    """What was sent, as it was written."""
    checks = [_read_check(sent, place) for place in range(min(40, whole(sent.get("checks", ""), 0)))]
    return RuleForm(
        sent.get("id", "").strip(), {name: sent.get(name, "").strip() for name in TEXTS}, sent.get("side", "agent"),
        {f"{what}.{score}": sent.get(f"{what}.{score}", "").strip() for what in ("points", "cap") for score in SCORES},
        "high_priority" in sent, "enabled" in sent, [check for check in checks if check is not None],
    )  # fmt: skip


def _read_check(sent: Mapping[str, str], place: int) -> CheckForm | None:
    start = f"check-{place}-"
    kind = sent.get(f"{start}kind", "words")
    if kind not in KINDS or f"{start}remove" in sent:
        return None
    values: dict[str, Any] = {}
    for shape in shapes(kind):
        name = start + shape.name
        values[shape.name] = name in sent if shape.kind == "flag" else sent.get(name, "")
    was = sent.get(f"{start}was", "-1")
    return CheckForm(kind, values, whole(was, -1))


def entry_of(form: RuleForm, before: Entry | None) -> Entry:
    """The rule a form says. before: as it was, so that what nobody touched is written as it was. A number that is none stays text,
    which the rulebook's reader names."""
    entry: Entry = dict(before or {})
    entry.update({"id": form.id, **form.texts})
    for name, value, default in (
        ("side", form.side, "agent"), ("high_priority", form.high_priority, False), ("enabled", form.enabled, True),
    ):  # fmt: skip
        if name in entry or value != default:
            entry[name] = value
    for what in ("points", "cap"):
        amounts = {s: _number(form.amounts[f"{what}.{s}"]) for s in SCORES if form.amounts.get(f"{what}.{s}")}
        old = entry.get(what, {})
        ordered = {s: amounts[s] for s in [*old, *amounts] if s in amounts}
        if ordered or what in entry:
            entry[what] = ordered
    checks = (before or {}).get("check", [])
    entry["check"] = [_check_of(one, checks[one.was] if 0 <= one.was < len(checks) else None) for one in form.checks]
    return entry


def _check_of(form: CheckForm, before: Mapping[str, Any] | None) -> dict[str, Any]:
    check: dict[str, Any] = {} if before is not None and "kind" not in before else {"kind": form.kind}
    found = dict(_values(form, before or {}))
    for name in [*(before or {}), *found]:
        if name in found:
            check[name] = found[name]
    return check


def _values(form: CheckForm, before: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for shape in shapes(form.kind):
        value = _value(shape, form.values.get(shape.name, ""))
        stood = shape.name in before
        empty = value in ("", [], {}) or value is None
        if (not empty and value != shape.default) or (stood and not empty):
            yield shape.name, value


def _value(shape: Shape, written: Any) -> Any:
    if shape.kind == "flag":
        return bool(written)
    text = str(written).strip()
    if shape.kind == "words":
        return [line for line in str(written).splitlines() if line.strip()]
    if shape.kind == "parts":
        return {name.strip(): _listed(words) for name, _, words in (line.partition(":") for line in _lines(text)) if name.strip()}
    if shape.kind == "weights":
        return {name.strip(): _number(value.strip()) for name, _, value in (line.partition("=") for line in _lines(text))}
    return _number(text) if shape.kind in ("number", "whole") and text else text


def _lines(text: str) -> list[str]:
    return [line.replace("：", ":") for line in text.splitlines() if line.strip()]


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.replace("，", ",").split(",") if word.strip()]


def _number(text: str) -> float | int | str:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value
