"""The tables only people know, as CSV: shifts, after-call work, costs, leavers. What a file says of a day replaces what was kept of
it; the rest stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hw.messages import Message, UserError
from quality.changes import record
from quality.csvtables import (
    NO_COLUMN,
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
from quality.figures.leavers import import_leavers, leaver_rows
from quality.store import reading, writing

HOUR_MS = 3_600_000


def _yes_no(text: str) -> bool:
    known = {"是": True, "否": False, "yes": True, "no": False, "1": True, "0": False, "y": True, "n": False}
    if text.casefold() not in known:
        raise BadValueError(f"“{text}” is neither yes nor no", f"“{text}”请填 是 或 否")
    return known[text.casefold()]


def _hours(text: str) -> int:
    """7.5 or 7:30 → milliseconds."""
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text.replace("：", ":"))
    try:
        hours = int(found[1]) + int(found[2]) / 60 if found else float(text)
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= 24:
        en = f"“{text}” is no time of a day; write hours as 7.5 or 7:30"
        raise BadValueError(en, f"“{text}”不是一天内的时长，请写成 7.5 或 7:30")
    return round(hours * HOUR_MS)


def _amount(text: str) -> float:
    try:
        value = float(text.replace(",", "").replace("，", "").removeprefix("¥").removeprefix("￥"))
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e12:
        raise BadValueError(f"“{text}” is no number of zero or more", f"“{text}”不是非负数")
    return value


def _whole(text: str) -> int:
    value = _amount(text)
    if value != int(value):
        raise BadValueError(f"“{text}” is no whole number", f"“{text}”不是整数")
    return int(value)


DAY = CsvColumn("day", Message("date", "日期"), required=True, parse=parse_date)
NUMBER = CsvColumn("number", Message("number", "工号"), required=True)
TEAM = CsvColumn("team", Message("team", "班组"))
LAST = CsvColumn("last", Message("last day", "结束日期"), required=True, parse=parse_date)


@dataclass(frozen=True)
class StaffTable:
    """One of the tables. key: what makes a row the same row; sql: its columns in review.db, in the order of `columns`."""

    id: str
    name: Message
    columns: tuple[CsvColumn, ...]
    key: tuple[str, ...]
    sql: tuple[str, ...]


TABLES = {
    table.id: table
    for table in (
        StaffTable("shifts", Message("shifts", "班次表"), (
            DAY, NUMBER, CsvColumn("planned", Message("planned hours", "计划工时"), required=True, parse=_hours),
            CsvColumn("signed_in", Message("signed-in hours", "签入工时"), parse=_hours),
            CsvColumn("worked", Message("worked", "出勤"), parse=_yes_no),
        ), ("day", "number"), ("day", "number", "planned_ms", "signed_ms", "worked")),
        StaffTable("aftercall", Message("after-call work", "事后处理表"), (
            DAY, NUMBER, CsvColumn("calls", Message("calls", "通话数"), required=True, parse=_whole),
            CsvColumn("seconds", Message("after-call seconds", "事后处理总秒数"), required=True, parse=_amount),
        ), ("day", "number"), ("day", "number", "calls", "ms")),
        StaffTable("costs", Message("costs", "成本表"), (
            CsvColumn("first", Message("first day", "开始日期"), required=True, parse=parse_date), LAST, TEAM,
            CsvColumn("kind", Message("kind", "费用项目")),
            CsvColumn("amount", Message("amount (yuan)", "金额（元）"), required=True, parse=_amount),
        ), ("first", "last", "team", "kind"), ("first", "last", "team", "kind", "fen")),
        StaffTable("leavers", Message("leavers", "离职表"), (
            NUMBER, CsvColumn("left_on", Message("left on", "离职日期"), required=True, parse=parse_date),
        ), ("number",), ()),
    )
}  # fmt: skip
"""By id. Leavers are no table of their own: their day stands in the book of people."""


@dataclass(frozen=True)
class Taken:
    """What an import did, in rows. problems: rows left out."""

    new: int
    changed: int
    unchanged: int
    problems: tuple[CsvProblem, ...]


def table_of(name: str) -> StaffTable:
    """The table of that id. Raises UserError."""
    if name not in TABLES:
        known = ", ".join(TABLES)
        raise UserError(f"There is no table “{name}”. There are: {known}", f"没有“{name}”表，可用：{known}")
    return TABLES[name]


def import_table(store: Path, name: str, data: bytes, by: str, good_only: bool = False) -> Taken:
    """Take the rows of a CSV file. Any bad row refuses the file with CsvErrors that names every one, unless good_only."""
    table = table_of(name)
    found = read_csv(data, table.columns)
    _check(store, table, found)
    problems = tuple(sorted(found.problems, key=lambda p: p.row))
    if problems and not good_only:
        raise CsvErrors(problems)
    bad = {problem.row for problem in problems}
    rows = [row.values for row in found.rows if row.number not in bad]
    if not table.sql:
        return Taken(*import_leavers(store, rows, by), problems)
    new, changed = _keep(store, table, [_stored(table, row) for row in rows], by)
    return Taken(new, changed, len(rows) - new - changed, problems)


def export_table(store: Path, name: str, language: str) -> bytes:
    """The whole table as CSV; `import_table` takes it back as it is."""
    table = table_of(name)
    if not table.sql:
        return write_csv_table(table.columns, leaver_rows(store), language)
    with reading(store) as connection:
        kept = connection.execute(f"{_select(table)} ORDER BY {', '.join(table.key)}").fetchall()
    return write_csv_table(table.columns, [[_shown(name, row[name], language) for name in table.sql] for row in kept], language)


def _shown(column: str, value: Any, language: str) -> object:
    if value is None:
        return None
    if column == "worked":
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    scale = {"planned_ms": HOUR_MS, "signed_ms": HOUR_MS, "ms": 1000, "fen": 100}.get(column)
    return f"{value / scale:.9f}".rstrip("0").rstrip(".") if scale else value


def _stored(table: StaffTable, values: Mapping[str, Any]) -> tuple[object, ...]:
    """A row as review.db keeps it."""
    row = {column.key: values.get(column.key) for column in table.columns}
    if table.id == "shifts" and row["worked"] is None and row["signed_in"] is not None:
        row["worked"] = row["signed_in"] > 0
    return tuple(_plain(value, key) for key, value in row.items())


def _plain(value: Any, key: str) -> object:
    if key in ("seconds", "amount"):
        return round(value * (1000 if key == "seconds" else 100))
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date) else "" if value is None and key in ("team", "kind") else value


def _keep(store: Path, table: StaffTable, rows: Sequence[tuple[object, ...]], by: str) -> tuple[int, int]:
    places = [table.sql.index(name) for name in table.key]
    with reading(store) as connection:
        kept = {tuple(row[p] for p in places): tuple(row) for row in connection.execute(_select(table))}
    fresh = [row for row in rows if kept.get(tuple(row[p] for p in places)) != row]
    new = sum(tuple(row[p] for p in places) not in kept for row in fresh)
    marks = ", ".join("?" * len(table.sql))
    with writing(store) as database:
        database.conn.executemany(f"INSERT OR REPLACE INTO {table.id} ({', '.join(table.sql)}) VALUES ({marks})", fresh)  # noqa: S608
        record(database, by, "figures.import", table.id, {"new": new, "changed": len(fresh) - new})
    return new, len(fresh) - new


def _select(table: StaffTable) -> str:
    return f"SELECT {', '.join(table.sql)} FROM review.{table.id}"  # noqa: S608


def _check(store: Path, table: StaffTable, found: CsvTable) -> None:
    """What is wrong with whole rows: strangers, doubles, days the wrong way round, costs booked twice."""
    with reading(store) as connection:
        numbers = {r[0] for r in connection.execute("SELECT number FROM review.people")}
        if table.sql:  # a leaver's day is kept with the person; the others need no more than the number
            numbers |= {r[0] for r in connection.execute("SELECT id FROM calls.agents")}
        teams = {r[0] for r in connection.execute("SELECT team FROM review.people UNION SELECT team FROM calls.agents")}
        costs = [tuple(row) for row in connection.execute("SELECT first, last, team, kind FROM review.costs")]
    seen: dict[tuple[object, ...], int] = {}
    for row in found.rows:
        found.problems += _double(table, row, seen)
        if "number" in row.values and row.values["number"] not in numbers:
            known = Message("nobody has this number: callbox people import", "没有此工号，请先导入人员：callbox people import")
            found.problems.append(CsvProblem(row.number, NUMBER.name, known))
        if row.values.get("team") and row.values["team"] not in teams:
            found.problems.append(CsvProblem(row.number, TEAM.name, Message("there is no such group", "没有此班组")))
        if table.id == "costs":
            found.problems += _cost_problems(row, costs)


def _double(table: StaffTable, row: CsvRow, seen: dict[tuple[object, ...], int]) -> list[CsvProblem]:
    key = tuple(row.values.get(name) for name in table.key)
    first = seen.setdefault(key, row.number)
    if first == row.number:
        return []
    return [CsvProblem(row.number, NO_COLUMN, Message(f"is in row {first} already", f"与第 {first} 行重复"))]


def _cost_problems(row: CsvRow, kept: list[tuple[str, ...]]) -> list[CsvProblem]:
    first, last = row.values["first"], row.values["last"]
    assert isinstance(first, date)
    assert isinstance(last, date)
    if last < first:
        return [CsvProblem(row.number, LAST.name, Message("is before the first day", "早于开始日期"))]
    team, kind = (row.values.get(name) or "" for name in ("team", "kind"))
    same = [(date.fromisoformat(k[0]), date.fromisoformat(k[1])) for k in kept if (k[2], k[3]) == (team, kind)]
    for other in same:
        if other != (first, last) and first <= other[1] and other[0] <= last:
            why = Message(f"overlaps costs kept for {other[0]} – {other[1]}", f"与已登记的 {other[0]} 至 {other[1]} 费用重叠")
            return [CsvProblem(row.number, NO_COLUMN, why)]
    kept.append((first.isoformat(), last.isoformat(), str(team), str(kind)))
    return []
