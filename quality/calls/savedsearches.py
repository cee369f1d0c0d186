"""Searches people keep under a name: their own, and those colleagues share."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hw.messages import UserError
from quality.access.roles import STAFF
from quality.access.users import User
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import to_text

MOST = 30
"""Searches one person keeps."""
LONGEST_NAME, LONGEST_QUERY = 60, 1000


@dataclass(frozen=True)
class SavedSearch:
    """query: the list's address after the "?". owner: name of who made it. mine: the reader made it. shared: colleagues see it."""

    id: str
    name: str
    query: str
    owner: str
    mine: bool
    shared: bool


class SavedSearches:
    """The saved searches of one box. Colleagues are the staff: agents keep searches for themselves. Whose calls a search finds is
    not part of it: everybody finds what they may see."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def list(self, reader: User) -> list[SavedSearch]:
        """The reader's own by name, then what colleagues share."""
        shared = reader.role in STAFF
        sql = """SELECT s.*, u.name AS owner FROM review.saved_searches s JOIN review.users u ON u.id = s.owner_id
            WHERE s.owner_id = ? OR (s.shared = 1 AND ?) ORDER BY s.owner_id <> ?, s.name LIMIT 200"""
        with reading(self._store) as connection:
            rows = connection.execute(sql, (reader.id, shared, reader.id)).fetchall()
        return [
            SavedSearch(row["id"], row["name"], row["query"], row["owner"], row["owner_id"] == reader.id, bool(row["shared"]))
            for row in rows
        ]

    def save(self, owner: User, name: str, query: str, shared: bool = False) -> str:
        """Keep a search, over one of the owner's own of the same name. Returns its id. Raises UserError."""
        name = " ".join(name.split())
        self._check(owner, name, query, shared)
        with writing(self._store) as database:
            held = database.execute("SELECT id FROM saved_searches WHERE owner_id = ? AND name = ?", (owner.id, name)).fetchone()
            count = database.execute("SELECT count(*) FROM saved_searches WHERE owner_id = ?", (owner.id,)).fetchone()[0]
            if not held and count >= MOST:
                raise UserError(f"You keep {MOST} searches already. Remove one first.", f"您已保存 {MOST} 个搜索，请先删除一个。")
            search_id = held[0] if held else new_id(time.time())
            row = (search_id, owner.id, name, query, int(shared), to_text(time.time()))
            database.execute("INSERT OR REPLACE INTO saved_searches VALUES (?, ?, ?, ?, ?, ?)", row)
            record(database, owner.name, "search.save", search_id, {"name": name, "query": query, "shared": shared})
        return str(search_id)

    def share(self, owner: User, search_id: str, shared: bool) -> None:
        """Let colleagues see one of the owner's searches, or no longer. Raises UserError when it is not one of theirs."""
        if owner.role not in STAFF:
            raise UserError("Only staff can share a search.", "只有管理和质检人员可以共享搜索。")
        with writing(self._store) as database:
            changed = database.execute(
                "UPDATE saved_searches SET shared = ? WHERE id = ? AND owner_id = ?", (int(shared), search_id, owner.id)
            )
            if not changed.rowcount:
                raise _unknown()
            record(database, owner.name, "search.share", search_id, {"before": not shared, "after": shared})

    def remove(self, owner: User, search_id: str) -> None:
        """Raises UserError when it is not one of the owner's."""
        with writing(self._store) as database:
            row = database.execute(
                "SELECT name, query FROM saved_searches WHERE id = ? AND owner_id = ?", (search_id, owner.id)
            ).fetchone()
            if row is None:
                raise _unknown()
            database.execute("DELETE FROM saved_searches WHERE id = ?", (search_id,))
            record(database, owner.name, "search.remove", search_id, {"name": row[0], "query": row[1]})

    def _check(self, owner: User, name: str, query: str, shared: bool) -> None:
        if not name or len(name) > LONGEST_NAME:
            raise UserError(
                f"Give the search a name of at most {LONGEST_NAME} characters.", f"请为搜索起一个不超过 {LONGEST_NAME} 个字的名称。"
            )
        if not query or len(query) > LONGEST_QUERY:
            raise UserError("There is nothing to save: set a filter first.", "没有可保存的内容：请先设置筛选条件。")
        if shared and owner.role not in STAFF:
            raise UserError("Only staff can share a search.", "只有管理和质检人员可以共享搜索。")


def _unknown() -> UserError:
    return UserError("There is no such search of yours.", "您没有这个已保存的搜索。")
