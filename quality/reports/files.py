"""A report written as a file, the kind told by its ending."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hw.messages import UserError
from quality.files import write_atomically
from quality.reports.csvfile import csv_bytes
from quality.reports.model import Report
from quality.reports.page import whole_page
from quality.reports.print import pdf
from quality.reports.workbook import xlsx


def _html(report: Report, language: str) -> bytes:
    return whole_page(report, language).encode()


WRITERS: dict[str, Callable[[Report, str], bytes]] = {"xlsx": xlsx, "pdf": pdf, "html": _html, "csv": csv_bytes}


def ending(path: Path) -> str:
    """Which of WRITERS a file's name asks for. Raises UserError."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in WRITERS:
        raise UserError(
            f"{path}: name the file .xlsx, .pdf, .html or .csv", f"{path}：文件名请以 .xlsx、.pdf、.html 或 .csv 结尾"
        )  # fmt: skip
    return kind


def write(report: Report, path: Path, language: str) -> None:
    """Put the report where `path` says, whole or not at all. Raises UserError."""
    write_atomically(path, WRITERS[ending(path)](report, language))
