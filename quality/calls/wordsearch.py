"""What was said, searched for over all calls: complete where time allows, and honest about how far it has looked where not.

Utterances are numbered as they are understood. A term is looked for in slices of these numbers, the newest first, and what was
found is kept, so that the same term costs little the next time and "look further" goes on where it stopped.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.index import exact_query, sound_query
from analyzer.search import Found, found_in, terms
from quality.callindex.columns import Places
from quality.callindex.index import CallIndex

PATIENCE_S = 0.06
"""How long a page may look; a slice that was begun is finished."""
FURTHER_S = 10.0
"""How long it may take when somebody asks to look further."""
SLICE = 100_000
_KEPT = 4_000_000  # numbers of utterances that are kept for all terms

Numbers = NDArray[np.uint32]


@dataclass
class _Sought:
    """Where a term was said, as far as looked: utterances with numbers above `bottom` up to `top`. exact: as written."""

    top: int
    bottom: int
    exact: list[Numbers] = field(default_factory=list)
    alike: list[Numbers] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, (*self.exact, *self.alike)))


@dataclass(frozen=True)
class Looked:
    """Where a query's terms were said, as far as looked. terms: each with the utterances that have it as written, and those that
    sound like it. bottom: utterances up to this number were not looked at."""

    terms: tuple[tuple[str, Numbers, Numbers], ...]
    bottom: int

    @property
    def complete(self) -> bool:
        """Whether everything was looked at."""
        return self.bottom == 0


class WordSearch:
    """The terms people have asked for lately, of one box. Any thread may use it."""

    def __init__(self) -> None:
        self._sought: OrderedDict[tuple[str, bool], _Sought] = OrderedDict()
        self._lock = threading.Lock()
        self._basis: object = None
        self._spoken: tuple[object, Spoken] | None = None

    def spoken(self, index: CallIndex) -> Spoken:
        """Which calls utterances belong to, by the columns as they are; call it while they are held."""
        now = (index.made, index.version)
        if self._spoken is None or self._spoken[0] != now:
            self._spoken = now, Spoken(index)
        return self._spoken[1]

    def look(self, connection: sqlite3.Connection, query: str, exact: bool, basis: object, patience_s: float) -> Looked:
        """Look for every term of the query, at least one slice further than before unless patience_s is 0. basis: when it changes,
        what was kept is void."""
        with self._lock:
            if basis != self._basis:
                self._sought.clear()
                self._basis = basis
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM analysis.utterances").fetchone()[0]
        until, asked = time.monotonic() + patience_s if patience_s else 0.0, terms(query)
        sought = [self._term(connection, (term, exact), newest, until) for term in asked]
        found = [(term, _joined(one.exact), _joined(one.alike)) for term, one in zip(asked, sought, strict=True)]
        return Looked(tuple(found), max((one.bottom for one in sought), default=0))

    def _term(self, connection: sqlite3.Connection, key: tuple[str, bool], newest: int, until: float) -> _Sought:
        term, exact = key
        with self._lock:
            kept = self._sought.get(key) or _Sought(newest, newest)
            sought = _Sought(kept.top, kept.bottom, list(kept.exact), list(kept.alike))
        queries = (exact_query(term), "" if exact else sound_query(term))
        _look(connection, queries, sought, sought.top, newest)
        sought.top = newest
        began = sought.bottom
        while sought.bottom > 0 and until and (sought.bottom == began or time.monotonic() < until):
            low = max(0, sought.bottom - SLICE)
            _look(connection, queries, sought, low, sought.bottom)
            sought.bottom = low
        self._keep(key, sought)
        return sought

    def _keep(self, key: tuple[str, bool], sought: _Sought) -> None:
        with self._lock:
            self._sought[key] = sought
            self._sought.move_to_end(key)
            while len(self._sought) > 1 and sum(one.size for one in self._sought.values()) > _KEPT:
                self._sought.popitem(last=False)


def _look(connection: sqlite3.Connection, queries: tuple[str, str], sought: _Sought, low: int, high: int) -> None:
    """Add what is in the utterances above `low` up to `high`."""
    if low >= high:
        return
    exact, alike = (_numbers(connection, query, low, high) for query in queries)
    place = len(sought.exact) if low == sought.top else 0
    sought.exact.insert(place, exact)
    sought.alike.insert(place, np.setdiff1d(alike, exact, assume_unique=True))


def _numbers(connection: sqlite3.Connection, query: str, low: int, high: int) -> Numbers:
    if not query:
        return np.zeros(0, "u4")
    # One text of all numbers instead of a row for each: half the time, and SQLite lets other threads run until it is whole.
    sql = """SELECT group_concat(rowid) FROM (SELECT rowid FROM analysis.utterance_search
             WHERE utterance_search MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid)"""
    numbers = connection.execute(sql, (query, low, high)).fetchone()[0]
    return np.fromstring(numbers, "u4", sep=",") if numbers else np.zeros(0, "u4")


def _joined(pieces: Sequence[Numbers]) -> Numbers:
    return np.concatenate(pieces) if pieces else np.zeros(0, "u4")


@dataclass(frozen=True)
class Reach:
    """How much of the box's talk a search has looked at: calls with words."""

    looked: int
    calls: int

    @property
    def complete(self) -> bool:
        """Whether that is all."""
        return self.looked >= self.calls


