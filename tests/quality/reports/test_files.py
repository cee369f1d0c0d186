"""A report as workbook, CSV, page and print: what stands in it, in both languages, and that nothing of it runs."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hw.messages import Message, UserError
from quality.access.users import Users
from quality.forms.documents import load_form
from quality.periods import parse
from quality.reports import charts
from quality.reports.build import build
from quality.reports.charts import chinese_font, svg
from quality.reports.csvfile import csv_bytes, harmless
from quality.reports.facts import Box
from quality.reports.files import write
from quality.reports.model import Chart, Column, KeyFigure, Report, Section, Shown, Table
from quality.reports.page import fragment, verdict, whole_page
from quality.reports.print import pdf
from quality.reports.workbook import xlsx
from quality.reviewing.reviews import Reviews
from tests.quality.factory import MONDAY, fill

EVIL = "=cmd|'/c calc'!A1<script>alert(1)</script>$x^2$"
needs_font = pytest.mark.skipif(chinese_font() is None, reason="needs a Chinese font (Debian package fonts-noto-cjk)")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A week of 120 calls, ten of them reviewed, by somebody with an evil name."""
    store = tmp_path_factory.mktemp("files")
    made = fill(store, calls=120)
    user = Users(store).add("=cmd|'/c calc'", "listen-to-calls", "inspector")
    for call in [call for call in made if call.state == "closed"][:10]:
        Reviews(store).save(call.id, "A", load_form().version, dict.fromkeys(load_form().items, "good"), user=user)
    return build(Box(store, "云帆科技", now=MONDAY + 9 * 86400), "weekly", parse("week", "2026-W47"))


def small(**changes: Any) -> Report:
    """A report of every kind of value."""
    columns = (
        Column(Message("Group", "班组")), Column(Message("Pass rate", "合格率"), "percent"),
        Column(Message("Calls", "通话数"), "count"),
        Column(Message("Day", "日期"), "day"), Column(Message("Length", "时长"), "duration"),
        Column(Message("Δ", "变化"), "change_points"),
        Column(Message("Any", "任意"), "number"),
    )  # fmt: skip
    rows = (
        (EVIL, 0.5, 1234, date(2026, 11, 2), timedelta(seconds=754), -1.25, Shown(0.123, "percent")),
        (Message("Centre", "全中心"), None, 0, None, None, 0.04, Shown(12.5, "two", "±")),
    )
    shown = (
        Chart("column", Message("Pass rate", "合格率"), 0, (1,), "percent"), Chart("line", Message("Both", "两者"), 0, (1, 2)),
        Chart("bar", Message("Calls", "通话数"), 0, (2,)),
    )  # fmt: skip
    table = Table(Message("Groups [1]/2", "班组：甲/乙"), columns, rows, shown)
    long = Table(Message("A" * 40, "长" * 40), columns[:1], tuple((str(n),) for n in range(50)), printed=5)
    twin = Table(Message("A" * 40, "长" * 40), columns[:1], ())
    fields: dict[str, Any] = {
        "kind": "monthly", "title": Message("Monthly quality report", "每月质量报告"), "period": parse("month", "2026-11"),
        "site": "云帆", "timezone": "Asia/Shanghai", "made_at": 1.8e9, "calls": 1234,
        "key_figures": (KeyFigure(Message("Pass rate", "合格率"), 0.8, 0.75, "percent", "higher"),),
        "sections": (Section(Message("First", "第一章"), (Message("Said.", "说明。"),), (table, long, twin)),),
        "notes": (Message("Beware.", "注意。"),), "method": (Message("So.", "如此。"),),
    }  # fmt: skip
    return Report(**(fields | changes))


def rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def opened(report: Report, language: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx(report, language)))


def test_a_sheet_a_table_with_head_filter_and_chart() -> None:
    book = opened(small(), "zh")
    assert book.sheetnames == ["概览", "班组：甲 乙", "长" * 31, "长" * 28 + " 2", "说明"]
    sheet = book["班组：甲 乙"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"
    assert len(sheet._charts) == 3
    assert rows(sheet)[0] == ["班组", "合格率", "通话数", "日期", "时长", "变化", "任意"]
    assert rows(sheet)[1] == [EVIL, 0.5, 1234, datetime(2026, 11, 2), timedelta(seconds=754), pytest.approx(-1.2, abs=0.06), 0.123]
    assert rows(sheet)[2][:2] == ["全中心", "–"]
    formats = [cell.number_format for cell in sheet[2]]
    assert (formats[1], formats[6], sheet["G3"].number_format) == ("0.0%", "0.0%", "0.00")
    assert len(rows(book["长" * 31])) == 51  # the workbook has what the print leaves out
    overview = {row[0]: row[1:4] for row in rows(book["概览"]) if row[0]}
    assert overview["合格率（变化：百分点）"] == [0.8, 0.75, pytest.approx(5.0)]
    assert {row[0] for row in rows(book["说明"])} == {"注意。", "如此。"}


def test_the_week_reads_back_in_excel(week: Report) -> None:
    book = opened(week, "zh")
    calls = rows(book["通话明细"])
    assert calls[0][:7] == ["开始时间", "时长", "方向", "接听", "线路", "工号", "座席"]
    assert len(calls) - 1 == week.calls == 120
    shanghai = datetime.fromtimestamp(MONDAY, UTC).replace(tzinfo=None) + timedelta(hours=8)
    assert shanghai <= calls[1][0] < shanghai + timedelta(days=1)
    column = calls[0].index("表单分")
    assert [row[column] for row in calls[1:]].count("–") == 110
    assert sum(row[2] for row in rows(book["座席"])[1:]) == week.calls
    assert book["规则"]._charts


def test_nothing_in_a_workbook_or_csv_runs(week: Report) -> None:
    for report in (week, small()):
        kinds = {cell.data_type for sheet in opened(report, "en") for row in sheet.iter_rows() for cell in row}
        assert "f" not in kinds
        text = csv_bytes(report, "en").decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert any(cell.startswith("'=cmd") for cell in cells)
        plain = [cell for cell in cells if not re.fullmatch(r"-?[0-9.]+%?", cell)]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in plain)


