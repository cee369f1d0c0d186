"""From the three databases to columns: all calls, or those that have changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quality.callindex import numbers
from quality.callindex.columns import FAILED, FAULTY, FIELDS, HIGH, NO_SCORE, PASSED, RULES, Array, Codes, Columns

_BATCH = 50_000
_CODED = ("agent", "team", "line", "direction", "state", "hung_up", "job")


@dataclass
class Names:
    """Codes of every kind, and numbers that no plane can hold: rowid → (caller's, called)."""

    of: dict[str, Codes] = field(default_factory=lambda: {kind: Codes() for kind in (*_CODED, "reviewer", "rule")})
    odd_numbers: dict[int, tuple[str, str]] = field(default_factory=dict)


def load(connection: sqlite3.Connection, columns: Columns, names: Names, ids: Sequence[str] | None = None) -> None:
    """Read calls into `columns`: all of them when ids is None (columns are empty then), else these, new or changed. connection:
    of quality.store.reading."""
    wanted = None if ids is None else json.dumps(ids)
    for batch in _batches(connection, wanted):
        _put(columns, *_values(batch, names))
    _add_hits(connection, columns, names, wanted)
    _add_reviews(connection, columns, names, wanted)


def _batches(connection: sqlite3.Connection, wanted: str | None) -> Iterator[list[sqlite3.Row]]:
    made = {row["name"] for row in connection.execute("PRAGMA analysis.table_info(results)")}
    newer = "r.longest_silence_s, r.moods, r.first_utterance" if "first_utterance" in made else "NULL, 0, NULL"
    sql = f"""SELECT c.rowid, CAST(strftime('%s', c.started_at) AS INTEGER) * 1000 + CAST(substr(c.started_at, 21, 3) AS INTEGER),
        c.duration_s, c.agent_id, c.team, c.line, c.direction, c.state, c.hung_up_by, j.state, c.caller_number, c.called_number,
        r.compliance, r.experience, r.risk, r.high_priority, {newer}
        FROM calls.calls c LEFT JOIN analysis.results r ON r.call_id = c.id LEFT JOIN analysis.jobs j ON j.call_id = c.id"""  # noqa: S608
    some = " WHERE c.id IN (SELECT value FROM json_each(?))"
    cursor = connection.execute(sql) if wanted is None else connection.execute(sql + some, (wanted,))
    cursor.row_factory = None
    while rows := cursor.fetchmany(_BATCH):
        yield rows


def _values(rows: list[sqlite3.Row], names: Names) -> tuple[dict[str, Array], NDArray[np.uint8]]:
    given = list(zip(*rows, strict=True))
    values: dict[str, Array] = {name: np.zeros(len(rows), kind) for name, kind in FIELDS.items()}
    values["row"][:], values["started"][:] = given[0], given[1]
    values["duration"][:] = np.array(given[2], "f8")
    for place, kind in enumerate(_CODED, 3):
        number = names.of[kind].number
        values[kind][:] = [number(name) for name in given[place]]
    for place, name in enumerate(("compliance", "experience", "risk"), 12):
        values[name][:] = _hundredths(given[place])
    values["form"][:] = NO_SCORE
    values["flags"][:] = [HIGH if high else 0 for high in given[15]]
    values["silence"][:] = np.array(given[16], "f8")
    values["moods"][:] = [moods or 0 for moods in given[17]]
    values["said"][:] = [first or 0 for first in given[18]]
    return values, _planes(given[0], given[10], given[11], names)


def _planes(rows: Sequence[int], callers: Sequence[str], called: Sequence[str], names: Names) -> NDArray[np.uint8]:
    made = [numbers.encode(texts) for texts in (callers, called)]
    for row in rows:
        names.odd_numbers.pop(row, None)
    for place in {place for _, odd in made for place in odd}:
        names.odd_numbers[rows[place]] = callers[place], called[place]
    return np.stack([planes for planes, _ in made])


def _hundredths(points: Sequence[float | None]) -> Array:
    """Scores have two decimals at the most."""
    exact = np.array(points, "f8")
    return np.where(np.isnan(exact), NO_SCORE, np.rint(np.nan_to_num(exact) * 100)).astype("u2")


def _put(columns: Columns, values: dict[str, Array], planes: NDArray[np.uint8]) -> None:
    """Changed calls over what stood there, new ones in."""
    places = columns.places(values["row"])
    new = places < 0
    for number in np.flatnonzero(~new):
        columns.change(int(places[number]), values, planes, int(number))
    columns.settle()
    columns.add({name: array[new] for name, array in values.items()}, planes[:, :, new])


def _add_hits(connection: sqlite3.Connection, columns: Columns, names: Names, wanted: str | None) -> None:
    sql = """SELECT c.rowid, h.rule, max(h.side = 'agent') FROM analysis.hits h CROSS JOIN calls.calls c ON c.id = h.call_id
        {} GROUP BY h.call_id, h.rule"""
    for rows in _some(connection, sql, "WHERE h.call_id IN (SELECT value FROM json_each(?))", wanted):
        places = columns.places(row[0] for row in rows)
        bits = np.array([_bit(names, row[1]) for row in rows], "u8")
        np.bitwise_or.at(columns["rules"], places, bits)
        np.bitwise_or.at(columns["flags"], places, np.array([FAULTY if row[2] else 0 for row in rows], "u1"))


def _bit(names: Names, rule: str) -> int:
    return rule_bit(names.of["rule"].number(rule))


def rule_bit(number: int) -> int:
    """The bit of a rule; rules that came up after the first 63 share the lowest one."""
    return 1 << (number if number < RULES else 0)


def _add_reviews(connection: sqlite3.Connection, columns: Columns, names: Names, wanted: str | None) -> None:
    sql = """SELECT c.rowid, v.total, v.passed, v.reviewer_id FROM review.reviews v CROSS JOIN calls.calls c ON c.id = v.call_id
        WHERE v.version = (SELECT max(version) FROM review.reviews WHERE call_id = v.call_id) {}"""
    for rows in _some(connection, sql, "AND v.call_id IN (SELECT value FROM json_each(?))", wanted):
        places = columns.places(row[0] for row in rows)
        columns["form"][places] = _hundredths([row[1] for row in rows])
        columns["reviewer"][places] = [names.of["reviewer"].number(row[3]) for row in rows]
        columns["flags"][places] |= np.array([PASSED if row[2] else FAILED for row in rows], "u1")


def _some(connection: sqlite3.Connection, sql: str, where: str, wanted: str | None) -> Iterator[list[sqlite3.Row]]:
    all_of_them = wanted is None
    cursor = connection.execute(sql.format("")) if all_of_them else connection.execute(sql.format(where), (wanted,))
    cursor.row_factory = None
    while rows := cursor.fetchmany(_BATCH):
        yield rows