class Spoken:
    """Which calls utterances belong to. Valid as long as the columns do not change."""

    def __init__(self, index: CallIndex) -> None:
        said = index.columns["said"]
        places = np.flatnonzero(said)
        order = np.argsort(said[places], kind="stable")
        self._places, self._first = places[order], said[places][order]
        self._count = len(said)

    def places(self, numbers: Numbers) -> Places:
        """The calls these utterances belong to, each once, in order of time."""
        return np.flatnonzero(self._having(numbers))

    def _having(self, numbers: Numbers) -> NDArray[np.bool_]:
        """For each call, whether it has one of these utterances."""
        has = np.zeros(self._count, bool)
        if len(self._first):
            has[self._places[np.maximum(np.searchsorted(self._first, numbers, side="right") - 1, 0)]] = True
        return has

    def all_of(self, looked: Looked, corrected: Sequence[Places]) -> Places:
        """The calls in which every term was said. corrected: for each term, calls in which people wrote it where the machine had
        heard something else."""
        found = np.full(self._count, bool(looked.terms))
        for (_, exact, alike), instead in zip(looked.terms, corrected, strict=True):
            one = self._having(np.concatenate([exact, alike]))
            one[instead] = True
            found &= one
        return np.flatnonzero(found)

    def reach(self, looked: Looked) -> Reach:
        """How much was looked at."""
        return Reach(int((self._first > looked.bottom).sum()), len(self._first))

    def first_in(self, said: int, looked: Looked) -> list[tuple[int, str]]:
        """Of each term, the first utterance that has it in the call whose first utterance is `said`, with the term; "" where it
        only sounds like it."""
        begin = np.uint32(said)  # of the arrays' own type: searchsorted would copy them all into another
        after = int(np.searchsorted(self._first, begin, side="right"))
        end = int(self._first[after]) if after < len(self._first) else (1 << 32) - 1
        found = []
        for term, exact, alike in looked.terms:
            for numbers, literal in ((exact, term), (alike, "")):
                first = int(np.searchsorted(numbers, begin))
                if first < len(numbers) and numbers[first] < end:
                    found.append((int(numbers[first]), literal))
                    break
        return found


def snippets(connection: sqlite3.Connection, wanted: Sequence[tuple[int, str]]) -> dict[str, list[Found]]:
    """The words in their place, by call. wanted: utterances with the term to show in each."""
    sql = "SELECT * FROM analysis.utterances WHERE id IN (SELECT value FROM json_each(?))"
    rows = {row["id"]: row for row in connection.execute(sql, (json.dumps([number for number, _ in wanted]),))}
    found: dict[str, list[Found]] = {}
    for number, term in wanted:
        if number in rows:
            found.setdefault(rows[number]["call_id"], []).append(found_in(rows[number], term))
    return found


_searches: OrderedDict[Path, WordSearch] = OrderedDict()
_guard = threading.Lock()


def word_search(store: Path) -> WordSearch:
    """The box's."""
    with _guard:
        return _searches.setdefault(store.absolute(), WordSearch())


def basis_of(connection: sqlite3.Connection, index: CallIndex) -> object:
    """What kept finds rest on: no call's words were replaced or taken away since."""
    forgotten = connection.execute("SELECT max(tombstone) FROM analysis.forgotten").fetchone()[0]
    return index.made, index.columns.reheard, forgotten
