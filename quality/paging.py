"""Keyset pages: a page begins after the last row of the one before, so page one thousand costs what page one does, and calls that
arrive meanwhile move nothing."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from hw.messages import UserError
from quality.callfilter import CallFilter, Condition, conditions, id_list, narrow_sets, of_priority

NARROW = 10_000  # a set of calls no longer than this is looked up call by call; a longer one is met soon enough in order
COUNT_UP_TO = 10_000  # beyond it the list says "more than"
COUNT_STEPS = 3_000_000  # SQLite virtual-machine steps (about 50 ms) a count may take before it says "at least"

# Sort → column and direction; every order ends with the id in the same direction. "priority" is two lists, one after the other.
SORTS = {
    "newest": ("c.started_at", "DESC"),
    "oldest": ("c.started_at", "ASC"),
    "longest": ("c.duration_s", "DESC"),
    "shortest": ("c.duration_s", "ASC"),
    "compliance": ("r.compliance", "ASC"),
    "experience": ("r.experience", "ASC"),
    "risk": ("r.risk", "ASC"),
    "priority": ("c.started_at", "DESC"),
}


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the call `id` whose sort column has the value `after`; both None at the very beginning.
    phase: 0, or 1 in the second list of "priority"."""

    sort: str
    phase: int = 0
    after: str | float | None = None
    id: str | None = None

    @classmethod
    def parse(cls, text: str | None, sort: str) -> Cursor:
        """Raises UserError on an unknown sort or on text that is not a cursor of that sort."""
        if sort not in SORTS:
            raise UserError(
                f"Unknown order “{sort}”. Use one of {', '.join(SORTS)}.", f"未知的排序“{sort}”，可用：{'、'.join(SORTS)}。"
            )
        if not text:
            return cls(sort)
        try:
            phase, after, call_id = json.loads(base64.urlsafe_b64decode(text.encode()))
        except (ValueError, TypeError, binascii.Error) as error:
            raise _bad_cursor() from error
        if phase not in (0, 1) or not isinstance(after, str | int | float | None) or not isinstance(call_id, str | None):
            raise _bad_cursor()
        return cls(sort, phase, after, call_id)

    def text(self) -> str:
        """As it travels in a URL."""
        return base64.urlsafe_b64encode(json.dumps([self.phase, self.after, self.id]).encode()).decode()


@dataclass(frozen=True)
class Way:
    """How the calls of a filter are reached in an order: a FROM clause and a WHERE clause."""

    source: str
    where: Condition


def way(connection: sqlite3.Connection, wanted: CallFilter, zone: ZoneInfo, sort: str) -> Way:
    """By way of a short set of calls where the filter allows one, else along the order's index."""
    parts = conditions(wanted, zone)
    narrow = _narrow(connection, wanted, zone)
    if narrow is not None:
        parts.append(id_list(narrow))
    if sort in ("longest", "shortest"):
        parts.append(Condition("c.duration_s IS NOT NULL"))
    where = Condition(" AND ".join(p.sql for p in parts) or "1", tuple(v for p in parts for v in p.values))
    if not SORTS[sort][0].startswith("r."):
        return Way("calls.calls c", where)
    if narrow is not None:
        return Way("calls.calls c JOIN analysis.results r ON r.call_id = c.id", where)
    # CROSS JOIN fixes the order: walk the results by score, look each call up.
    return Way("analysis.results r CROSS JOIN calls.calls c ON c.id = r.call_id", where)


def find(connection: sqlite3.Connection, by: Way, cursor: Cursor, limit: int) -> tuple[list[str], Cursor | None]:
    """Ids of the next calls, and the cursor after them (None at the end)."""
    if cursor.sort != "priority":
        return _find(connection, by, cursor, limit)
    ids, following = _find(connection, _prioritised(by, cursor.phase == 0), cursor, limit)
    if following or cursor.phase == 1:
        return ids, following
    second = Cursor("priority", phase=1)
    if len(ids) == limit:
        return ids, second
    more, following = _find(connection, _prioritised(by, False), second, limit - len(ids))
    return ids + more, following


def count(connection: sqlite3.Connection, by: Way) -> tuple[int, bool]:
    """How many calls fit, and whether that is exact: counting stops at COUNT_UP_TO, or with 0 when it takes too long."""
    source, found = by.source, by.where
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {found.sql} LIMIT {COUNT_UP_TO + 1})"  # noqa: S608
    connection.set_progress_handler(lambda: 1, COUNT_STEPS)
    try:
        number = int(connection.execute(sql, found.values).fetchone()[0])
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return 0, False
    finally:
        connection.set_progress_handler(None, 0)
    return min(number, COUNT_UP_TO), number <= COUNT_UP_TO


def _find(connection: sqlite3.Connection, by: Way, cursor: Cursor, limit: int) -> tuple[list[str], Cursor | None]:
    column, direction = SORTS[cursor.sort]
    values = list(by.where.values)
    where = by.where.sql
    if cursor.id is not None:
        where += f" AND ({column}, c.id) {'<' if direction == 'DESC' else '>'} (?, ?)"
        values += [cursor.after, cursor.id]
    sql = f"SELECT c.id, {column} FROM {by.source} WHERE {where} ORDER BY {column} {direction}, c.id {direction} LIMIT ?"  # noqa: S608
    rows = connection.execute(sql, (*values, limit + 1)).fetchall()
    following = replace(cursor, after=rows[limit - 1][1], id=rows[limit - 1][0]) if len(rows) > limit else None
    return [row[0] for row in rows[:limit]], following


def _prioritised(by: Way, high: bool) -> Way:
    wanted = of_priority(high)
    return Way(by.source, Condition(f"{by.where.sql} AND {wanted.sql}", (*by.where.values, *wanted.values)))


def _narrow(connection: sqlite3.Connection, wanted: CallFilter, zone: ZoneInfo) -> frozenset[str] | None:
    best: frozenset[str] | None = None
    for ids in narrow_sets(wanted, zone):
        rows = connection.execute(f"{ids.sql} LIMIT {NARROW + 1}", ids.values).fetchall()
        if len(rows) <= NARROW and (best is None or len(rows) < len(best)):
            best = frozenset(row[0] for row in rows)
    return best


def _bad_cursor() -> UserError:
    return UserError("This link to a page of the list is not valid. Go back to the first page.", "该分页链接无效，请返回第一页。")
