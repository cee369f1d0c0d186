"""A rulebook changed in one rule: its files stay as people wrote them, comments and all, but for that rule."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT, Table

from analyzer.rules.rulebook import load
from analyzer.rules.rulefiles import files_of
from hw.messages import UserError

OWN = "90-own.toml"
"""The file of a rulebook that new rules go to."""

Entry = dict[str, Any]
"""A rule as its file says it: what docs/rules.md describes, as plain data."""


def entries(path: Path) -> dict[str, Entry]:
    """Every rule of a rulebook by id, in its order, those switched off too. Raises UserError when it has errors."""
    load(path)
    return {str(entry["id"]): entry for _, found in _tables(path) for entry in found.get("rule", [])}


def word_sets(path: Path) -> dict[str, list[str]]:
    """The sets of words that patterns name with @."""
    return {name: list(words) for _, found in _tables(path) for name, words in found.get("sets", {}).items()}


def write_changed(source: Path, target: Path, rule_id: str, entry: Entry | None) -> None:
    """Write the rulebook at `source` into the new folder `target` with one rule changed, added (as the last of OWN) or, None, taken
    out. Raises UserError when the result has errors; then `target` is gone again."""
    target.mkdir(parents=True)
    try:
        for file in files_of(source):
            shutil.copyfile(file, target / file.name)
        _put(target, rule_id, entry)
        load(target)
    except UserError:
        shutil.rmtree(target)
        raise


def _tables(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in files_of(path):
        text = file.read_text("utf-8-sig")
        yield file, json.loads(text or "{}") if file.suffix == ".json" else tomllib.loads(text)


def _put(folder: Path, rule_id: str, entry: Entry | None) -> None:
    for file, table in _tables(folder):
        if any(str(one.get("id")) == rule_id for one in table.get("rule", [])):
            (_put_json if file.suffix == ".json" else _put_toml)(file, rule_id, entry)
            return
    if entry is not None:
        _add(folder / OWN, entry)


def _put_json(file: Path, rule_id: str, entry: Entry | None) -> None:
    table = json.loads(file.read_text("utf-8-sig"))
    place = next(n for n, one in enumerate(table["rule"]) if str(one.get("id")) == rule_id)
    table["rule"][place : place + 1] = [] if entry is None else [entry]
    file.write_text(json.dumps(table, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _put_toml(file: Path, rule_id: str, entry: Entry | None) -> None:
    document = tomlkit.parse(file.read_text("utf-8-sig"))
    rules = document["rule"]
    assert isinstance(rules, AoT)
    place = next(n for n, one in enumerate(rules) if str(one.get("id")) == rule_id)
    if entry is None:
        del rules[place]
    else:
        _update(rules[place], entry)
    file.write_text(tomlkit.dumps(document), "utf-8")


def _update(table: Table, entry: Entry) -> None:
    """Only what differs is written anew, so that the rest keeps its comments and its layout."""
    before: Entry = table.unwrap()
    for name in [name for name in before if name not in entry]:
        del table[name]
    for name, value in entry.items():
        if before.get(name) != value:
            table[name] = _item(name, value)


def _item(name: str, value: Any) -> Any:
    if name == "check":
        checks = tomlkit.aot()
        for one in value:
            checks.append(_table(one))
        return checks
    if isinstance(value, Mapping):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    if isinstance(value, list) and len(value) > 6:
        return tomlkit.item(value).multiline(True)  # type: ignore[attr-defined]
    return tomlkit.item(value)


def _table(values: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for name, value in values.items():
        table[name] = _item("", value)
    return table


def _add(file: Path, entry: Entry) -> None:
    text = file.read_text("utf-8-sig") if file.exists() else "# Rules made on the pages.\n"
    document = tomlkit.parse(text)
    rules = document.get("rule", tomlkit.aot())
    table = tomlkit.table()
    for name, value in entry.items():
        table[name] = _item(name, value)
    rules.append(table)
    document["rule"] = rules
    file.write_text(tomlkit.dumps(document), "utf-8")
