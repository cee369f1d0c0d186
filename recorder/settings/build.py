"""TOML values → the frozen dataclasses of sections.py, every problem noted rather than the first one raised."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from difflib import get_close_matches
from types import GenericAlias
from typing import Any, get_args, get_origin, get_type_hints

from hw.messages import Message
from recorder.settings.files import Entries, Entry
from recorder.settings.sections import Settings

_KINDS = {
    str: Message("text in quotes", "带引号的文本"),
    int: Message("a whole number", "整数"),
    float: Message("a number", "数字"),
    bool: Message("true or false", "true 或 false"),
}


def section_types() -> dict[str, type]:
    """Table name → the dataclass of one such table."""
    hints = get_type_hints(Settings)
    return {name: get_args(hint)[0] if get_origin(hint) is tuple else hint for name, hint in hints.items()}


def list_names() -> frozenset[str]:
    """The names of the tables written [[so]]."""
    return frozenset(name for name, hint in get_type_hints(Settings).items() if get_origin(hint) is tuple)


def build(entries: Entries) -> tuple[Settings, list[Message]]:
    """The settings the entries make, and everything wrong with their names and types (a wrong value keeps its default)."""
    types, problems = section_types(), list(entries.problems)
    made: dict[str, Any] = {}
    for name, entry in entries.tables.items():
        if name in types:
            made[name] = _table(types[name], entry, problems)
        else:
            problems.append(_unknown(entry.where(), name, tuple(types), "table", "表"))
    for name, rows in entries.lists.items():
        made[name] = tuple(_table(types[name], row, problems) for row in rows)
    return Settings(**made), problems


def _table(section: type, entry: Entry, problems: list[Message]) -> Any:
    hints = get_type_hints(section)
    values = {}
    for key, value in entry.values.items():
        if key not in hints:
            problems.append(_unknown(entry.where(key), key, tuple(hints), "setting", "设置"))
        elif (problem := _mismatch(value, hints[key])) is not None:
            problems.append(Message(f"{entry.where(key)}: {key} {problem.en}", f"{entry.where(key)}：{key} {problem.zh}"))
        else:
            values[key] = _convert(value, hints[key])
    for required in dataclasses.fields(section):
        if required.default is dataclasses.MISSING and required.name not in values:
            if required.name not in entry.values:
                where = entry.where()
                problems.append(Message(f"{where}: {required.name} is missing", f"{where}：缺少 {required.name}"))
            values[required.name] = _blank(hints[required.name])
    return section(**values)


def _blank(hint: Any) -> Any:
    return () if get_origin(hint) is tuple else hint()


def _mismatch(value: Any, hint: type | GenericAlias) -> Message | None:
    if get_origin(hint) is tuple:
        kind = _KINDS[get_args(hint)[0]]
        if isinstance(value, list) and all(_fits(item, get_args(hint)[0]) for item in value):
            return None
        return Message(f"must be a list in square brackets, each item {kind.en}", f"必须是方括号中的列表，每一项为{kind.zh}")
    if isinstance(hint, type) and _fits(value, hint):
        return None
    kind = _KINDS[hint]  # type: ignore[index]
    return Message(f"must be {kind.en}, not {value!r}", f"必须是{kind.zh}，不能是 {value!r}")


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool):  # TOML's true is Python's 1
        return kind is bool
    return isinstance(value, int | float) if kind is float else isinstance(value, kind)


def _convert(value: Any, hint: type | GenericAlias) -> Any:
    if get_origin(hint) is tuple:
        return tuple(value)
    return float(value) if hint is float else value


def _unknown(where: str, name: str, known: Sequence[str], what_en: str, what_zh: str) -> Message:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint_en = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
    hint_zh = f"是不是 {near[0]}？" if near else f"已知的有：{'、'.join(known)}"
    return Message(f"{where}: there is no {what_en} {name}; {hint_en}", f"{where}：没有名为 {name} 的{what_zh}；{hint_zh}")
