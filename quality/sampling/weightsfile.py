"""The sampling weights as a file a supervisor edits: written as TOML, changed, and taken back as the next version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from quality.sampling.rules import SHIPPED
from quality.sampling.rulestore import WEIGHTS, RuleStore
from quality.versions import version_line
from recorder.settings.cli import toml_value


def weights_toml(store: Path) -> str:
    """What holds now. The first line says which version it is: `take_weights` refuses it once somebody has made another."""
    version, rules = RuleStore(store).current()
    text = SHIPPED.read_text("utf-8") if version == 0 else "\n".join(_lines(rules.document)) + "\n"
    return version_line(version) + text


def take_weights(store: Path, text: str, by: str) -> int:
    """Keep changed weights; the new version. Raises UserError naming everything that is wrong with them."""
    based_on, document = WEIGHTS.read_file(text)
    return RuleStore(store).change(document, by, based_on)


def _lines(table: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Values first, then tables, then lists of tables, as TOML wants them."""
    for key, value in table.items():
        if not isinstance(value, Mapping) and not _is_rows(value):
            yield f"{_key(key)} = {toml_value(tuple(value) if isinstance(value, list) else value)}"
    for key, value in table.items():
        inner = f"{path}{_key(key)}"
        if isinstance(value, Mapping):
            yield from ("", f"[{inner}]", *_lines(value, f"{inner}."))
        elif _is_rows(value):
            for row in value:
                yield from ("", f"[[{inner}]]", *_lines(row, f"{inner}."))


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_value(key)


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
