"""The weekly summary as one CSV file of several tables, as Excel opens it: UTF-8 with BOM, CRLF, nothing that runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from quality import weeklytables as tables
from quality.files import write_atomically
from quality.weeklysummary import WeeklySummary
from quality.weeklytables import UNKNOWN, Table, Value

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Excel and others take a cell that begins so for a formula (OWASP, CSV injection)."""


def write_csv(summary: WeeklySummary, path: Path, language: str) -> None:
    """Write the summary to `path`. language: "zh" or "en". Raises UserError when the file cannot be written."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(_lines(summary, language))
    write_atomically(path, text.getvalue().encode("utf-8-sig"))


def harmless(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it."""
    return "'" + text if text.startswith(_RUNS) else text


def _lines(summary: WeeklySummary, language: str) -> Iterator[list[str]]:
    week = summary.week
    yield [f"{week.name} ({week.first} – {week.last})"]
    yield from ([harmless(note.text(language))] for note in summary.notes)
    yield []
    yield from ([column.name.text(language), _text(value, column.kind)] for column, value in tables.overview(summary))
    for table in (
        tables.days(summary), tables.teams(summary), tables.agents(summary), tables.rules(summary, language),
        tables.worst(summary, language), tables.best(summary, language), tables.detail(summary, language),
    ):  # fmt: skip
        yield from _block(table, language)


def _block(table: Table, language: str) -> Iterator[list[str]]:
    yield []
    yield [table.title.text(language)]
    yield [column.name.text(language) for column in table.columns]
    kinds = [column.kind for column in table.columns]
    yield from (list(_cells(row, kinds)) for row in table.rows)


def _cells(row: Iterable[Value], kinds: Iterable[str]) -> Iterator[str]:
    return (_text(value, kind) for value, kind in zip(row, kinds, strict=True))


def _text(value: Value, kind: str) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, str):
        return harmless(value)
    return {"percent": f"{100 * value:.1f}%", "count": f"{value:.0f}"}.get(kind, f"{value:.1f}")
