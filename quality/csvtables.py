"""Tables people bring as CSV: from Excel or by hand, in UTF-8 with or without BOM, UTF-16 or GBK; columns named in Chinese or
English. Everything wrong is named with its row and column; what is right is handed on as values."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from hw.messages import Message, UserError

BOM = "\ufeff"  # Excel takes a CSV with it for UTF-8


class BadValueError(ValueError):
    """A cell that says something the column does not understand."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.message = Message(en, zh)


@dataclass(frozen=True)
class CsvColumn:
    """A column of such a table. parse: text (never empty) → value; raises BadValueError."""

    key: str
    name: Message
    required: bool = False
    parse: Callable[[str], object] = str

    @property
    def names(self) -> set[str]:
        """What its head may say."""
        return {_plain(self.key), _plain(self.name.en), _plain(self.name.zh)}


@dataclass(frozen=True)
class CsvRow:
    """number: the row as a spreadsheet counts it (the head is 1). values: by column key; an empty cell is None."""

    number: int
    values: dict[str, object]


@dataclass(frozen=True)
class CsvProblem:
    """One thing wrong. row 0 is the file as a whole; column "" a row as a whole."""

    row: int
    column: Message
    why: Message

    @property
    def message(self) -> Message:
        """As a line to read."""
        en = f"row {self.row}, {self.column.en}: " if self.column.en else f"row {self.row}: "
        zh = f"第 {self.row} 行，{self.column.zh}：" if self.column.zh else f"第 {self.row} 行："
        return Message((en if self.row else "") + self.why.en, (zh if self.row else "") + self.why.zh)


NO_COLUMN = Message("", "")


class CsvErrors(UserError):  # noqa: N818  several errors in one
    """A table that cannot be taken, with every reason."""

    def __init__(self, problems: Sequence[CsvProblem]) -> None:
        en = "Nothing was imported:\n" + "\n".join(p.message.en for p in problems)
        zh = "未导入任何内容：\n" + "\n".join(p.message.zh for p in problems)
        super().__init__(en, zh)
        self.problems = tuple(problems)


@dataclass
class CsvTable:
    """What a file says: rows without a bad cell, and everything that was wrong."""

    rows: list[CsvRow] = field(default_factory=list)
    problems: list[CsvProblem] = field(default_factory=list)


def read_csv(data: bytes, columns: Sequence[CsvColumn]) -> CsvTable:
    """The table in `data`. Raises UserError when the bytes are no text, CsvErrors when the head lacks a needed column or has one
    that means nothing."""
    text = decoded(data)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    filled = [(number, line) for number, line in enumerate(lines, 1) if any(cell.strip() for cell in line)]
    if not filled:
        raise UserError("The file is empty.", "文件为空。")
    places = _places(filled[0][1], columns)
    table = CsvTable()
    for number, line in filled[1:]:
        _read_row(table, number, line, places)
    return table


def decoded(data: bytes) -> str:
    """Text of a file whose encoding nobody noted: BOM first, then UTF-8, then GBK (GB 18030). Raises UserError."""
    boms = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    named = next((name for bom, name in boms.items() if data.startswith(bom)), None)
    for encoding in [named] if named else ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UserError(
        "The file is no CSV text. Save it as “CSV UTF-8” and try again.", "该文件不是 CSV 文本，请另存为“CSV UTF-8”格式后重试。"
    )


def write_csv_table(columns: Sequence[CsvColumn], rows: Sequence[Sequence[object]], language: str) -> bytes:
    """The table as UTF-8 with BOM, heads in `language` ("zh" or "en"); None is an empty cell. What a spreadsheet would take for a
    formula is kept text by a leading apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.name.text(language) for column in columns])
    writer.writerows([[safe_cell(value) for value in row] for row in rows])
    return (BOM + out.getvalue()).encode()


def safe_cell(value: object) -> str:
    """A value as a cell; see `write_csv_table`."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") and not _is_number(text) else text


def parse_date(text: str) -> date:
    """2026-08-01, 2026/8/1 or 2026.8.1."""
    try:
        return datetime.strptime(text.replace("/", "-").replace(".", "-").strip(), "%Y-%m-%d").date()
    except ValueError:
        raise BadValueError(f"“{text}” is no date; write 2026-08-01", f"“{text}”不是日期，请写成 2026-08-01") from None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit() and not text.startswith("+")


def _delimiter(text: str) -> str:
    head = text.splitlines()[0] if text.strip() else ""
    return max(",;\t", key=head.count) if any(mark in head for mark in ",;\t") else ","


def _places(head: Sequence[str], columns: Sequence[CsvColumn]) -> dict[int, CsvColumn]:
    places: dict[int, CsvColumn] = {}
    problems = []
    for place, name in enumerate(head):
        known = next((column for column in columns if _plain(name) in column.names), None)
        if known is None and name.strip():
            problems.append(CsvProblem(1, NO_COLUMN, _unknown_column(name.strip(), columns)))
        elif known in places.values():
            problems.append(CsvProblem(1, NO_COLUMN, Message(f"column {name.strip()} is there twice", f"“{name.strip()}”列重复")))
        elif known is not None:
            places[place] = known
    missing = [column.name for column in columns if column.required and column not in places.values()]
    problems += [CsvProblem(1, NO_COLUMN, Message(f"column {name.en} is missing", f"缺少“{name.zh}”列")) for name in missing]
    if problems:
        raise CsvErrors(problems)
    return places


def _unknown_column(name: str, columns: Sequence[CsvColumn]) -> Message:
    known = [column.name for column in columns]
    return Message(
        f"there is no column “{name}”; known: {', '.join(n.en for n in known)}",
        f"没有“{name}”列，可用：{'、'.join(n.zh for n in known)}",
    )


def _read_row(table: CsvTable, number: int, line: Sequence[str], places: dict[int, CsvColumn]) -> None:
    values: dict[str, object] = dict.fromkeys(column.key for column in places.values())
    problems = []
    if any(cell.strip() for cell in line[max(places) + 1 :]):
        problems.append(CsvProblem(number, NO_COLUMN, Message("has more cells than the head", "单元格多于表头")))
    for place, column in places.items():
        text = line[place].strip().removeprefix("'") if place < len(line) else ""
        try:
            values[column.key] = column.parse(text) if text else None
        except BadValueError as error:
            problems.append(CsvProblem(number, column.name, error.message))
        if column.required and not text:
            problems.append(CsvProblem(number, column.name, Message("is empty", "不能为空")))
    table.problems += problems
    if not problems:
        table.rows.append(CsvRow(number, values))
