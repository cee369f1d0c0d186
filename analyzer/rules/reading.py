"""TOML or JSON to rulebook: every field is read or refused, all errors are told together, each with the nearest name."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, get_type_hints

from analyzer.rules.kinds.registry import KINDS
from analyzer.rules.lines import with_lines
from analyzer.rules.pattern import Pattern, PatternError, compile_pattern
from analyzer.rules.rulebook import SCORES, Check, Rule, Rulebook
from analyzer.rules.rulefiles import Errors, files_of, parse, tables_of, text_of
from analyzer.rules.sound import HAN
from hw.messages import UserError

Patterns = tuple[Pattern, ...]
_CHOICES = {
    "side": ("agent", "customer", "both"),
    "language": ("zh", "en", "any"),
    "direction": ("in", "out", "any"),
    "then_side": ("agent", "customer"),
    "excused_side": ("agent", "customer"),
    "when_side": ("agent", "customer"),
}
_RULE_TEXTS = ("id", "name_zh", "name_en", "explain_zh", "explain_en")


def read_rulebook(path: Path) -> Rulebook:
    """The rulebook at `path`, a file or a folder. Raises UserError with all errors."""
    errors = Errors()
    texts = {file: text_of(file, errors) for file in files_of(path)}
    tables = [(file, parse(file, text, errors)) for file, text in texts.items()]
    sets: dict[str, Sequence[str]] = {}
    for file, table in tables:
        _merge_sets(sets, table.get("sets", {}), file.name, errors)
    rules: list[Rule] = []
    for file, table in tables:
        _refuse_unknown(table, ("version", "ordinary", "sets", "rule"), file.name, errors)
        for number, entry in enumerate(table.get("rule", []), 1):
            rule = _rule(entry, f"{file.name}, rule {entry.get('id', number)}", sets, errors)
            if rule is not None and rule.id in {r.id for r in rules}:
                errors.tell(file.name, f'rule "{rule.id}" is there twice', f"规则“{rule.id}”重复")
            elif rule is not None:
                rules.append(rule)
    version = "+".join(str(t["version"]) for _, t in tables if "version" in t)
    if not version and not errors.unread:
        errors.tell(path.name, 'no version: add version = "..."', '没有版本号：请加 version = "..."')
    if errors:
        told = with_lines(errors, {file.name: text for file, text in texts.items()})
        raise UserError(
            f"The rulebook {path} has {len(errors)} error(s):\n" + "\n".join(f"  {en}" for en, _ in told),
            f"规则手册 {path} 有 {len(errors)} 处错误：\n" + "\n".join(f"  {zh}" for _, zh in told),
        )
    ordinary = tuple(str(w) for _, t in tables for w in t.get("ordinary", []))
    digest = hashlib.sha256("\0".join(f"{file.name}\0{text}" for file, text in texts.items()).encode()).hexdigest()
    return Rulebook(version, tuple(r for r in rules if r.enabled), ordinary, digest)


def _merge_sets(sets: dict[str, Sequence[str]], found: object, at: str, errors: Errors) -> None:
    for name, words in found.items() if isinstance(found, dict) else ():
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            errors.tell(f"{at}, sets.{name}", "must be a list of words", "必须是词的列表")
        else:
            sets[name] = words


def _refuse_unknown(table: Mapping[str, object], known: Sequence[str], at: str, errors: Errors) -> None:
    for name in table:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint_en, hint_zh = (f', did you mean "{near[0]}"?', f"，是否想写“{near[0]}”？") if near else ("", "")
            errors.tell(at, f'unknown name "{name}"{hint_en}', f"未知名称“{name}”{hint_zh}")


def _rule(entry: dict[str, Any], at: str, sets: Mapping[str, Sequence[str]], errors: Errors) -> Rule | None:
    before = len(errors)
    _refuse_unknown(entry, (*_RULE_TEXTS, "side", "points", "cap", "high_priority", "enabled", "check"), at, errors)
    for name in _RULE_TEXTS:
        if not isinstance(entry.get(name), str) or not entry.get(name):
            errors.tell(at, f'"{name}" is missing', f"缺少“{name}”")
    side = _choice(entry.get("side", "agent"), "side", at, errors)
    amounts = {name: _amounts(entry.get(name, {}), f"{at}, {name}", errors) for name in ("points", "cap")}
    given = tables_of(entry.get("check", []), f"{at}, check", errors)
    if not given:
        errors.tell(at, "no [[rule.check]]: a rule needs one at least", "没有 [[rule.check]]：规则至少要有一项检查")
    checks = [_check(c, f"{at}, check {i}", sets, errors) for i, c in enumerate(given, 1)]
    priority = _typed(entry.get("high_priority", False), bool, f"{at}, high_priority", errors)
    enabled = _typed(entry.get("enabled", True), bool, f"{at}, enabled", errors)
    if len(errors) > before:
        return None
    return Rule(
        **_texts(entry),
        side=side,
        checks=tuple(c for c in checks if c),
        points=amounts["points"],
        cap=amounts["cap"],
        high_priority=priority,
        enabled=enabled,
    )


class _Texts(TypedDict):
    id: str
    name_zh: str
    name_en: str
    explain_zh: str
    explain_en: str


def _texts(entry: Mapping[str, Any]) -> _Texts:
    return _Texts(
        id=entry["id"],
        name_zh=entry["name_zh"],
        name_en=entry["name_en"],
        explain_zh=entry["explain_zh"],
        explain_en=entry["explain_en"],
    )


def _amounts(table: object, at: str, errors: Errors) -> dict[str, float]:
    if not isinstance(table, dict):
        errors.tell(at, "must be a table of scores", "必须是各项分数的表")
        return {}
    _refuse_unknown(table, SCORES, at, errors)
    return {name: float(v) for name, v in table.items() if _typed(v, float, f"{at}.{name}", errors) is not None}


def _listed(value: object, at: str, errors: Errors) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        errors.tell(at, "must be a list of texts", "必须是文字的列表")
        return ()
    return tuple(value)


def _weights(table: object, at: str, errors: Errors) -> dict[str, float]:
    if not isinstance(table, dict):
        errors.tell(at, "must be a table of numbers", "必须是数字的表")
        return {}
    return {str(name): float(v) for name, v in table.items() if _typed(v, float, f"{at}.{name}", errors) is not None}


def _choice(value: object, name: str, at: str, errors: Errors) -> str:
    if value not in _CHOICES[name]:
        errors.tell(
            at,
            f'{name} is "{value}", must be one of {", ".join(_CHOICES[name])}',
            f"{name} 为“{value}”，应为 {'、'.join(_CHOICES[name])} 之一",
        )
    return str(value)


def _typed(value: object, wanted: type, at: str, errors: Errors) -> Any:
    fits = (
        isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        if wanted in (int, float)
        else isinstance(value, wanted)
    )
    if not fits:
        names = {
            float: ("a number, 0 or more", "不小于 0 的数"),
            int: ("a whole number", "整数"),
            str: ("text", "文字"),
            bool: ("true or false", "true 或 false"),
        }
        errors.tell(at, f"must be {names[wanted][0]}, is {value!r}", f"应为{names[wanted][1]}，现为 {value!r}")
        return None
    return wanted(value)


_COMMON = {f.name: f for f in dataclasses.fields(Check) if f.name != "kind"}


def _check(entry: dict[str, Any], at: str, sets: Mapping[str, Sequence[str]], errors: Errors) -> Check | None:
    name = entry.get("kind", "words")
    if name not in KINDS:
        near = difflib.get_close_matches(str(name), KINDS, 1)
        errors.tell(
            at,
            f'no kind "{name}"' + (f', did you mean "{near[0]}"?' if near else ""),
            f"没有检查方式“{name}”" + (f"，是否想写“{near[0]}”？" if near else ""),
        )
        return None
    kind = KINDS[name]
    fields = {f.name: f for f in dataclasses.fields(kind)}
    _refuse_unknown(entry, ("kind", *_COMMON, *fields), at, errors)
    before = len(errors)
    common = {n: _value(entry[n], get_type_hints(Check)[n], n, at, sets, errors) for n in _COMMON if n in entry}
    hints = get_type_hints(kind)
    options = {n: _value(entry[n], hints[n], n, at, sets, errors) for n in fields if n in entry}
    for field in fields.values():
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING and field.name not in entry:
            errors.tell(at, f'"{field.name}" is missing', f"缺少“{field.name}”")
    return Check(kind(**options), **common) if len(errors) == before else None


def _value(value: object, wanted: object, name: str, at: str, sets: Mapping[str, Sequence[str]], errors: Errors) -> Any:  # noqa: PLR0917
    at = f"{at}, {name}"
    if wanted == Patterns:
        return _patterns(value, at, sets, errors)
    if wanted == dict[str, Patterns]:
        if not isinstance(value, dict):
            errors.tell(at, "must be a table of lists of words", "必须是词表的表")
            return {}
        return {str(n): _patterns(v, f"{at}.{n}", sets, errors) for n, v in value.items()}
    if wanted in (tuple[str, ...], dict[str, float]):
        return (_listed if wanted == tuple[str, ...] else _weights)(value, at, errors)
    if name in _CHOICES:
        return _choice(value, name, at, errors)
    plain = next((t for t in (bool, int, float, str) if wanted in (t, t | None)), str)
    return _typed(value, plain, at, errors)


def _patterns(value: object, at: str, sets: Mapping[str, Sequence[str]], errors: Errors) -> Patterns:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        errors.tell(at, "must be a list of words", "必须是词的列表")
        return ()
    patterns = []
    for text in _spread(value, sets):
        try:
            patterns.append(compile_pattern(text, sets))
        except PatternError as why:
            errors.tell(at, str(why), why.zh)
            continue
        lone = _lone_character(patterns[-1])
        if lone:
            errors.tell(
                at,
                f'in "{text}" the character "{lone}" alone would be found everywhere: write "={lone}" if that is meant',
                f"“{text}”中单独的“{lone}”几乎处处都会命中：确需如此请写“={lone}”",
            )
    return tuple(patterns)


def _lone_character(pattern: Pattern) -> str:
    """A character that is a whole pattern, as when "怎么还没|不" was written for "怎么 还没|还不"; "" when there is none."""
    if len(pattern) > 1:
        return ""
    words = (w for w in pattern[0].words if len(w.units) == 1 and len(w.units[0]) == 1 and HAN.match(w.units[0]))
    return next((w.text for w in words if not (w.text.startswith("=") or w.at_start or w.at_end)), "")


def _spread(texts: Sequence[str], sets: Mapping[str, Sequence[str]]) -> list[str]:
    """A set that stands alone is as many patterns as it has entries; they may then be patterns of several elements."""
    spread: list[str] = []
    for text in texts:
        name = text.removeprefix("@")
        spread += sets[name] if text.startswith("@") and name in sets else [text]
    return spread
