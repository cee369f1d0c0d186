"""Which pages the visitors of `callbox bench web` open: of a store's own agents, numbers, words and calls."""

from __future__ import annotations

import itertools
import random
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

from quality.calls.paging import SORTS
from quality.store import reading

COMMON, RARE, ALIKE = ("您好", "请问", "谢谢"), ("神经病", "保证百分之百", "找别的部门"), ("罪款", "先经病", "推宽")
"""Words of made centres: in every call, in few, and none that was ever written so."""
_MOST = 400


def pages(store: Path, seed: int = 1) -> dict[str, list[str]]:
    """Addresses by kind: list, filter (each one and pairs), search, call, dashboard."""
    rng = random.Random(f"{seed} pages")
    with reading(store) as connection:
        single = _filters(connection, rng)
        calls = _column(connection, "SELECT id FROM calls.calls WHERE rowid % 997 = 1 LIMIT 300")
        heard = _column(connection, "SELECT call_id FROM analysis.utterances WHERE id % 9973 = 1 LIMIT 300")
        words = said_once(connection)
    pairs = [(*one, *other) for one, other in itertools.combinations(single, 2) if one[0] != other[0]]
    picked = rng.sample(pairs, min(_MOST, len(pairs)))
    return {
        "list": ["/calls", *(f"/calls?sort={sort}" for sort in SORTS)],
        "filter": [f"/calls?{urlencode(_query(one))}" for one in (*single, *picked)],
        "search": [f"/calls?{urlencode({'q': word})}" for word in (*COMMON, *RARE, *ALIKE, *words)],
        "call": [f"/calls/{call}" for call in (*calls, *heard)],
        "dashboard": ["/dashboard"],
    }


def _query(one: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(one[::2], one[1::2], strict=True))


def _filters(connection: sqlite3.Connection, rng: random.Random) -> list[tuple[str, str]]:
    agents = rng.sample(_column(connection, "SELECT id FROM calls.agents"), 3)
    lines = rng.sample(_column(connection, "SELECT name FROM calls.lines"), 2)
    teams = _column(connection, "SELECT DISTINCT team FROM calls.agents WHERE team <> '' LIMIT 2")
    numbers = _column(connection, "SELECT caller_number FROM calls.calls WHERE rowid % 99991 = 5 AND direction = 'in' LIMIT 2")
    reviewer = _column(connection, "SELECT id FROM review.users WHERE role = 'inspector' LIMIT 1")
    days = _column(connection, "SELECT substr(started_at, 1, 10) FROM calls.calls WHERE rowid % 199999 = 7 LIMIT 3")
    return [
        *(("agent", agent) for agent in agents), *(("line", line) for line in lines), *(("team", team) for team in teams),
        *(("number", number) for number in numbers), *(("number", number[-4:]) for number in numbers),
        *(("since", day) for day in days[:2]), *(("until", day) for day in days[1:]),
        ("min_duration", "300"), ("max_duration", "20"), ("max_score", "60"), ("min_score", "95"), ("rule", "opening"),
        ("rule", "insult"), ("mood", "customer-angry"), ("min_silence", "12"), ("reviewed", "yes"), ("reviewed", "no"),
        ("reviewed", "draft"), *(("reviewed", f"by:{user}") for user in reviewer), ("hung_up", "agent"), ("priority", "yes"),
        ("priority", "no"), ("direction", "out"), ("analysis", "waiting"), ("analysis", "done"),
    ]  # fmt: skip


def said_once(connection: sqlite3.Connection) -> list[str]:
    """Some words that were said once or twice: the tails of customers' utterances."""
    texts = _column(connection, "SELECT text FROM analysis.utterances WHERE id % 49999 = 3 AND side = 'customer' LIMIT 20")
    return [text[-3:] for text in texts if len(text) > 12]


def _column(connection: sqlite3.Connection, sql: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(sql)]
