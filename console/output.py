"""How the command line speaks: plain lines on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence

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


def say_json(value: object) -> None:
    """The machine-readable answer: one JSON document, Chinese kept readable."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    sys.stdout.flush()


def complain(message: Message) -> None:
    """An error, on standard error."""
    sys.stderr.write(f"callbox: {message.text(terminal_language())}\n")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under heads, columns as wide as their widest cell; a Chinese character counts two."""
    grid = [list(heads), *[list(row) for row in rows]]
    widths = [max(_width(row[i]) for row in grid) for i in range(len(heads))]
    return "\n".join("  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in grid)


def facts(values: Mapping[str, object]) -> str:
    """Names and values, one a line."""
    widest = max((_width(name) for name in values), default=0)
    return "\n".join(f"{_pad(name, widest)}  {value}" for name, value in values.items())


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


class Progress:
    """What long work is doing: a line rewritten in place on a terminal, a line now and then elsewhere."""

    def __init__(self, en: str, zh: str = "") -> None:
        self._label = zh if zh and terminal_language() == "zh" else en
        self._started = time.monotonic()
        self._last = 0.0
        self._terminal = sys.stderr.isatty()

    def __call__(self, done: float, total: float) -> None:
        """`done` of `total`, in whatever unit both are."""
        now = time.monotonic()
        if now - self._last < (0.2 if self._terminal else 5.0) and done < total:
            return
        self._last = now
        share = 100.0 if total <= 0 else min(100.0, 100 * done / total)
        self._write(f"{self._label}  {share:3.0f} %  {now - self._started:.0f} s")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line as it stands."""
        if self._terminal:
            sys.stderr.write("\n")