@pytest.mark.parametrize("text", ["=1+1", "+86138", "-1", "@sum", "\t=1", "\r=1", "＝1+1"])
def test_csv_disarms(text: str) -> None:
    assert harmless(text) == "'" + text
    assert harmless("a" + text) == "a" + text


def test_the_csv_opens_in_excel_with_chinese(week: Report) -> None:
    data = csv_bytes(week, "zh")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    text = data.decode("utf-8-sig")
    for words in ("通话明细", "王小丽", "合格率", "最差通话", "共性问题"):
        assert words in text


def test_a_fragment_may_stand_on_a_page_with_our_policy() -> None:
    """Content-Security-Policy: no script, no style element, no style attribute; images as data."""
    html = fragment(small(), "zh")
    assert "<script" not in html
    assert "<style" not in html
    assert not re.search(r"\sstyle=|\son\w+=", html)
    assert html.count('<img src="data:image/svg+xml;base64,') == 3
    assert "&lt;script&gt;" in html
    assert all('alt=""' not in image for image in re.findall(r"<img[^>]*>", html))


def test_the_page_speaks_the_reader_s_language() -> None:
    zh, en = whole_page(small(), "zh"), whole_page(small(), "en")
    assert 'lang="zh-CN"' in zh
    for words in ("每月质量报告", "第一章", "2026 年 11 月", "全中心", "45 行未列出", "1,234", "0:12:34", "-1.2"):
        assert words in zh, words
    for words in ("Monthly quality report", "First", "November 2026", "Centre", "50.0%", "±12.50", "+5.0"):
        assert words in en, words
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"云帆|[\w+/=]{200,}", "", en.split("<body>")[1]))


def test_better_and_worse_are_told_and_nothing_is_made_of_nothing() -> None:
    def told(now: float | None, before: float | None, good: str = "higher") -> str:
        return verdict(KeyFigure(Message("", ""), now, before, "percent", good))

    assert [told(0.8, 0.7), told(0.7, 0.8), told(0.8, 0.7, "lower")] == ["better", "worse", "worse"]
    assert {told(0.8, 0.8), told(None, 0.8), told(0.8, None), told(0.8001, 0.8), told(0.9, 0.1, "none")} == {"same"}


@pytest.mark.parametrize("kind", ["column", "line", "bar"])
def test_a_chart_names_what_it_shows_and_leaves_gaps(kind: str) -> None:
    columns = (
        Column(Message("Group", "班组")),
        Column(Message("Now", "本期"), "percent"),
        Column(Message("Before", "上期"), "percent"),
    )
    table = Table(Message("", ""), columns, (("售前组", 0.5, None), ("_甲$1^2$", None, 0.75), ("丙" * 40, 0.25, 0.1)))
    drawn = svg(table, Chart(kind, Message("Pass rate", "合格率"), 0, (1, 2), "percent"), "zh").decode()
    for words in ("合格率", "售前组", "本期", "上期", "_甲$1^2$", "丙" * 21 + "…"):
        assert words in drawn, words
    assert re.search(r">\d+(\.\d)?%<", drawn)
    assert "nan" not in drawn.lower().replace("sans", "")


def test_a_chart_of_nothing_known_is_still_a_picture() -> None:
    table = Table(Message("", ""), (Column(Message("", "组")), Column(Message("", "率"), "percent")), (("甲", None), ("乙", None)))
    for kind in ("column", "line", "bar"):
        assert svg(table, Chart(kind, Message("", "无"), 0, (1,), "percent"), "zh").rstrip().endswith(b"</svg>")


@needs_font
def test_print_is_a_pdf_with_a_chinese_font_inside() -> None:
    data = pdf(small(), "zh")
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/BaseFont\s*/[A-Z]{6}\+\S*(Noto|Source|wqy|WenQuanYi)\S*", data) or b"/ObjStm" in data
    assert len(data) < 2_000_000  # only the characters used


def test_without_a_chinese_font_print_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quality.reports.print.chinese_font", lambda: None)
    with pytest.raises(UserError, match="fonts-noto-cjk"):
        pdf(small(), "zh")


def test_a_font_is_looked_for_where_fonts_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(charts, "_FOLDERS", (str(tmp_path),))
    charts.chinese_font.cache_clear()
    assert charts.chinese_font() is None
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "wqy-zenhei.ttc").touch()
    charts.chinese_font.cache_clear()
    assert charts.chinese_font() == tmp_path / "a" / "wqy-zenhei.ttc"
    charts.chinese_font.cache_clear()


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "absent" / "w.csv", tmp_path / "folder.csv"):
        with pytest.raises(UserError, match="cannot be written"):
            write(small(), path, "zh")
    with pytest.raises(UserError, match=r"\.xlsx, \.pdf"):
        write(small(), tmp_path / "w.docx", "zh")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.csv"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("quality.files.os.fsync", full)
    with pytest.raises(UserError, match="No space left"):
        write(small(), path, "zh")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_pages_that_show_reports_do_not_load_what_draws_them() -> None:
    """The web service has 150 MB; matplotlib and WeasyPrint are loaded by what draws and prints alone."""
    code = "import sys, quality.reports.build, quality.reports.files; print({'matplotlib', 'weasyprint'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
