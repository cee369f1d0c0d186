"""Schema changes, each made and recorded in one transaction. Every database of the box uses this."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Migration:
    """One step of a schema: a name that never changes and the SQL statements that make it."""

    name: str
    statements: tuple[str, ...]


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[str]:
    """Bring a database up to date and return the names of the steps made now. `connection` must be in autocommit mode
    (isolation_level None); a step that fails leaves no trace of itself."""
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT")
    made = []
    for step in migrations:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked inside the transaction: another process may have made the step while this one waited for the lock.
            if connection.execute("SELECT 1 FROM migrations WHERE name = ?", (step.name,)).fetchone() is None:
                for statement in step.statements:
                    connection.execute(statement)
                connection.execute("INSERT INTO migrations VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))", (step.name,))
                made.append(step.name)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return made


CHANGES_KEPT = 50_000
"""Entries of a list of changes; a follower further behind reads everything anew."""


def follow(table: str, changes: str, events: Mapping[str, str]) -> tuple[str, ...]:
    """Triggers that add a call to the list `changes` (number INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT) whenever a row of
    `table` changes, so that readers find what is new without looking at everything. events: "INSERT", "UPDATE", "UPDATE OF …" or
    "DELETE", each with the expression that is the call's id."""
    return tuple(
        f"""CREATE TRIGGER {changes}_{table}_{event.split()[0].lower()} AFTER {event} ON {table} BEGIN
            INSERT INTO {changes} (call_id) VALUES ({call});
            DELETE FROM {changes} WHERE number <= (SELECT max(number) FROM {changes}) - {CHANGES_KEPT}; END"""  # noqa: S608  our own words
        for event, call in events.items()
    )
