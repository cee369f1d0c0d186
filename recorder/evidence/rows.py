"""The rows of calls.db held against what the chain says of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from hw.messages import Message
from recorder.evidence.chain import ADOPTED_ALL, BEGAN, CHANGED, REMOVED
from recorder.evidence.covered import BY_NAME, TABLES, Table, facts
from recorder.evidence.encoding import tombstone_text
from recorder.evidence.keys import is_signed
from recorder.evidence.problems import ALTERED, INSERTED, MISSING, Problem

Facts = dict[str, object]


def remembered(connection: sqlite3.Connection, subject: str) -> Facts | None:
    """What the chain says of a row now, or None when it says nothing (more) of it."""
    known: Facts | None = None
    for kind, body in connection.execute("SELECT kind, body FROM evidence WHERE subject = ? ORDER BY seq", (subject,)):
        try:
            values = json.loads(body)
        except ValueError:
            continue  # the walk over the items names it
        known = None if kind == REMOVED else {**(known or {}), **values} if kind == CHANGED else values
    return known


def check_row(connection: sqlite3.Connection, table: Table, row_id: str, *, settled: bool = True) -> Iterator[Problem]:
    """What is wrong with one row. settled: it should be in the chain if it is there."""
    known, row = remembered(connection, f"{table.name}/{row_id}"), facts(connection, table, row_id)
    call_id = _call_of(table, known or row or {}, row_id)
    if row is None and known is not None:
        yield Problem(MISSING, table.name, row_id, Message("the chain knows it", "证据链中有记载"), call_id)
    elif row is not None and known is None and settled:
        yield Problem(INSERTED, table.name, row_id, Message("the chain does not know it", "证据链中没有记载"), call_id)
    elif row is not None and known is not None:
        wrong = [name for name, value in known.items() if name not in row or row[name] != value]
        if wrong:
            text = "; ".join(f"{name}: {known[name]!r} → {row.get(name)!r}" for name in wrong)
            yield Problem(ALTERED, table.name, row_id, Message(text, text), call_id)


def subjects(connection: sqlite3.Connection) -> Iterator[tuple[str, bool]]:
    """Every covered row, and every row the chain knows that is not there (any more): (subject, it has to be in the chain)."""
    limit = adoption_limit(connection)
    for table in TABLES:
        stands = table.settled.format(row=table.name)
        sql = f"SELECT {table.key}, {_from_before(table, limit)} FROM {table.name} WHERE {stands} ORDER BY {table.key}"  # noqa: S608
        for row_id, before in connection.execute(sql):
            yield f"{table.name}/{row_id}", not before
        for subject in _only_in_the_chain(connection, table, stands):
            yield subject, True


def subjects_of(connection: sqlite3.Connection, call_ids: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The same for these calls alone, as far as their rows are there."""
    limit = adoption_limit(connection)
    for call_id in call_ids:
        for table in TABLES:
            column = "id" if table is BY_NAME["calls"] else "call_id"
            stands = table.settled.format(row=table.name)
            sql = f"SELECT {table.key}, {_from_before(table, limit)} FROM {table.name} WHERE {column} = ? AND {stands}"  # noqa: S608
            for row_id, before in connection.execute(sql, (call_id,)):
                yield f"{table.name}/{row_id}", not before


def check_subject(connection: sqlite3.Connection, subject: str, *, settled: bool = True) -> Iterator[Problem]:
    """What is wrong with a row of that name."""
    name, _, row_id = subject.partition("/")
    if name in BY_NAME:
        yield from check_row(connection, BY_NAME[name], row_id, settled=settled)


def waiting_for_adoption(connection: sqlite3.Connection) -> int:
    """Calls from before the chain that it has not taken in yet."""
    limit = adoption_limit(connection)
    if not limit:
        return 0
    sql = """SELECT count(*) FROM calls WHERE closed_seq <= ?
        AND NOT EXISTS (SELECT 1 FROM evidence WHERE subject = 'calls/' || calls.id)"""
    return int(connection.execute(sql, (limit,)).fetchone()[0])


def adoption_limit(connection: sqlite3.Connection) -> int:
    """The last closed_seq from before the chain, while there are such calls to take in; else 0."""
    sql = "SELECT body FROM evidence WHERE subject = 'store' AND kind = ? ORDER BY seq LIMIT 1"
    if connection.execute(sql, (ADOPTED_ALL,)).fetchone() is not None:
        return 0
    row = connection.execute(sql, (BEGAN,)).fetchone()
    try:
        return int(json.loads(row[0])["before"]) if row else 0
    except (ValueError, KeyError, TypeError):
        return 0


def check_tombstone(connection: sqlite3.Connection, chain: str, keys: tuple[str, ...], number: str) -> Iterator[Problem]:
    """Whether a tombstone is signed by one of the keys."""
    row = connection.execute("SELECT * FROM tombstones WHERE number = ?", (number,)).fetchone()
    if row is None:
        return
    text = tombstone_text(chain, row["call_id"], row["at"], row["rule"], row["reason"], row["by"], row["was"])
    if row["key"] not in keys or not is_signed(row["key"], row["signature"], text):
        yield Problem(ALTERED, "tombstones", number, Message("its signature does not fit", "签名不符"), row["call_id"])


def _only_in_the_chain(connection: sqlite3.Connection, table: Table, stands: str) -> Iterator[str]:
    # "0" is the character after "/": all subjects that begin so, found by the index.
    place = len(table.name) + 2
    sql = f"""SELECT DISTINCT subject FROM evidence WHERE subject >= ? AND subject < ? AND NOT EXISTS (
        SELECT 1 FROM {table.name} WHERE {table.key} = substr(subject, {place}) AND {stands})"""  # noqa: S608
    for (subject,) in connection.execute(sql, (f"{table.name}/", f"{table.name}0")):
        yield subject


def _from_before(table: Table, limit: int) -> str:
    """SQL: whether the row belongs to a call that the chain has still to take in."""
    if not limit or table.name == "tombstones":
        return "0"
    call = f"{table.name}.id" if table.name == "calls" else f"{table.name}.call_id"
    return f"coalesce((SELECT c.closed_seq FROM calls c WHERE c.id = {call}) <= {limit}, 1)"  # noqa: S608


def _call_of(table: Table, row: Facts, row_id: str) -> str:
    return row_id if table is BY_NAME["calls"] else str(row.get("call_id") or "")
