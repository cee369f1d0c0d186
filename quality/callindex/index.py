"""The columns of one box, kept up with its databases by following their lists of changes."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.schema import ANALYSIS_DB
from quality.callindex.columns import Columns, Places
from quality.callindex.load import Names, load
from quality.schema import REVIEW_DB
from recorder.store.schema import CALLS_DB

log = logging.getLogger(__name__)

CHANGES = {"calls": "changed_calls", "analysis": "changed_results", "review": "changed_reviews"}
FILES = {"calls": CALLS_DB, "analysis": ANALYSIS_DB, "review": REVIEW_DB}
MOST = 40_000  # changed calls that are read one by one; more, and everything is read anew
_BOXES = 3  # boxes whose columns one process keeps


@dataclass
class CallIndex:
    """All calls of one box. Use it inside `open_index` only: one thread at a time reads or changes it."""

    store: Path
    columns: Columns = field(default_factory=lambda: Columns(0))
    names: Names = field(default_factory=Names)
    version: int = 0
    """Counts the times it has changed."""
    made: int = 0
    """Counts the times everything was read anew."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    _basis: object = None
    _schema: int | None = None
    _known: list[tuple[object, ...]] = field(default_factory=list)
    _read: dict[str, object] = field(default_factory=dict)

    def refresh(self, connection: sqlite3.Connection) -> None:
        """Take in what has changed since the last time. connection: of quality.store.reading."""
        basis, now = self._files(connection), {name: _mark(connection, name, self.store) for name in CHANGES}
        if basis == self._basis:
            # A reading that began before another thread's may see less than the columns have by now: that is nothing new.
            now = {name: _later(self._read.get(name), mark) for name, mark in now.items()}
            if now == self._read:
                return
        changed = self._changed(connection, now) if basis == self._basis else None
        if changed is None:
            log.info("all calls are read: files %s, then %s; changes %s, then %s", self._basis, basis, self._read, now)
            self.made += 1
            self.names = Names()
            self.columns = Columns(connection.execute("SELECT count(*) FROM calls.calls").fetchone()[0])
        if changed != []:
            load(connection, self.columns, self.names, changed)
        self._basis, self._read = basis, now
        self.version += 1

    def places_of(self, connection: sqlite3.Connection, ids: Sequence[str]) -> Places:
        """Where the calls of these ids are, in that order; unknown ones are left out."""
        sql = "SELECT c.rowid FROM json_each(?) j CROSS JOIN calls.calls c ON c.id = j.value ORDER BY j.key"
        places = self.columns.places(row[0] for row in connection.execute(sql, (json.dumps(ids),)))
        return places[places >= 0]

    def _files(self, connection: sqlite3.Connection) -> object:
        """What makes everything anew when it changes: another file, or other numbers of its first rows."""
        kept = [(stat.st_dev, stat.st_ino) if (stat := _stat(self.store / file)) else None for file in FILES.values()]
        version = connection.execute("PRAGMA calls.schema_version").fetchone()[0]
        if version != self._schema:  # a VACUUM may number the rows anew; a new table does not
            sql = "SELECT rowid, id FROM calls.calls WHERE rowid IN (1, 2, 3, 5, 8, 13)"
            self._schema, self._known = version, [tuple(row) for row in connection.execute(sql)]
        return (*kept, tuple(self._known))

    def _changed(self, connection: sqlite3.Connection, now: dict[str, object]) -> list[str] | None:
        """The calls that have changed; None when everything has to be read."""
        found: set[str] = set()
        for name, table in CHANGES.items():
            before, last = self._read.get(name), now[name]
            if before == last:
                continue
            if not isinstance(before, int) or not isinstance(last, int) or last - before > MOST:
                return None
            sql = f"SELECT DISTINCT call_id FROM {name}.{table} WHERE number > ?"  # noqa: S608
            found.update(row[0] for row in connection.execute(sql, (before,)))
        return sorted(found)


_indexes: OrderedDict[Path, CallIndex] = OrderedDict()
_guard = threading.Lock()


@contextmanager
def open_index(connection: sqlite3.Connection, store: Path) -> Iterator[CallIndex]:
    """The box's columns as they are now, for this thread alone. connection: of quality.store.reading on the same store."""
    with _guard:
        index = _indexes.setdefault(store.absolute(), CallIndex(store))
        _indexes.move_to_end(store.absolute())
        while len(_indexes) > _BOXES:
            _indexes.popitem(last=False)
    with index.lock:
        index.refresh(connection)
        yield index


def _later(before: object, now: object) -> object:
    return max(before, now) if isinstance(before, int) and isinstance(now, int) else now


def _mark(connection: sqlite3.Connection, name: str, store: Path) -> object:
    """How far a database's list of changes has come. Where its owner has not made the list yet: when the file changed."""
    try:
        found = connection.execute(f"SELECT seq FROM {name}.sqlite_sequence WHERE name = ?", (CHANGES[name],)).fetchone()  # noqa: S608
        return found[0] if found else 0 if _has(connection, name) else _times(store / FILES[name])
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return _times(store / FILES[name])


def _has(connection: sqlite3.Connection, name: str) -> bool:
    sql = f"SELECT 1 FROM {name}.sqlite_master WHERE name = ?"  # noqa: S608
    return connection.execute(sql, (CHANGES[name],)).fetchone() is not None


def _times(path: Path) -> object:
    stats = [_stat(path), _stat(path.with_name(path.name + "-wal"))]
    return tuple(stat and (stat.st_mtime_ns, stat.st_size) for stat in stats)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
