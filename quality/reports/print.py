"""A report on paper: PDF made of the same HTML by WeasyPrint."""

from __future__ import annotations

import logging

from hw.messages import UserError
from quality.reports.charts import chinese_font, missing_font
from quality.reports.model import Report
from quality.reports.page import whole_page


def pdf(report: Report, language: str) -> bytes:
    """The whole file. Raises UserError when a Chinese font or the libraries below WeasyPrint are missing: it says what to
    install."""
    if chinese_font() is None:
        raise UserError(missing_font().en, missing_font().zh)
    try:
        from weasyprint import HTML  # noqa: PLC0415  pages and workbooks do without Pango
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError as error:
        raise UserError(
            f"PDF needs Pango ({error}). Install it: apt install libpangoft2-1.0-0 libharfbuzz-subset0",
            f"生成 PDF 需要 Pango（{error}）。请安装：apt install libpangoft2-1.0-0 libharfbuzz-subset0",
        ) from error
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)  # what they think of a font's tables helps nobody
    # Charts are inside the page: a report reaches out for nothing, not even a file.
    inside = URLFetcher(allowed_protocols=["data"])
    data: bytes = HTML(string=whole_page(report, language), url_fetcher=inside).write_pdf(presentational_hints=True)
    return data
