"""Charts as SVG, drawn by matplotlib (without its pyplot: nothing is shared between reports)."""

from __future__ import annotations

import functools
import io
import math
from pathlib import Path
from typing import Any

from hw.messages import Message
from quality.reports.model import Chart, Table
from quality.reports.words import text_of

FONT_PACKAGE = "fonts-noto-cjk"
COLOURS = ("#1F4E79", "#C55A11", "#548235", "#7F7F7F", "#7030A0", "#BF9000", "#00A0A0", "#C00000")
_FALLBACKS = "'Microsoft YaHei', 'PingFang SC', sans-serif"
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_FILES = (
    "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.*", "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf", "wqy-zenhei.ttc", "wqy-microhei.ttc",
)  # fmt: skip
_INCH_ROW, _WIDTH, _HEIGHT = 0.27, 7.2, 2.6  # inches


@functools.cache
def chinese_font() -> Path | None:
    """The file of a font with Chinese characters; None when none is installed."""
    for name in _FILES:
        for folder in _FOLDERS:
            found = next(iter(sorted(Path(folder).expanduser().rglob(name))), None)
            if found is not None:
                return found
    return None


def svg(table: Table, chart: Chart, language: str) -> bytes:
    """The chart of a table. What is not known is a gap."""
    import matplotlib  # noqa: PLC0415  half a second and 40 MB that only charts need

    settings: Any = {
        "svg.fonttype": "none", "svg.hashsalt": "callbox", "font.family": _family(), "font.size": 8.5, "axes.unicode_minus": False,
        "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#7F7F7F", "axes.grid": True,
        "axes.grid.axis": "x" if chart.kind == "bar" else "y", "grid.color": "#E2E2E2", "axes.axisbelow": True,
        "text.parse_math": False,  # a group may be called "$$$"
    }  # fmt: skip
    with matplotlib.rc_context(settings):
        drawn = _Drawing(table, chart, language).finished()
    family = _family()
    return drawn.replace(f"'{family}'".encode(), f"'{family}', {_FALLBACKS}".encode())


@functools.cache
def _family() -> str:
    from matplotlib import font_manager  # noqa: PLC0415

    file = chinese_font()
    if file is None:
        return "DejaVu Sans"
    font_manager.fontManager.addfont(str(file))
    names = [font.name for font in font_manager.fontManager.ttflist if font.fname == str(file)]
    return next((name for name in names if name.endswith(("SC", "CN"))), names[-1])


class _Drawing:
    """One chart being drawn."""

    def __init__(self, table: Table, chart: Chart, language: str) -> None:
        from matplotlib.figure import Figure  # noqa: PLC0415

        self.chart, self.language, self.columns = chart, language, table.columns
        self.rows = table.rows[: chart.rows]
        height = _HEIGHT
        if chart.kind == "bar":
            height = max(1.6, 0.7 + _INCH_ROW * len(self.rows) * max(1, 0.6 * len(chart.values)))
        self.figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        self.axes = self.figure.add_subplot()

    def finished(self) -> bytes:
        """The whole file."""
        {"bar": self._bars, "column": self._columns, "line": self._lines}[self.chart.kind]()
        self.axes.set_title(self.chart.title.text(self.language), loc="left", fontsize=10, fontweight="bold")
        if len(self.chart.values) > 1:
            self.figure.legend(loc="outside lower center", ncols=min(len(self.chart.values), 6), frameon=False)
        out = io.BytesIO()
        self.figure.savefig(out, format="svg", metadata={"Date": None})
        return out.getvalue()

    def _lines(self) -> None:
        for number, column in enumerate(self.chart.values):
            style: Any = {"marker": "o", "markersize": 3, "linewidth": 1.4, "color": COLOURS[number % len(COLOURS)]}
            self.axes.plot(range(len(self.rows)), self._numbers(column), **style, label=self._name(column))
        self._name_places()

    def _columns(self) -> None:
        for number, column in enumerate(self.chart.values):
            drawn = self._group(self.axes.bar, "width", number, column)
            if len(self.rows) * len(self.chart.values) <= 24:
                self.axes.bar_label(drawn, fmt=_written(self.chart), fontsize=7, padding=1)
        self._name_places()

    def _bars(self) -> None:
        for number, column in enumerate(self.chart.values):
            self.axes.bar_label(
                self._group(self.axes.barh, "height", number, column), fmt=_written(self.chart), fontsize=7, padding=2
            )
        self.axes.set_yticks(range(len(self.rows)), self._labels())
        self.axes.invert_yaxis()
        self.axes.margins(x=0.08)
        self.axes.xaxis.set_major_formatter(_tick(self.chart))

    def _group(self, draw: Any, size: str, number: int, column: int) -> Any:
        share = 0.78 / len(self.chart.values)
        places = [n - 0.39 + share * (number + 0.5) for n in range(len(self.rows))]
        colour = COLOURS[number % len(COLOURS)]
        return draw(places, self._numbers(column), **{size: share}, color=colour, label=self._name(column))

    def _name_places(self) -> None:
        names = self._labels()
        step = max(1, math.ceil(len(names) / 16))
        self.axes.set_xticks(range(0, len(names), step), names[::step])
        self.axes.yaxis.set_major_formatter(_tick(self.chart))
        self.axes.margins(y=0.12)
        if self.chart.unit != "percent" or self.chart.kind != "line":
            self.axes.set_ylim(bottom=0)

    def _labels(self) -> list[str]:
        kind = self.columns[self.chart.label].kind
        names = [text_of(row[self.chart.label], kind, self.language) for row in self.rows]
        return [_cut(name[5:] if kind == "day" else name) for name in names]

    def _name(self, column: int) -> str:
        name = self.columns[column].name.text(self.language)
        return "\u200b" + name if name.startswith("_") else name  # matplotlib leaves names with _ out of the legend

    def _numbers(self, column: int) -> list[float]:
        return [float(v) if isinstance(v := row[column], int | float) else math.nan for row in self.rows]


def _tick(chart: Chart) -> str:
    return "{x:.0%}" if chart.unit == "percent" else "{x:,.0f}" if chart.unit == "count" else "{x:,.1f}"


def _written(chart: Chart) -> Any:
    pattern = {"percent": "{:.1%}", "count": "{:,.0f}"}.get(chart.unit, "{:,.1f}")
    return lambda value: "" if math.isnan(value) else pattern.format(value)


def _cut(text: str) -> str:
    return text if len(text) <= 22 else text[:21] + "…"


def missing_font() -> Message:
    """What to do when print would show boxes for Chinese."""
    return Message(
        f"No font with Chinese characters is installed: the print would show boxes. Install one: apt install {FONT_PACKAGE}",
        f"未安装中文字体，打印件中的汉字会显示为方框。请安装：apt install {FONT_PACKAGE}",
    )
