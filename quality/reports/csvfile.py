"""A report as one CSV file of several tables, as Excel opens it: UTF-8 with BOM, CRLF, nothing that runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from hw.messages import Message
from quality.reports.model import Report, Table, Value
from quality.reports.words import text_of

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Excel and others take a cell that begins so for a formula (OWASP, CSV injection)."""


def csv_bytes(report: Report, language: str) -> bytes:
    """The whole file. language: "zh" or "en"."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(_lines(report, language))
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it."""
    return "'" + text if text.startswith(_RUNS) else text


def _lines(report: Report, language: str) -> Iterator[list[str]]:
    yield [report.title.text(language), f"{report.period.name} ({report.period.first} – {report.period.last})"]
    yield from ([harmless(note.text(language))] for note in report.notes)
    yield []
    for figure in report.key_figures:
        cells = ((figure.value, figure.kind), (figure.before, figure.kind), (figure.change, figure.change_kind))
        yield [figure.name.text(language), *(_cell(value, kind, language) for value, kind in cells)]
    for table in report.tables:
        yield from _block(table, language)


def _block(table: Table, language: str) -> Iterator[list[str]]:
    yield []
    yield [table.title.text(language)]
    yield [column.name.text(language) for column in table.columns]
    kinds = [column.kind for column in table.columns]
    yield from ([_cell(value, kind, language) for value, kind in zip(row, kinds, strict=True)] for row in table.rows)


def _cell(value: Value, kind: str, language: str) -> str:
    text = text_of(value, kind, language)
    if isinstance(value, str | Message):
        return harmless(text)
    return text.replace(",", "").removeprefix("+") if isinstance(value, int | float) else text
