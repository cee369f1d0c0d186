"""The weekly summary as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from hw.messages import Message
from quality import weeklytables as tables
from quality.files import write_atomically
from quality.weeklysummary import WeeklySummary
from quality.weeklytables import UNKNOWN, Column, Table, Value

_NUMBER_FORMATS = {
    "text": "@", "count": "#,##0", "one": "0.0", "percent": "0.0%", "instant": "yyyy-mm-dd hh:mm:ss", "duration": "[h]:mm:ss",
}  # fmt: skip
_BLUE = "#1F4E79"


def write_xlsx(summary: WeeklySummary, path: Path, language: str) -> None:
    """Write the summary to `path`. language: "zh" or "en". Raises UserError when the file cannot be written."""
    write_atomically(path, _Book(summary, language).finished())


class _Book:
    """One workbook being made."""

    def __init__(self, summary: WeeklySummary, language: str) -> None:
        self.summary = summary
        self.language = language
        self._bytes = io.BytesIO()
        # in_memory: no temporary files of its own; formulas and links in what people said stay text.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book: Workbook = xlsxwriter.Workbook(self._bytes, options)
        made = datetime.fromtimestamp(summary.generated_at, UTC).replace(tzinfo=None)
        self._book.set_properties({"title": f"callbox {summary.week.name}", "created": made})
        font = {"font_name": "Microsoft YaHei" if language == "zh" else "Calibri", "font_size": 10, "valign": "vcenter"}
        ruled = {**font, "bottom": 1, "bottom_color": "#D9D9D9"}
        self._plain = self._book.add_format(font)
        aligned: dict[str, dict[str, object]] = {"text": {"indent": 1}, "instant": {"align": "center"}}
        self._cells = {
            kind: self._book.add_format({**ruled, **aligned.get(kind, {}), "num_format": f}) for kind, f in _NUMBER_FORMATS.items()
        }
        self._unknown = self._book.add_format({**ruled, "align": "right", "font_color": "#808080"})
        self._head = self._book.add_format(
            {**font, "bold": True, "font_color": "white", "bg_color": _BLUE, "text_wrap": True, "align": "center"}
        )
        self._title = self._book.add_format({**font, "bold": True, "font_size": 14, "font_color": _BLUE})
        self._bold = self._book.add_format({**font, "bold": True})
        self._wrap = self._book.add_format({**font, "text_wrap": True, "valign": "top"})

    def finished(self) -> bytes:
        """The whole file."""
        summary, language = self.summary, self.language
        self._overview()
        self._table_sheet(tables.agents(summary))
        self._table_sheet(tables.teams(summary))
        self._rules()
        self._extremes()
        self._table_sheet(tables.detail(summary, language))
        self._notes()
        self._book.close()
        return self._bytes.getvalue()

    def _say(self, message: Message) -> str:
        return message.text(self.language)

    def _overview(self) -> None:
        sheet = self._sheet(Message("Overview", "概览"))
        week = self.summary.week
        title = Message("Weekly quality summary", "每周质量报告")
        sheet.set_row(0, 24)
        sheet.write_string(0, 0, f"{self._say(title)}  {week.name}", self._title)
        made = datetime.fromtimestamp(self.summary.generated_at, ZoneInfo(self.summary.timezone))
        at = f"{made:%Y-%m-%d %H:%M}"
        said = Message(f"{week.first} – {week.last}, made {at}", f"{week.first} 至 {week.last}，生成于 {at}")
        sheet.write_string(1, 0, self._say(said), self._plain)
        row = 2
        for note in self.summary.notes:
            sheet.write_string(row, 0, self._say(note), self._bold)
            row += 1
        row = self._figures(sheet, row + 1)
        days = tables.days(self.summary)
        self._heading(sheet, row, days.title)
        last = self._table(sheet, row + 1, days)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, len(days.columns) - 1, 11)
        self._days_chart(sheet, row + 2, last)

    def _figures(self, sheet: Worksheet, row: int) -> int:
        """The week's figures beside each other; the row after them."""
        for column, value in tables.overview(self.summary):
            sheet.write_string(row, 0, self._say(column.name), self._bold)
            self._cell(sheet, row, 1, value, column.kind)
            row += 1
        return row + 1

    def _days_chart(self, sheet: Worksheet, first: int, last: int) -> None:
        if not self.summary.calls:
            return
        chart = self._book.add_chart({"type": "column"})
        for column, name in ((1, Message("Calls", "通话数")), (2, Message("Answered", "接听数"))):
            chart.add_series({
                "name": self._say(name), "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
            })  # fmt: skip
        chart.set_title({"name": self._say(Message("Calls a day", "每日通话数")), "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 640, "height": 280})
        sheet.insert_chart(3 + len(self.summary.notes), 3, chart)

    def _rules(self) -> None:
        table = tables.rules(self.summary, self.language)
        sheet = self._table_sheet(table)
        if not table.rows:
            return
        shown = min(len(table.rows), 10)
        chart = self._book.add_chart({"type": "bar"})
        chart.add_series({
            "name": self._say(Message("Calls", "通话数")), "categories": [sheet.name, 1, 0, shown, 0],
            "values": [sheet.name, 1, 2, shown, 2], "data_labels": {"value": True},
        })  # fmt: skip
        chart.set_title({"name": self._say(Message("Rules broken most", "违反最多的规则")), "name_font": {"size": 11}})
        chart.set_y_axis({"reverse": True})  # the first row on top
        chart.set_legend({"none": True})
        chart.set_size({"width": 640, "height": 90 + 30 * shown})
        sheet.insert_chart(1, len(table.columns) + 1, chart)

    def _extremes(self) -> None:
        sheet = self._sheet(Message("Worst and best", "最差与最佳"))
        row = 0
        for table in (tables.worst(self.summary, self.language), tables.best(self.summary, self.language)):
            self._heading(sheet, row, table.title)
            row = self._table(sheet, row + 1, table) + 2
            self._widths(sheet, table)

    def _notes(self) -> None:
        sheet = self._sheet(Message("Notes", "说明"))
        sheet.set_column(0, 0, 110)
        for row, note in enumerate(tables.notes(self.summary)):
            sheet.write_string(row, 0, self._say(note), self._wrap)

    def _table_sheet(self, table: Table) -> Worksheet:
        """A sheet of its own: frozen head, filters, widths."""
        sheet = self._sheet(table.title)
        last = self._table(sheet, 0, table)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
        self._widths(sheet, table)
        return sheet

    def _sheet(self, name: Message) -> Worksheet:
        sheet = self._book.add_worksheet(self._say(name))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_default_row(17)
        return sheet

    def _heading(self, sheet: Worksheet, row: int, title: Message) -> None:
        sheet.set_row(row, 24)
        sheet.write_string(row, 0, self._say(title), self._title)

    def _widths(self, sheet: Worksheet, table: Table) -> None:
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, column.width)

    def _table(self, sheet: Worksheet, top: int, table: Table) -> int:
        """Head and rows from row `top`; the last row written."""
        self._head_row(sheet, top, table.columns)
        for row, values in enumerate(table.rows, top + 1):
            for index, (value, column) in enumerate(zip(values, table.columns, strict=True)):
                self._cell(sheet, row, index, value, column.kind)
        return top + len(table.rows)

    def _head_row(self, sheet: Worksheet, row: int, columns: Iterable[Column]) -> None:
        sheet.set_row(row, 32)  # two lines of a wrapped name
        for index, column in enumerate(columns):
            sheet.write_string(row, index, self._say(column.name), self._head)

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Value, kind: str) -> None:
        style: Format = self._cells[kind]
        if value is None:
            sheet.write_string(row, column, UNKNOWN, self._unknown)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, style)
        elif isinstance(value, datetime | timedelta):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_number(row, column, value, style)
