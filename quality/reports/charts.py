"""Charts as SVG, drawn by matplotlib (without its pyplot: nothing is shared between reports)."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hw.messages import Message
from quality.reports.model import Chart, Table, Value
from quality.reports.words import text_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT_PACKAGE = "fonts-noto-cjk"
COLOURS = ("#1F4E79", "#C55A11", "#548235", "#7F7F7F", "#7030A0", "#BF9000", "#00A0A0", "#C00000")
_FALLBACKS = "'Microsoft YaHei', 'PingFang SC', sans-serif"
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_FILES = (
    "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.*", "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf", "wqy-zenhei.ttc", "wqy-microhei.ttc",
)  # fmt: skip
_INCH_ROW, _WIDTH = 0.27, 7.2  # inches


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
    """The chart of a table. What is not known is a gap; a chart of nothing says so."""
    import matplotlib  # noqa: PLC0415  half a second and 40 MB that only charts need
    from matplotlib.figure import Figure  # noqa: PLC0415

    rows = table.rows[: chart.rows]
    settings = {
        "svg.fonttype": "none", "svg.hashsalt": "callbox", "font.family": _family(), "font.size": 8.5, "axes.unicode_minus": False,
        "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#7F7F7F", "axes.grid": True,
        "axes.grid.axis": "x" if chart.kind == "bar" else "y", "grid.color": "#E2E2E2", "axes.axisbelow": True,
    }  # fmt: skip
    with matplotlib.rc_context(settings):
        height = max(1.6, 0.7 + _INCH_ROW * len(rows) * max(1, 0.6 * len(chart.values))) if chart.kind == "bar" else 2.6
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.add_subplot()
        {"bar": _bars, "column": _columns, "line": _lines}[chart.kind](axes, table, chart, rows, language)
        axes.set_title(chart.title.text(language), loc="left", fontsize=10, fontweight="bold")
        if len(chart.values) > 1:
            figure.legend(loc="outside lower center", ncols=min(len(chart.values), 6), frameon=False)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    family = _family()
    return out.getvalue().replace(f"'{family}'".encode(), f"'{family}', {_FALLBACKS}".encode())


@functools.cache
def _family() -> str:
    from matplotlib import font_manager  # noqa: PLC0415

    file = chinese_font()
    if file is None:
        return "DejaVu Sans"
    font_manager.fontManager.addfont(str(file))
    names = [font.name for font in font_manager.fontManager.ttflist if font.fname == str(file)]
    return next((name for name in names if name.endswith(("SC", "CN"))), names[-1])


def _lines(axes: Axes, table: Table, chart: Chart, rows: Sequence[tuple[Value, ...]], language: str) -> None:
    places = range(len(rows))
    for number, column in enumerate(chart.values):
        label = table.columns[column].name.text(language)
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(places, _numbers(rows, column), marker="o", markersize=3, linewidth=1.4, color=colour, label=label)
    _name_places(axes, rows, table, chart, language)


def _columns(axes: Axes, table: Table, chart: Chart, rows: Sequence[tuple[Value, ...]], language: str) -> None:
    for number, column in enumerate(chart.values):
        _group(axes.bar, "width", table, chart, rows, number, column, language)
        if len(rows) * len(chart.values) <= 24:
            axes.bar_label(axes.containers[-1], fmt=_written(chart), fontsize=7, padding=1)
    _name_places(axes, rows, table, chart, language)


def _bars(axes: Axes, table: Table, chart: Chart, rows: Sequence[tuple[Value, ...]], language: str) -> None:
    for number, column in enumerate(chart.values):
        _group(axes.barh, "height", table, chart, rows, number, column, language)
        axes.bar_label(axes.containers[-1], fmt=_written(chart), fontsize=7, padding=2)
    axes.set_yticks(range(len(rows)), [_cut(text_of(row[chart.label], "text", language)) for row in rows])
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.xaxis.set_major_formatter(_tick(chart))


def _group(
    draw: Any, size: str, table: Table, chart: Chart, rows: Sequence[tuple[Value, ...]], number: int, column: int, language: str
) -> None:
    share = 0.78 / len(chart.values)
    places = [n - 0.39 + share * (number + 0.5) for n in range(len(rows))]
    label = table.columns[column].name.text(language)
    draw(places, _numbers(rows, column), **{size: share}, color=COLOURS[number % len(COLOURS)], label=label)


def _name_places(axes: Axes, rows: Sequence[tuple[Value, ...]], table: Table, chart: Chart, language: str) -> None:
    kind = table.columns[chart.label].kind
    names = [_cut(text_of(row[chart.label], kind, language)) for row in rows]
    names = [name[5:] if kind == "day" else name for name in names]
    step = max(1, math.ceil(len(names) / 16))
    axes.set_xticks(range(0, len(names), step), names[::step])
    axes.yaxis.set_major_formatter(_tick(chart))
    axes.margins(y=0.12)
    if chart.unit != "percent" or chart.kind != "line":
        axes.set_ylim(bottom=0)


def _numbers(rows: Sequence[tuple[Value, ...]], column: int) -> list[float]:
    return [float(v) if isinstance(v := row[column], int | float) else math.nan for row in rows]


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
