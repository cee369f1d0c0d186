"""Read-only views of the three databases: the call list and the call page are made of these."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from analyzer.result import Deduction
from analyzer.rows import utterance_of
from analyzer.search import Found
from hw.messages import Message
from quality.access.roles import REVIEWERS
from quality.access.scope import ALL, Scope
from quality.callindex.columns import Places
from quality.callindex.index import CallIndex, open_index
from quality.callindex.select import select
from quality.calls.correctedwords import Corrected
from quality.calls.filter import CallFilter
from quality.calls.paging import Cursor, page
from quality.calls.rows import ROW_SQL, CallRow, CallView, call_row, gap_views, hit, part_views
from quality.calls.wordsearch import PATIENCE_S, Looked, Reach, WordSearch, basis_of, snippets, word_search
from quality.store import reading


@dataclass(frozen=True)
class CallPage:
    """One page of the list. next_cursor: hand it back for the next page; None at the end. total: how many calls fit the filter;
    when not total_exact there are at least that many. found: for a search by words, by call, the first place of each term. reach:
    how much of what was said the search has looked at."""

    rows: tuple[CallRow, ...]
    next_cursor: str | None
    total: int
    total_exact: bool
    found: dict[str, list[Found]] = field(default_factory=dict)
    reach: Reach | None = None


@dataclass(frozen=True)
class Choices:
    """What the filters can offer: agents and reviewers as (id, name), the others by name; rules by id."""

    agents: tuple[tuple[str, str], ...]
    reviewers: tuple[tuple[str, str], ...]
    teams: tuple[str, ...]
    lines: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True)
class _Said:
    """Where a filter's words were said: as the machine heard them, and as people put them right."""

    search: WordSearch
    looked: Looked
    corrected: Corrected


