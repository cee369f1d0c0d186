"""What a report is, before it is a page, a workbook or print: sections, tables, charts and words in both languages; only data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hw.messages import Message
from quality.periods import Period

UNKNOWN = "–"
"""What stands where a figure cannot be known."""


KINDS = {
    "text": "@", "count": "#,##0", "one": "0.0", "two": "0.00", "number": "0.0", "percent": "0.0%", "duration": "[h]:mm:ss",
    "day": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm:ss", "change_count": "+#,##0;-#,##0;0", "change_one": "+0.0;-0.0;0.0",
    "change_points": "+0.0;-0.0;0.0",
}  # fmt: skip
"""How a value is read, with Excel's number format. percent: 0–1. change_…: the difference to the period before; change_points: in
percentage points (the value times 100 of a difference of shares)."""


@dataclass(frozen=True)
class Shown:
    """A number that is read otherwise than its column: kind is one of KINDS. sign: what stands before it in text, as "±"."""

    value: float
    kind: str
    sign: str = ""


Value = str | int | float | date | datetime | timedelta | Message | Shown | None


@dataclass(frozen=True)
class Column:
    """kind: one of KINDS. width: characters, in the workbook."""

    name: Message
    kind: str = "text"
    width: int = 12


@dataclass(frozen=True)
class Chart:
    """A picture of a table's columns. kind: "line", "column" or "bar" (lying). label: the column with the names; values: the drawn
    columns. unit: "count", "one" or "percent". rows: only the first so many."""

    kind: str
    title: Message
    label: int
    values: tuple[int, ...]
    unit: str = "count"
    rows: int | None = None


@dataclass(frozen=True)
class Table:
    """rows hold one value a column; None is not known. printed: how many rows the page and the print show (the workbook has all).
    empty: what is said when there are no rows."""

    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    charts: tuple[Chart, ...] = ()
    note: Message | None = None
    printed: int | None = None
    empty: Message = field(default_factory=lambda: Message("Nothing to report.", "无。"))


@dataclass(frozen=True)
class KeyFigure:
    """One of the figures a report opens with. before: the period before's, of the same kind; None: not known. change: "change_…"
    kind of the difference. good: "higher", "lower" or "none". id: by which pages know it."""

    name: Message
    value: float | None
    before: float | None
    kind: str = "count"
    good: str = "none"
    id: str = ""

    @property
    def change(self) -> float | None:
        """The difference to the period before, None when either is not known; percentage points of a percent."""
        if self.value is None or self.before is None:
            return None
        return (self.value - self.before) * (100 if self.kind == "percent" else 1)

    @property
    def change_kind(self) -> str:
        """How the change is read."""
        return {"percent": "change_points", "count": "change_count"}.get(self.kind, "change_one")


@dataclass(frozen=True)
class Section:
    """A chapter: what is said, then its tables with their charts."""

    title: Message
    text: tuple[Message, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """kind: "daily", "weekly", "monthly", "cases", "training", "forecast", "quarterly" or
    "observation". made_at: UTC epoch seconds. calls: how
    many calls it is made of. notes: what the reader has to know first; method: how the figures are made, told last."""

    kind: str
    title: Message
    period: Period
    site: str
    timezone: str
    made_at: float
    calls: int
    key_figures: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    notes: tuple[Message, ...] = ()
    method: tuple[Message, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them, in order."""
        return tuple(table for section in self.sections for table in section.tables)
