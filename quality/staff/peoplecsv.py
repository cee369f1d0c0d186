"""The book of people as CSV: one row a seat, the person's columns repeated; a person without a seat has one row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hw.messages import Message
from quality.csvtables import (
    BadValueError,
    CsvColumn,
    CsvErrors,
    CsvProblem,
    CsvRow,
    CsvTable,
    parse_date,
    read_csv,
    write_csv_table,
)  # fmt: skip
from quality.staff.people import POSTS, People, Person, Seat, clash


def _post(text: str) -> str:
    for post, name in POSTS.items():
        if text.casefold() in (post, name.zh, name.en):
            return post
    names = "、".join(name.zh for name in POSTS.values())
    raise BadValueError(f"“{text}” is no role; use {', '.join(POSTS)}", f"没有“{text}”这一角色，可用：{names}")


def _number(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}", text):
        en = f"“{text}” is no number of a person: letters and digits, at most 20"
        raise BadValueError(en, f"工号“{text}”须为字母和数字，最多 20 位")
    return text


def _moment(text: str) -> str:
    day, _, clock = text.replace("T", " ").partition(" ")
    written = parse_date(day).isoformat()
    if not clock:
        return written
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?", clock.strip())
    if not found:
        en = f"“{text}” is no date with a time; write 2026-08-01 08:30"
        raise BadValueError(en, f"“{text}”不是日期时间，请写成 2026-08-01 08:30")
    return f"{written} {int(found[1]):02d}:{found[2]}"


NUMBER = CsvColumn("number", Message("number", "工号"), required=True, parse=_number)
NAME = CsvColumn("name", Message("name", "姓名"), required=True)
LINE = CsvColumn("line", Message("line", "线路"))
EXTENSION = CsvColumn("extension", Message("extension", "分机"))
UNTIL = CsvColumn("until", Message("until", "结束"), parse=_moment)
LEFT = CsvColumn("left_on", Message("left on", "离职日期"), parse=parse_date)
COLUMNS = (
    NUMBER, NAME, CsvColumn("role", Message("role", "角色"), parse=_post), CsvColumn("team", Message("team", "班组")),
    CsvColumn("hired_on", Message("hired on", "入职日期"), parse=parse_date), LEFT, LINE, EXTENSION,
    CsvColumn("since", Message("since", "开始"), parse=_moment), UNTIL,
)  # fmt: skip
_OF_PERSON = ("name", "role", "team", "hired_on", "left_on")


@dataclass(frozen=True)
class Imported:
    """new, changed: people. problems: rows left out (only when good ones were to be taken); skipped: people left as they were
    because one of their rows was bad."""

    new: int
    changed: int
    unchanged: int
    skipped: tuple[str, ...]
    problems: tuple[CsvProblem, ...]


def import_people(store: Path, data: bytes, by: str, good_only: bool = False) -> Imported:
    """Take the people of a CSV file. Any bad row refuses the file with CsvErrors that names every one, unless good_only: then a
    person with a bad row stays as they were and the others are taken. People who are not in the file stay."""
    book = People(store)
    table = read_csv(data, COLUMNS)
    raw = {row.number: str(row.values["number"]) for row in table.rows}
    people = _people(table, book.list())
    if table.problems and not good_only:
        raise CsvErrors(sorted(table.problems, key=lambda p: p.row))
    bad = {raw[p.row] for p in table.problems if p.row in raw} | _numbers_of_bad_rows(data, table)
    good = [person for person in people if person.number not in bad]
    new, changed = book.save(good, by)
    return Imported(new, changed, len(good) - new - changed, tuple(sorted(bad)), tuple(sorted(table.problems, key=lambda p: p.row)))


def export_people(store: Path, language: str) -> bytes:
    """The whole book as CSV; `import_people` takes it back as it is."""
    rows = []
    for person in People(store).list():
        head = (person.number, person.name, POSTS[person.role].text(language), person.team, person.hired_on, person.left_on)
        rows += [(*head, seat.line, seat.extension, seat.since, seat.until) for seat in person.seats or (Seat(),)]
    return write_csv_table(COLUMNS, rows, language)


def _numbers_of_bad_rows(data: bytes, table: CsvTable) -> set[str]:
    """Whose rows had a bad cell: their other rows may be good."""
    bad = {problem.row for problem in table.problems}
    lenient = read_csv(data, [CsvColumn(c.key, c.name) for c in COLUMNS])
    return {str(row.values["number"]) for row in lenient.rows if row.number in bad and row.values["number"]}


def _people(table: CsvTable, kept: Sequence[Person]) -> list[Person]:
    """People of the good rows; what is wrong between rows is added to the table's problems."""
    first: dict[str, CsvRow] = {}
    seats: dict[str, list[Seat]] = {}
    placed: list[tuple[str, Seat]] = []
    rows: list[int] = []
    for row in table.rows:
        number = str(row.values["number"])
        head = first.setdefault(number, row)
        table.problems += _row_problems(row, head)
        seat = _seat(row)
        if seat.place[1]:
            seats.setdefault(number, []).append(seat)
            placed.append((number, seat))
            rows.append(row.number)
    table.problems += _clashes(placed, rows, [p for p in kept if p.number not in first])
    return [_person(row, seats.get(number, [])) for number, row in first.items()]


