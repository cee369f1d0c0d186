"""The ways into the three databases: one read-only connection that sees all of them, and review.db's writer."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from analyzer import schema as analysis_schema
from hw.messages import UserError
from quality import schema as review_schema
from quality.readers import CACHE_KB, files_of, put_back, taken
from recorder.migrations import Migration, migrate
from recorder.store import schema as calls_schema

BUSY_S = 5.0  # seconds to wait for another process's write
FILE_MODE = 0o660  # the console may make the file as root, and the web service, of the same group, has to write it

_DATABASES = {
    "calls": (calls_schema.CALLS_DB, calls_schema.MIGRATIONS),
    "analysis": (analysis_schema.ANALYSIS_DB, analysis_schema.MIGRATIONS),
    "review": (review_schema.REVIEW_DB, review_schema.MIGRATIONS),
}


@contextmanager
def reading(store: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads calls.db, analysis.db and review.db as schemas `calls`, `analysis` and `review`. A database that does
    not exist yet (a fresh box) reads as an empty one. Rows come as sqlite3.Row. Raises UserError when a file cannot be read."""
    files = files_of(store / file for file, _ in _DATABASES.values())
    connection = taken(files)
    try:
        if connection is None:
            connection = _opened(store)
        # One snapshot of each file for the whole reading, so that a page's rows and its count belong together.
        connection.execute("BEGIN")
        yield connection
        put_back(files, connection)
        connection = None
    except sqlite3.DatabaseError as error:
        raise _unusable(store, error) from error
    finally:
        if connection is not None:
            connection.close()


def _opened(store: Path) -> sqlite3.Connection:
    _bring_up_to_date(store)
    connection = sqlite3.connect(":memory:", uri=True, isolation_level=None, timeout=BUSY_S)
    try:
        connection.row_factory = sqlite3.Row
        for name, (file, migrations) in _DATABASES.items():
            _attach(connection, name, store / file, migrations)
            connection.execute(f"PRAGMA {name}.cache_size = -{CACHE_KB}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(store: Path) -> Iterator[Database]:
    """One transaction on review.db, made and brought up to date if need be; commits at the end, rolls back on any error.
    Raises UserError when the file cannot be written."""
    path = store / review_schema.REVIEW_DB
    new = not path.exists()
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)
        if new:
            path.chmod(FILE_MODE)
    except sqlite3.OperationalError as error:
        raise _unusable(store, error) from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # what people were told is saved outlives a power cut
        migrate(connection, review_schema.MIGRATIONS)
        connection.execute("PRAGMA foreign_keys = ON")  # after it: a table others point at can only be made anew without
        connection.execute("BEGIN IMMEDIATE")
        yield Database(connection)
        connection.execute("COMMIT")
    except sqlite3.IntegrityError:
        raise  # a fault of the program, not of the box
    except sqlite3.DatabaseError as error:
        raise _unusable(store, error) from error
    finally:
        connection.close()  # rolls back what was not committed


def _bring_up_to_date(store: Path) -> None:
    """A review.db of an older version lacks tables that are read. Whoever reads it here is its owner or the owner's guest."""
    path = store / review_schema.REVIEW_DB
    if not path.exists() or _is_current(path):
        return
    with writing(store):
        pass


def _is_current(path: Path) -> bool:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_S)
    try:
        made = {row[0] for row in connection.execute("SELECT name FROM migrations")}
    except sqlite3.DatabaseError:
        return True  # not a database, or its owner is just making it: reading will tell
    finally:
        connection.close()
    return made >= {step.name for step in review_schema.MIGRATIONS}


def _attach(connection: sqlite3.Connection, name: str, file: Path, migrations: Sequence[Migration]) -> None:
    if file.exists():
        connection.execute(f"ATTACH ? AS {name}", (file.resolve().as_uri() + "?mode=ro",))
        if connection.execute(f"SELECT 1 FROM {name}.sqlite_master WHERE name = 'migrations'").fetchone():  # noqa: S608
            return
        connection.execute(f"DETACH {name}")  # its owner is just making it
    connection.execute(f"ATTACH ':memory:' AS {name}")
    connection.deserialize(_empty(tuple(migrations)), name=name)


@functools.cache
def _empty(migrations: tuple[Migration, ...]) -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(connection, migrations)
        return connection.serialize()
    finally:
        connection.close()


def _unusable(store: Path, error: sqlite3.DatabaseError) -> UserError:
    return UserError(
        f"The databases in {store} cannot be used: {error}. Check that the folder exists, that the disk has room and that you may "
        "read and write there.",
        f"无法使用 {store} 中的数据库：{error}。请检查该文件夹是否存在、磁盘是否有空间，以及是否有读写权限。",
    )
