"""Pages of the calls that fit: a page begins after the last call of the one before, so calls that come meanwhile move nothing."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import numpy as np

from hw.messages import UserError
from quality.callindex.columns import HIGH, NO_SCORE, Array, Columns, Places
from quality.callindex.index import CallIndex

SORTS = {
    "newest": ("", True), "oldest": ("", False), "longest": ("duration", True), "shortest": ("duration", False),
    "compliance": ("compliance", False), "experience": ("experience", False), "risk": ("risk", False), "priority": ("flags", True),
}  # fmt: skip
"""Sort → column ("" for time) and whether the greatest comes first; what is equal comes by time, in the same direction."""


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after the call `id` whose column had the value `after`; id None at the very beginning."""

    sort: str
    after: float = 0.0
    id: str | None = None

    @classmethod
    def parse(cls, text: str | None, sort: str) -> Cursor:
        """Raises UserError on an unknown sort or on text that is no cursor."""
        if sort not in SORTS:
            raise UserError(
                f"Unknown order “{sort}”. Use one of {', '.join(SORTS)}.", f"未知的排序“{sort}”，可用：{'、'.join(SORTS)}。"
            )
        if not text:
            return cls(sort)
        try:
            after, call_id = json.loads(base64.urlsafe_b64decode(text.encode()))
        except (ValueError, TypeError, binascii.Error) as error:
            raise _bad_cursor() from error
        if isinstance(after, bool) or not isinstance(after, int | float) or not isinstance(call_id, str):
            raise _bad_cursor()
        return cls(sort, after, call_id)

    def text(self) -> str:
        """As it travels in a URL."""
        return base64.urlsafe_b64encode(json.dumps([self.after, self.id]).encode()).decode()


@dataclass(frozen=True)
class Page:
    """ids: of the calls of one page, in order. following: where the next page begins, None at the end. total: how many calls
    there are in all pages."""

    ids: list[str]
    following: Cursor | None
    total: int


def page(connection: sqlite3.Connection, index: CallIndex, places: Places, cursor: Cursor, limit: int) -> Page:
    """The next `limit` of these calls. Raises UserError when the cursor's call is not known."""
    column, falling = SORTS[cursor.sort]
    values = _values(index.columns, column, places)
    if values is not None:
        known = ~np.isnan(values)
        places, values = places[known], values[known]
    at = None if cursor.id is None else (cursor.after, _place(connection, index, cursor.id))
    chosen = _by_time(places, at, limit + 1, falling) if values is None else _by_value(places, values, at, limit + 1, falling)
    ids = _ids(connection, index, chosen[:limit])
    if len(chosen) <= limit:
        return Page(ids, None, len(places))
    value = _values(index.columns, column, chosen[limit - 1 : limit])
    return Page(ids, Cursor(cursor.sort, 0.0 if value is None else float(value[0]), ids[-1]), len(places))


def _values(columns: Columns, column: str, places: Places) -> Array | None:
    """What the order goes by, NaN where there is nothing to go by; None for time, in whose order the places are."""
    if not column:
        return None
    values: Array = columns[column][places]
    if column == "flags":
        return (values & np.uint8(HIGH)).astype("f4")
    if column == "duration":
        return values
    points = values.astype("f4")
    points[values == NO_SCORE] = np.nan
    return points


def _by_time(places: Places, at: tuple[float, int] | None, limit: int, falling: bool) -> Places:
    if falling:
        end = len(places) if at is None else int(np.searchsorted(places, at[1]))
        return places[max(0, end - limit) : end][::-1]
    begin = 0 if at is None else int(np.searchsorted(places, at[1], side="right"))
    return places[begin : begin + limit]


def _by_value(places: Places, values: Array, at: tuple[float, int] | None, limit: int, falling: bool) -> Places:
    sign = -1 if falling else 1
    key: Any = values * np.float32(sign)
    if at is not None:
        start, place = np.float32(at[0] * sign), at[1]
        behind = (key > start) | ((key == start) & ((places < place) if falling else (places > place)))
        places, key = places[behind], key[behind]
    if len(places) > limit:
        # The first `limit` by value, of those of the last value the first by time: without sorting all of them.
        last = np.partition(key, limit - 1)[limit - 1]
        before, ties = np.flatnonzero(key < last), np.flatnonzero(key == last)
        left = limit - len(before)
        chosen = np.concatenate([before, ties[-left:] if falling else ties[:left]])
        places, key = places[chosen], key[chosen]
    return places[np.lexsort((places * sign, key))]


def _place(connection: sqlite3.Connection, index: CallIndex, call_id: str) -> int:
    row = connection.execute("SELECT rowid FROM calls.calls WHERE id = ?", (call_id,)).fetchone()
    place = int(index.columns.places([row[0]])[0]) if row else -1
    if place < 0:
        raise _bad_cursor()
    return place


def _ids(connection: sqlite3.Connection, index: CallIndex, places: Places) -> list[str]:
    rows = index.columns["row"][places].tolist()
    sql = "SELECT c.rowid, c.id FROM json_each(?) j CROSS JOIN calls.calls c ON c.rowid = j.value"
    named = dict(tuple(row) for row in connection.execute(sql, (json.dumps(rows),)))
    return [named[row] for row in rows if row in named]


def _bad_cursor() -> UserError:
    return UserError("This link to a page of the list is not valid. Go back to the first page.", "该分页链接无效，请返回第一页。")
