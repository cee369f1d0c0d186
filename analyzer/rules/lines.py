"""In which line of a rulebook file an error is: the parsers of TOML and JSON forget it, the person who mends it needs it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PLACE = re.compile(r"(?P<file>[^,:]+)(?:, rule (?P<rule>[^,:]+))?(?:, check (?P<check>\d+))?(?:, (?P<field>[^,:.]+))?")
_NAMED = re.compile(r'(?:unknown name "([^"]+)"|: (\w+) is ")')


def with_lines(errors: Sequence[tuple[str, str]], texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The errors (English, Chinese, both beginning with their place "FILE, rule ID, check N, FIELD") with the line put behind the
    file's name where it can be told."""
    told = []
    for en, zh in errors:
        match = _PLACE.match(en)
        name = match.group("file") if match else ""
        line = _line(texts[name], en) if match and name in texts else None
        put = f"{name}:{line}" if line else name
        told.append((put + en.removeprefix(name), put + zh.removeprefix(name)) if line else (en, zh))
    return told


def _line(text: str, error: str) -> int | None:
    match = _PLACE.match(error)
    if match is None or match.group("rule") is None:
        return None
    lines = text.splitlines()
    first = _of_rule(lines, match.group("rule").strip())
    if first is None:
        return None
    last = next((i for i in range(first + 1, len(lines)) if lines[i].strip() == "[[rule]]"), len(lines))
    if match.group("check"):
        heads = [i for i in range(first, last) if re.search(r"\[\[rule\.check\]\]|\"kind\"", lines[i])]
        number = int(match.group("check")) - 1
        first = heads[number] if number < len(heads) else first
    named = _NAMED.search(error)
    field = (named.group(1) or named.group(2)) if named else match.group("field")
    return 1 + next((i for i in range(first, last) if field and _names(lines[i], field.strip())), first)


def _of_rule(lines: Sequence[str], rule: str) -> int | None:
    """The line a rule begins in, by its id or by its number in the file."""
    named = re.compile(rf"""\s*"?id"?\s*[=:]\s*["']{re.escape(rule)}["']""")
    for i, line in enumerate(lines):
        if named.search(line):
            # Its table begins above, at the header.
            return next((j for j in range(i, -1, -1) if lines[j].strip() in ("[[rule]]", "{")), i)
    heads = [i for i, line in enumerate(lines) if line.strip() == "[[rule]]"]
    return heads[int(rule) - 1] if rule.isdigit() and int(rule) <= len(heads) else None


def _names(line: str, field: str) -> bool:
    return re.match(rf"""\s*["']?{re.escape(field)}["']?\s*[=:]""", line) is not None
