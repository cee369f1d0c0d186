"""How the command line speaks: plain lines on standard output, progress and errors on standard error."""

from __future__ import annotations

import io
import json
import math
import re
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self, TypeGuard

from hw.messages import Message, terminal_language


def say(en: str, zh: str = "") -> None:
    """One line for the person at the terminal, in their language."""
    sys.stdout.write((zh if zh and terminal_language() == "zh" else en) + "\n")
    sys.stdout.flush()


def note(en: str, zh: str) -> None:
    """One line about what is going on, on standard error: standard output is for the answer, which may be JSON."""
    sys.stderr.write((zh if terminal_language() == "zh" else en) + "\n")


def say_message(message: Message) -> None:
    """A ready-made message on standard output."""
    say(message.en, message.zh)


def speak_any_locale() -> None:
    """A terminal that lacks a character shows a question mark: that must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say_json(value: object) -> None:
    """The machine-readable answer: one JSON document, Chinese kept readable where the locale can write it."""
    readable = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=not readable, indent=1) + "\n")
    sys.stdout.flush()


def complain(message: Message) -> None:
    """An error, on standard error."""
    sys.stderr.write(f"callbox: {message.text(terminal_language())}\n")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under heads, columns as wide as their widest cell; a Chinese character counts two."""
    grid = [list(heads), *[list(row) for row in rows]]
    widths = [max(_width(row[i]) for row in grid) for i in range(len(heads))]
    return "\n".join("  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in grid)


def wrapped(text: str, width: int = 80, indent: str = "") -> list[str]:
    """Text in lines of at most `width` columns, each after `indent`; breaks at spaces and between Chinese characters."""
    lines, line = [], ""
    for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        full = _width(indent + line + word.rstrip()) > width
        if full and line.strip() and word not in "，。；：、！？）」,;:)":
            lines.append(indent + line.rstrip())
            line = ""
        line += word
    return [*lines, indent + line.rstrip()] if line.strip() else lines


def facts(values: Mapping[str, object]) -> str:
    """Names and values, one a line."""
    widest = max((_width(name) for name in values), default=0)
    return "\n".join(f"{_pad(name, widest)}  {value}" for name, value in values.items())


def report(figures: Mapping[str, object]) -> str:
    """Figures for a person: plain ones first, a name and a value a line; then each group or list under its name as a table."""
    plain = {name: _shown(value) for name, value in figures.items() if not _is_grid(value)}
    parts = [facts(plain)] if plain else []
    for name, value in figures.items():
        if _is_grid(value):
            rows = [{"": key, **row} for key, row in value.items()] if isinstance(value, dict) else list(value)
            heads = list(dict.fromkeys(head for row in rows for head in row))
            parts.append(f"{name}\n" + table(heads, [[_shown(row.get(head)) for head in heads] for row in rows]))
    return "\n\n".join(parts)


def _is_grid(value: object) -> TypeGuard[list[dict[str, object]] | dict[str, dict[str, object]]]:
    """Whether a value is rows with named columns."""
    rows = list(value.values()) if isinstance(value, dict) else value
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) for row in rows)


def _shown(value: object) -> str:
    if value is None or value in ([], {}):
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


class Progress:
    """What long work is doing: a line rewritten in place on a terminal, a line now and then elsewhere.

    Use it in a `with`: an error that comes next then has a line of its own. Never goes back, never repeats its end.
    """

    def __init__(self, en: str, zh: str = "") -> None:
        self._label = zh if zh and terminal_language() == "zh" else en
        self._started = time.monotonic()
        self._last = float("-inf")
        self._share = -1.0
        self._terminal = sys.stderr.isatty()

    def __call__(self, done: float, total: float, detail: str = "") -> None:
        """`done` of `total`, in whatever unit both are; detail: what else to show."""
        now = time.monotonic()
        share = 100.0 if total <= 0 else max(0.0, self._share, min(100.0, 100 * done / total))
        finished = share >= 100.0 > self._share
        due = now - self._last >= (0.2 if self._terminal else 5.0)
        if not finished and (not due or self._share >= 100.0):
            return
        self._last, self._share = now, share
        shown = math.floor(share)  # 99.6 is not yet done
        self._write(f"{self._label}  {shown:3d} %  {now - self._started:.0f} s{f'  {detail}' if detail else ''}")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Leave the line as it stands."""
        if self._terminal and self._share >= 0:
            sys.stderr.write("\n")
