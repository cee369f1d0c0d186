"""Pages of the calls that fit: a page begins after the last call of the one before, so calls that come meanwhile move nothing."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hw.messages import UserError
from quality.callindex.columns import HIGH, NO_SCORE, Array, Columns, Places
from quality.callindex.index import CallIndex

SORTS = {
    "newest": ("", True), "oldest": ("", False), "longest": ("duration", True), "shortest": ("duration", False),
    "compliance": ("compliance", False), "experience": ("experience", False), "risk": ("risk", False), "priority": ("flags", True),
}  # fmt: skip
"""Sort → column ("" for time) and whether the greatest comes first; what is equal comes by time, in the same direction."""
_BLOCK = 65_536


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
    at = None if cursor.id is None else (cursor.after, _place(connection, index, cursor.id))
    column, falling = SORTS[cursor.sort]
    if not column:
        total, chosen = len(places), _by_time(places, at, limit + 1, falling)
    else:
        total, chosen = _by_value(_keys(index.columns, column, places), places, at, limit + 1, falling)
    ids = _ids(connection, index, chosen[:limit])
    if len(chosen) <= limit:
        return Page(ids, None, total)
    last = float(_keys(index.columns, column, chosen[limit - 1 : limit])[0]) if column else 0.0
    return Page(ids, Cursor(cursor.sort, last, ids[-1]), total)


def _keys(columns: Columns, column: str, places: Places) -> Array:
    """What the order goes by, in the column's own type: a million calls are looked through for a page, and copies cost the most."""
    values: Array = columns[column]
    if len(places) < len(values):
        values = values[places]
    return values & np.uint8(HIGH) if column == "flags" else values


def _by_time(places: Places, at: tuple[float, int] | None, limit: int, falling: bool) -> Places:
    if falling:
        end = len(places) if at is None else int(np.searchsorted(places, at[1]))
        return places[max(0, end - limit) : end][::-1]
    begin = 0 if at is None else int(np.searchsorted(places, at[1], side="right"))
    return places[begin : begin + limit]


def _by_value(keys: Array, places: Places, at: tuple[float, int] | None, limit: int, falling: bool) -> tuple[int, Places]:
    """How many there are to be ordered, and the first `limit` of them behind `at`: by value, of equal ones by time."""
    left = _known(keys)
    total = int(np.count_nonzero(left))
    if at is not None:
        left &= _behind(keys, _start(keys, at[0]), int(np.searchsorted(places, at[1])), falling)
    some = keys[left]
    if len(some) <= limit:
        found = np.flatnonzero(left)
    else:
        # The first `limit` by value, of those of the last value the first by time: without sorting all of them.
        rank = len(some) - limit if falling else limit - 1
        last = np.partition(some, rank)[rank]
        before = np.flatnonzero(left & (keys > last if falling else keys < last))
        found = np.concatenate([before, _first(left & (keys == last), limit - len(before), falling)])
    order = np.lexsort((found, keys[found]))
    return total, places[found[order[::-1] if falling else order]]


def _known(keys: Array) -> NDArray[np.bool_]:
    """Where there is something to go by."""
    known: NDArray[np.bool_] = ~np.isnan(keys) if keys.dtype.kind == "f" else keys != NO_SCORE
    return known


def _start(keys: Array, after: float) -> Any:
    """A cursor's value in the column's own type. Raises UserError for one that no column of ours holds."""
    most = np.iinfo(keys.dtype).max if keys.dtype.kind == "u" else float(np.finfo(keys.dtype).max)
    if not 0 <= after <= most:  # nor is NaN
        raise _bad_cursor()
    return keys.dtype.type(after)


def _behind(keys: Array, start: Any, place: int, falling: bool) -> NDArray[np.bool_]:
    """What comes after the call at `place` in `keys`, which has the key `start`."""
    ties: NDArray[np.bool_] = keys == start
    ties[slice(place, None) if falling else slice(None, place + 1)] = False
    ties |= keys < start if falling else keys > start
    return ties


def _first(mask: NDArray[np.bool_], count: int, from_end: bool) -> Places:
    """Where the first `count` are that are true, or the last: most of a million calls may be of one value."""
    found = np.zeros(0, np.intp)
    blocks = range(0, len(mask), _BLOCK)
    for begin in reversed(blocks) if from_end else blocks:
        here = np.flatnonzero(mask[begin : begin + _BLOCK]) + begin
        found = np.concatenate([here, found] if from_end else [found, here])
        if len(found) >= count:
            break
    return found[-count:] if from_end else found[:count]


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
