"""Which rows of calls.db the chain covers, and how the recorder's own writes to them are noticed.

TEMP triggers live in the recorder's connection alone: what it writes is noticed, whichever method wrote it; what somebody else
writes with another program is not, and so never becomes part of the chain by itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A covered table, with all its columns. key: its primary key. settled: SQL saying of `{row}` that its facts stand. with_call:
    they stand when the call's do."""

    name: str
    key: str
    settled: str
    with_call: bool = False


_CALL_CLOSED = "(SELECT closed_seq FROM calls WHERE id = {row}.call_id) IS NOT NULL"


TABLES = (
    Table("calls", "id", "{row}.closed_seq IS NOT NULL"),
    Table("parts", "id", "{row}.state <> 'writing'"),
    # A gap of a call may still be cut to its part's length until the call is closed.
    Table("gaps", "id", f"({{row}}.call_id IS NULL OR {_CALL_CLOSED})", with_call=True),
    Table("pauses", "id", _CALL_CLOSED, with_call=True),
    Table("tombstones", "number", "1"),
)
BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True)
class Due:
    """A row that has to enter the chain. fresh: all of it, else only `columns`, which have changed."""

    table: Table
    id: str
    fresh: bool
    columns: frozenset[str]

    @property
    def subject(self) -> str:
        """As the chain names the row."""
        return f"{self.table.name}/{self.id}"


def columns_of(connection: sqlite3.Connection, table: Table) -> list[str]:
    """The table's columns now."""
    return [row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table.name,))]


def facts(connection: sqlite3.Connection, table: Table, row_id: str) -> dict[str, object] | None:
    """The row as the chain knows it, or None when it is not there."""
    names = columns_of(connection, table)
    sql = f"SELECT {', '.join(names)} FROM {table.name} WHERE {table.key} = ?"  # noqa: S608  names of our own schema
    row = connection.execute(sql, (row_id,)).fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def watch(connection: sqlite3.Connection) -> None:
    """Note every write this connection makes to a covered row from now on."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS evidence_due (number INTEGER PRIMARY KEY, name, id, fresh, columns)")
    for table in TABLES:
        for statement in _triggers(table, columns_of(connection, table)):
            connection.execute(statement)


def take_due(connection: sqlite3.Connection) -> list[Due]:
    """What has been noted since the last call, each row once, in the order of the first note."""
    found: dict[tuple[str, str], Due] = {}
    for name, row_id, fresh, columns in connection.execute("SELECT name, id, fresh, columns FROM evidence_due ORDER BY number"):
        before = found.get((name, str(row_id)))
        changed = frozenset(json.loads(columns)) | (before.columns if before else frozenset())
        found[name, str(row_id)] = Due(BY_NAME[name], str(row_id), bool(fresh) or bool(before and before.fresh), changed)
    if found:
        connection.execute("DELETE FROM evidence_due")
    return list(found.values())


def _triggers(table: Table, columns: list[str]) -> Iterator[str]:
    name, key = table.name, table.key
    was, stands = table.settled.format(row="OLD"), table.settled.format(row="NEW")
    head = "CREATE TEMP TRIGGER IF NOT EXISTS"
    note = "INSERT INTO evidence_due (name, id, fresh, columns)"
    changed = ", ".join(f"CASE WHEN OLD.{column} IS NOT NEW.{column} THEN '{column}' END" for column in columns)
    listed = f"(SELECT json_group_array(value) FROM json_each(json_array({changed})) WHERE value IS NOT NULL)"  # noqa: S608
    yield f"{head} {name}_kept AFTER INSERT ON main.{name} WHEN {stands} BEGIN {note} VALUES ('{name}', NEW.{key}, 1, '[]'); END"  # noqa: S608
    yield (
        f"{head} {name}_changed AFTER UPDATE ON main.{name} WHEN {stands} OR {was} "
        f"BEGIN {note} SELECT '{name}', NEW.{key}, NOT ({was}), {listed}; END"
    )
    yield f"{head} {name}_gone AFTER DELETE ON main.{name} BEGIN {note} VALUES ('{name}', OLD.{key}, 0, '[]'); END"
    if table.with_call:
        yield (
            f"{head} {name}_of_call AFTER UPDATE ON main.calls WHEN NEW.closed_seq IS NOT NULL AND OLD.closed_seq IS NULL "  # noqa: S608
            f"BEGIN {note} SELECT '{name}', {key}, 1, '[]' FROM {name} WHERE call_id = NEW.id; END"
        )