class Views:
    """The calls of one box as people see them. Holds no connection: every call opens the files anew, read only, so that a database
    made later is found and any thread may ask. timezone: IANA name; filters' dates are local to it."""

    def __init__(self, store: Path, timezone: str = "Asia/Shanghai") -> None:
        self._store = store
        self._zone = ZoneInfo(timezone)

    def list_calls(
        self,
        wanted: CallFilter | None = None,
        cursor: str | None = None,
        limit: int = 50,
        sort: str = "newest",
        patience_s: float = PATIENCE_S,
    ) -> CallPage:
        """A page of the calls that fit. sort: one of quality.calls.paging.SORTS. Sorted by a score, only analysed calls are listed;
        by duration, only ended ones. patience_s: how long words may be looked for (quality.calls.wordsearch). Raises UserError on
        an unknown sort, score name or a cursor that is none."""
        wanted, start = wanted or CallFilter(), Cursor.parse(cursor, sort)
        said = self._said(wanted, patience_s)
        with reading(self._store) as connection:
            with open_index(connection, self._store) as index:
                found = page(connection, index, self._places(connection, index, wanted, said), start, limit)
                calls = index.columns["said"][index.places_of(connection, found.ids)] if said else ()
            rows = self._rows(connection, found.ids)
            made = CallPage(rows, found.following.text() if found.following else None, found.total, True)
            return made if said is None else self._with_words(connection, made, said, [int(first) for first in calls])

    def count(self, wanted: CallFilter, patience_s: float = 0.01) -> tuple[int, bool]:
        """How many calls fit, and whether that is exact: with words, there may be more."""
        said = self._said(wanted, patience_s)
        with reading(self._store) as connection, open_index(connection, self._store) as index:
            places = self._places(connection, index, wanted, said)
        return len(places), said is None or said.looked.complete

    def _said(self, wanted: CallFilter, patience_s: float) -> _Said | None:
        """Look for the filter's words, if it has any. Nothing else is being read meanwhile: a reading within another would need a
        connection of its own, and the others' pages go on while the columns are free."""
        if not wanted.words or not wanted.words.strip():
            return None
        search = word_search(self._store)
        with reading(self._store) as connection:
            with open_index(connection, self._store) as index:
                basis = basis_of(connection, index)
            looked = search.look(connection, wanted.words, bool(wanted.exact), basis, patience_s)
        return _Said(search, looked, Corrected.of(self._store, looked))

    def _places(self, connection: sqlite3.Connection, index: CallIndex, wanted: CallFilter, said: _Said | None) -> Places:
        among = said.search.spoken(index).all_of(said.looked, said.corrected.places(connection, index)) if said else None
        return select(connection, index, wanted, self._zone, among)

    def _with_words(self, connection: sqlite3.Connection, made: CallPage, said: _Said, calls: list[int]) -> CallPage:
        """calls: the first utterance of each call of the page."""
        with open_index(connection, self._store) as index:
            spoken = said.search.spoken(index)
        places = [place for first in calls for place in spoken.first_in(first, said.looked)]
        found = said.corrected.added(snippets(connection, places), [row.id for row in made.rows])
        reach = spoken.reach(said.looked)
        return replace(made, found=found, reach=reach, total_exact=reach.complete)

    def call(self, call_id: str, scope: Scope = ALL) -> CallView | None:
        """Everything known of a call; None when there is no such call, or when it may not be seen."""
        with reading(self._store) as connection:
            rows = self._rows(connection, [call_id])
            if not rows or not scope.sees_call(rows[0].agent_id, rows[0].team):
                return None
            return self._call(connection, rows[0])

    def rows(self, ids: list[str]) -> tuple[CallRow, ...]:
        """The calls of these ids, in that order; unknown ones are left out."""
        with reading(self._store) as connection:
            return self._rows(connection, ids)

    def choices(self, scope: Scope = ALL) -> Choices:
        """What occurs in the box, for the filters' lists; of agents and groups those that may be seen."""
        seen = None if scope.everything else scope.agents(self._store)
        with reading(self._store) as connection:
            agents = connection.execute("SELECT id, name FROM calls.agents ORDER BY id").fetchall()
            reviewers = connection.execute(_REVIEWERS, (json.dumps(REVIEWERS),)).fetchall()
            teams = connection.execute("SELECT DISTINCT team FROM calls.agents WHERE team <> '' ORDER BY team").fetchall()
            lines = connection.execute("SELECT name FROM calls.lines ORDER BY name").fetchall()
            rules = connection.execute(_DISTINCT_RULES).fetchall()
        agents = [row for row in agents if seen is None or row["id"] in seen]
        teams = [row for row in teams if scope.groups is None or row["team"] in scope.groups]
        people = (tuple((str(row[0]), str(row[1])) for row in rows) for rows in (agents, reviewers))
        return Choices(*people, *(tuple(str(row[0]) for row in rows) for rows in (teams, lines, rules)))  # type: ignore[arg-type]

    def _rows(self, connection: sqlite3.Connection, ids: list[str]) -> tuple[CallRow, ...]:
        sql = ROW_SQL + "WHERE c.id IN (SELECT value FROM json_each(?))"  # noqa: S608
        found = {row["id"]: call_row(row) for row in connection.execute(sql, (json.dumps(ids),))}
        return tuple(found[key] for key in ids if key in found)

    def _call(self, connection: sqlite3.Connection, row: CallRow) -> CallView:
        def of_call(sql: str) -> list[sqlite3.Row]:
            return connection.execute(sql, (row.id,)).fetchall()

        gaps = of_call("SELECT * FROM calls.gaps WHERE call_id = ? ORDER BY at")
        parts = part_views(of_call("SELECT * FROM calls.parts WHERE call_id = ? ORDER BY seq"), gaps)
        result = of_call("SELECT * FROM analysis.results WHERE call_id = ?")
        hits = of_call("SELECT * FROM analysis.hits WHERE call_id = ? ORDER BY seq")
        place = {found["seq"]: index for index, found in enumerate(hits)}
        points = of_call("SELECT * FROM analysis.deductions WHERE call_id = ? ORDER BY id")
        return CallView(
            row=row, parts=parts, gaps=gap_views(gaps, parts),
            utterances=tuple(map(utterance_of, of_call("SELECT * FROM analysis.utterances WHERE call_id = ? ORDER BY seq"))),
            hits=tuple(map(hit, hits)),
            deductions=tuple(Deduction(d["score"], d["rule"], d["points"], place[d["hit_seq"]]) for d in points),
            acoustics=json.loads(result[0]["acoustics"]) if result else {},
            warnings=tuple(Message(**warning) for warning in json.loads(result[0]["warnings"])) if result else (),
            rulebook_version=result[0]["rulebook_version"] if result else "",
            pipeline_version=result[0]["pipeline_version"] if result else "",
            degraded=_known(result[0], "degraded") if result else "",
        )  # fmt: skip


def _known(row: sqlite3.Row, name: str) -> str:
    """A column that an older analysis.db, which only the analyzer brings up to date, may not have yet."""
    return str(row[name]) if name in row.keys() else ""  # noqa: SIM118  a row, not a mapping


_REVIEWERS = "SELECT id, name FROM review.users WHERE role IN (SELECT value FROM json_each(?)) ORDER BY name"

# Jumps from one rule to the next in the index instead of reading every hit.
_DISTINCT_RULES = """
WITH RECURSIVE found (rule) AS (
    SELECT min(rule) FROM analysis.hits
    UNION ALL SELECT (SELECT min(rule) FROM analysis.hits WHERE rule > found.rule) FROM found WHERE found.rule IS NOT NULL)
SELECT rule FROM found WHERE rule IS NOT NULL
"""
