"""A report as an Excel workbook: an overview, then a sheet a table with frozen head, filter and charts that draw from its cells."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hw.messages import Message
from quality.reports.model import KINDS, UNKNOWN, Chart, Column, Report, Shown, Table, Value
from quality.reports.words import text_of

_BLUE, _GREY = "#1F4E79", "#808080"
_COLOURS = (_BLUE, "#C55A11", "#548235", "#7F7F7F", "#7030A0", "#BF9000", "#00A0A0", "#C00000")
_SHAPES = {"line": {"type": "line"}, "column": {"type": "column"}, "bar": {"type": "bar"}}
_LONGEST = 31  # characters of a sheet's name that Excel takes
_OVERVIEW, _NOTES = Message("Overview", "概览"), Message("Notes", "说明")


def xlsx(report: Report, language: str) -> bytes:
    """The whole file. language: "zh" or "en"."""
    return _Book(report, language).finished()


class _Book:
    """One workbook being made."""

    def __init__(self, report: Report, language: str) -> None:
        self.report, self.language = report, language
        self._bytes = io.BytesIO()
        # in_memory: no temporary files of its own; formulas and links in what people said stay text.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(self._bytes, options)
        made = datetime.fromtimestamp(report.made_at, UTC).replace(tzinfo=None)
        self._book.set_properties({"title": f"{report.title.text(language)} {report.period.name}", "created": made})
        self._formats()
        self._names: set[str] = set()
        self._overview_name = self._name(_OVERVIEW)
        self._table_names = [self._name(table.title) for table in report.tables]

    def finished(self) -> bytes:
        """The whole file."""
        self._overview()
        for name, table in zip(self._table_names, self.report.tables, strict=True):
            self._table_sheet(name, table)
        self._notes()
        self._book.close()
        return self._bytes.getvalue()

    def _formats(self) -> None:
        font = {"font_name": "Microsoft YaHei" if self.language == "zh" else "Calibri", "font_size": 10, "valign": "vcenter"}
        ruled = {**font, "bottom": 1, "bottom_color": "#D9D9D9"}
        aligned: dict[str, dict[str, object]] = {"text": {"indent": 1}, "instant": {"align": "center"}, "day": {"align": "center"}}
        add = self._book.add_format
        self._plain, self._bold = add(font), add({**font, "bold": True})
        self._cells = {kind: add({**ruled, **aligned.get(kind, {}), "num_format": form}) for kind, form in KINDS.items()}
        self._unknown = add({**ruled, "align": "right", "font_color": _GREY})
        self._head = add({**font, "bold": True, "font_color": "white", "bg_color": _BLUE, "text_wrap": True, "align": "center"})
        self._title = add({**font, "bold": True, "font_size": 14, "font_color": _BLUE})
        self._link = add({**font, "font_color": "#0563C1", "underline": 1, "indent": 1})
        self._wrap = add({**font, "text_wrap": True, "valign": "top"})

    def _say(self, message: Message) -> str:
        return message.text(self.language)

    def _overview(self) -> None:
        report = self.report
        sheet = self._sheet(self._overview_name)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 3, 14)
        sheet.set_row(0, 24)
        sheet.write_string(0, 0, f"{self._say(report.title)}  {report.period.name}", self._title)
        at = f"{datetime.fromtimestamp(report.made_at, ZoneInfo(report.timezone)):%Y-%m-%d %H:%M}"
        days = f"{report.period.first} – {report.period.last}"
        sheet.write_string(
            1, 0, self._say(Message(f"{report.site} · {days}, made {at}", f"{report.site} · {days}，生成于 {at}")), self._plain
        )
        row = 2
        for note in report.notes:
            sheet.write_string(row, 0, self._say(note), self._bold)
            row += 1
        row = self._key_figures(sheet, row + 1)
        self._contents(sheet, row)

    def _contents(self, sheet: Worksheet, row: int) -> None:
        """What is in the book: each chapter with its words and links to its sheets."""
        names = iter(self._table_names)
        for section in self.report.sections:
            sheet.write_string(row, 0, self._say(section.title), self._bold)
            for said in section.text:
                row += 1
                sheet.write_string(row, 0, self._say(said), self._plain)
            for _ in section.tables:
                row += 1
                name = next(names)
                sheet.write_url(row, 0, f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1", self._link, name)
            row += 2

    def _key_figures(self, sheet: Worksheet, row: int) -> int:
        """The figures with the period before beside them; the row after them."""
        if not self.report.key_figures:
            return row
        heads = (Message("Figure", "指标"), Message("Value", "本期"), Message("Before", "上期"), Message("Change", "变化"))
        self._head_row(sheet, row, tuple(Column(name) for name in heads))
        for figure in self.report.key_figures:
            row += 1
            points = {"percent": Message(" (change: points)", "（变化：百分点）")}.get(figure.kind, Message("", ""))
            sheet.write_string(row, 0, self._say(figure.name) + self._say(points), self._cells["text"])
            self._cell(sheet, row, 1, figure.value, figure.kind)
            self._cell(sheet, row, 2, figure.before, figure.kind)
            self._cell(sheet, row, 3, figure.change, figure.change_kind)
        return row + 3

    def _notes(self) -> None:
        sheet = self._sheet(self._name(_NOTES))
        sheet.set_column(0, 0, 110)
        for row, note in enumerate((*self.report.notes, *self.report.method)):
            sheet.write_string(row, 0, self._say(note), self._wrap)

    def _table_sheet(self, name: str, table: Table) -> None:
        """A sheet of its own: frozen head, filters, widths, charts beside it."""
        sheet = self._sheet(name)
        self._head_row(sheet, 0, table.columns)
        for row, values in enumerate(table.rows, 1):
            for index, (value, column) in enumerate(zip(values, table.columns, strict=True)):
                self._cell(sheet, row, index, value, column.kind)
        if not table.rows:
            sheet.write_string(1, 0, self._say(table.empty), self._plain)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
        sheet.repeat_rows(0)
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, column.width)
        self._charts(sheet, table)

    def _charts(self, sheet: Worksheet, table: Table) -> None:
        top = 1
        for drawn in table.charts if table.rows else ():
            count = min(len(table.rows), drawn.rows or len(table.rows))
            height = 110 + 24 * count * max(1, len(drawn.values) // 2) if drawn.kind == "bar" else 300
            sheet.insert_chart(top, len(table.columns) + 1, self._chart(sheet.name, table, drawn, count, height))
            top += height // 22 + 2

    def _chart(self, name: str, table: Table, drawn: Chart, count: int, height: int) -> object:
        chart = self._book.add_chart(_SHAPES[drawn.kind])
        number = {"percent": "0%", "count": "#,##0"}.get(drawn.unit, "0.0")
        for index, column in enumerate(drawn.values):
            series = {
                "name": self._say(table.columns[column].name), "categories": [name, 1, drawn.label, count, drawn.label],
                "values": [name, 1, column, count, column], "fill": {"color": _COLOURS[index % len(_COLOURS)]},
            }  # fmt: skip
            if drawn.kind == "line":
                del series["fill"]
                colour = _COLOURS[index % len(_COLOURS)]
                series["line"] = {"color": colour, "width": 1.75}
                series["marker"] = {"type": "circle", "size": 4, "fill": {"color": colour}, "border": {"color": colour}}
            if drawn.kind == "bar" or count * len(drawn.values) <= 24:
                series["data_labels"] = {"value": True, "num_format": number, "font": {"size": 8}}
            chart.add_series(series)
        chart.set_title({"name": self._say(drawn.title), "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"} if len(drawn.values) > 1 else {"none": True})
        values, places = (chart.set_x_axis, chart.set_y_axis) if drawn.kind == "bar" else (chart.set_y_axis, chart.set_x_axis)
        base = {} if drawn.kind == "line" else {"min": 0}  # a bar that does not begin at nought misleads
        values({**base, "num_format": number, "major_gridlines": {"visible": True, "line": {"color": "#E2E2E2"}}})
        places({"reverse": drawn.kind == "bar", "text_axis": True, "num_font": {"size": 8}})
        chart.show_na_as_empty_cell()
        chart.set_size({"width": 680, "height": height})
        return chart

    def _name(self, wanted: Message) -> str:
        """A sheet's name as Excel takes it, different from all others."""
        name = re.sub(r"[\[\]:*?/\\]", " ", self._say(wanted)).strip("' ")[:_LONGEST]
        number = 2
        while name.casefold() in self._names:
            name = f"{name[: _LONGEST - 3]} {number}"
            number += 1
        self._names.add(name.casefold())
        return name

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_default_row(17)
        return sheet

    def _head_row(self, sheet: Worksheet, row: int, columns: tuple[Column, ...]) -> None:
        sheet.set_row(row, 32)  # two lines of a wrapped name
        for index, column in enumerate(columns):
            sheet.write_string(row, index, self._say(column.name), self._head)

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Value, kind: str) -> None:
        style: Format = self._cells[kind]
        if value is None:
            sheet.write_string(row, column, UNKNOWN, self._unknown)
        elif isinstance(value, str | Message):
            sheet.write_string(row, column, text_of(value, kind, self.language), style)
        elif isinstance(value, Shown):
            sheet.write_number(row, column, value.value, self._cells[value.kind])
        elif isinstance(value, datetime | date | timedelta):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_number(row, column, round(value, 1) if kind.startswith("change") else value, style)
