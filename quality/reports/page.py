"""A report as HTML: a fragment for the web pages, or a file of its own that opens anywhere and prints well."""

from __future__ import annotations

import base64
import functools
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hw.messages import Message
from quality.reports.charts import svg
from quality.reports.model import Chart, KeyFigure, Report, Table, Value
from quality.reports.words import text_of

_TEMPLATES = Path(__file__).parent / "templates"
STYLE = _TEMPLATES / "report.css"
"""The style sheet of fragment and file; a web page that shows a fragment links it."""

_WORDS = {
    "made": Message("made", "生成于"),
    "before": Message("before", "上期"),
    "contents": Message("Contents", "目录"),
    "method": Message("How the figures are made", "数据说明"),
    "more": Message("more rows in the workbook", "行未列出，详见 Excel 文件"),
    "page": Message("page", "第"),
    "notes": Message("Please note", "请注意"),
}


def fragment(report: Report, language: str) -> str:
    """HTML to be put into a page: no script, no style, charts as images. language: "zh" or "en"."""
    return _rendered("report.html", report, language)


def whole_page(report: Report, language: str) -> str:
    """A document with its style inside."""
    return _rendered("document.html", report, language, style=STYLE.read_text("utf-8"), body=fragment(report, language))


def _rendered(name: str, report: Report, language: str, **more: str) -> str:
    def say(message: Message | None) -> str:
        return "" if message is None else message.text(language)

    def cell(value: Value, kind: str) -> str:
        return text_of(value, kind, language)

    def drawn(table: Table, chart: Chart) -> str:
        return "data:image/svg+xml;base64," + base64.b64encode(svg(table, chart, language)).decode()

    made = datetime.fromtimestamp(report.made_at, ZoneInfo(report.timezone))
    return _environment().get_template(name).render(
        report=report, language=language, say=say, cell=cell, drawn=drawn, made=f"{made:%Y-%m-%d %H:%M}",
        verdict=verdict, widths=widths,
        words={key: say(word) for key, word in _WORDS.items()}, **more,
    )  # fmt: skip


def verdict(figure: KeyFigure) -> str:
    """ "better", "worse" or "same", as the change is to be read."""
    if figure.change is None or figure.good == "none" or not text_of(figure.change, figure.change_kind, "en").strip("0."):
        return "same"
    return "better" if (figure.change > 0) == (figure.good == "higher") else "worse"


def widths(table: Table) -> list[int]:
    """Per cent of the table's width for each column: by what the workbook gives them, which knows what they hold."""
    wanted = [min(column.width, 34) for column in table.columns]
    return [round(100 * width / sum(wanted)) for width in wanted]


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