def _seat(row: CsvRow) -> Seat:
    return Seat(*(str(row.values.get(key) or "") for key in ("line", "extension", "since", "until")))


def _person(row: CsvRow, seats: Sequence[Seat]) -> Person:
    values: dict[str, Any] = row.values
    ordered = tuple(sorted(seats, key=lambda s: (s.since, s.line, s.extension)))
    return Person(
        values["number"], values["name"], values.get("role") or "agent", values.get("team") or "", values.get("hired_on"),
        values.get("left_on"), ordered,
    )  # fmt: skip


def _row_problems(row: CsvRow, head: CsvRow) -> list[CsvProblem]:
    found = []
    for key in _OF_PERSON if row is not head else ():
        if row.values.get(key) != head.values.get(key):
            column = next(c.name for c in COLUMNS if c.key == key)
            found.append(CsvProblem(row.number, column, Message(
                f"number {row.values['number']} is in row {head.number} already, with another {column.en}",
                f"工号 {row.values['number']} 已在第 {head.number} 行出现，且“{column.zh}”不同",
            )))  # fmt: skip
    hired, left = row.values.get("hired_on"), row.values.get("left_on")
    if isinstance(hired, date) and isinstance(left, date) and left < hired:
        found.append(CsvProblem(row.number, LEFT.name, Message("is before the hire date", "早于入职日期")))
    return found + _seat_problems(row)


def _seat_problems(row: CsvRow) -> list[CsvProblem]:
    seat = _seat(row)
    if seat.line and seat.extension:
        return [CsvProblem(row.number, EXTENSION.name, Message("give a line or an extension, not both", "线路和分机只填其一"))]
    if not seat.place[1] and (seat.since or seat.until):
        return [CsvProblem(row.number, LINE.name, Message("a time without a line or extension", "有时间但没有线路或分机"))]
    if seat.until and seat.until <= seat.since:
        return [CsvProblem(row.number, UNTIL.name, Message("is not after the start", "不晚于开始时间"))]
    return []


def _clashes(placed: Sequence[tuple[str, Seat]], rows: Sequence[int], others: Sequence[Person]) -> list[CsvProblem]:
    outside = [(person.number, seat) for person in others for seat in person.seats]
    everyone = [*outside, *placed]
    found = []
    for one, two in clash(everyone):
        if two < len(outside):
            continue  # both are kept already
        (number, seat), row = everyone[one], rows[two - len(outside)]
        where = f"row {rows[one - len(outside)]}" if one >= len(outside) else f"the seat kept for {number}"
        where_zh = f"第 {rows[one - len(outside)]} 行" if one >= len(outside) else f"已登记的 {number}"
        place = LINE.name if seat.line else EXTENSION.name
        found.append(CsvProblem(row, place, Message(
            f"{seat.place[1]} overlaps with {where} ({number}, {seat.since or 'always'} – {seat.until or 'still'})",
            f"{seat.place[1]} 与{where_zh}（{number}，{seat.since or '一直'} 至 {seat.until or '至今'}）时间重叠",
        )))  # fmt: skip
    return found
