"""A store as large as one gets in years: a made centre of two months, repeated through time with other callers and other words.

For speed at scale (`callbox bench web`): what is in it repeats, so nothing is to be learnt from it about people.
"""

from __future__ import annotations

import random
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from analyzer.schema import ANALYSIS_DB
from quality.centre.cast import Spec
from quality.centre.make import make_centre
from quality.centre.smalltalk import SmallTalk
from quality.schema import REVIEW_DB
from recorder.store.schema import CALLS_DB
from recorder.times import from_text, to_text

AGENTS, MONTHS = 60, 2
CYCLE = timedelta(days=63)
"""From one repetition to the next: whole weeks, so that Mondays stay Mondays."""
_BATCH = 20_000

Progress = Callable[[float, float, str], None]


@dataclass(frozen=True)
class Many:
    """What was made. first, last: UTC epoch seconds of the oldest and the newest call."""

    calls: int
    transcripts: int
    utterances: int
    first: float
    last: float


def make_many(store: Path, calls: int, transcripts: int, *, end: float, progress: Progress, seed: int = 1) -> Many:
    """Make it in `store`, an empty or new folder: `calls` calls before the instant `end`, `transcripts` of them with words."""
    copies = max(1, -(-calls // (AGENTS * MONTHS * 480)))
    with tempfile.TemporaryDirectory(prefix="callbox-centre-", dir=store.parent) as name:
        base = Path(name)
        make_centre(base, _spec(seed), lambda done, total, _: progress(8 * done / total, 100, "centre"))
        store.mkdir(parents=True, exist_ok=True)
        return _Repeated(base, store, copies, end, seed).make(calls, transcripts, progress)


def _spec(seed: int) -> Spec:
    return Spec(agents=AGENTS, months=MONTHS, seed=seed)


@dataclass(frozen=True)
class _Copy:
    """One repetition: how far it lies from the made centre, and the calls in it by their old id."""

    number: int
    shift_s: float
    ids: dict[str, str]

    def instant(self, text: str | None) -> str | None:
        return None if text is None else to_text(round(from_text(text) + self.shift_s, 3))

    def day(self, text: str) -> str:
        return (date.fromisoformat(text) + timedelta(seconds=self.shift_s)).isoformat()


class _Repeated:
    def __init__(self, base: Path, store: Path, copies: int, end: float, seed: int) -> None:
        self.base, self.store, self.copies = base, store, copies
        self.rng = random.Random(f"{seed} many")
        self.talk = SmallTalk(self.rng)
        self.end = end

    def make(self, calls: int, transcripts: int, progress: Progress) -> Many:
        """All three databases."""
        chosen = self._choose(calls)
        progress(10, 100, "calls")
        with _copied(self.base, self.store, CALLS_DB, ("calls", "call_records")) as database:
            for number, copy in enumerate(chosen):
                self._calls(database, copy)
                progress(10 + 15 * number / len(chosen), 100, "calls")
        with _copied(self.base, self.store, REVIEW_DB, _OF_REVIEW) as database:
            for copy in chosen:
                self._reviews(database, copy)
        with _copied(self.base, self.store, ANALYSIS_DB, _OF_ANALYSIS) as database:
            heard, said = self._analysis(database, chosen, transcripts, progress)
        with sqlite3.connect(self.store / CALLS_DB) as database:
            first, last = database.execute("SELECT min(started_at), max(started_at) FROM calls").fetchone()
        database.close()
        progress(100, 100, "")
        return Many(sum(len(copy.ids) for copy in chosen), heard, said, from_text(first), from_text(last))

    def _choose(self, calls: int) -> list[_Copy]:
        """The repetitions, the oldest first; of the oldest only the newest calls, so that there are `calls` in all."""
        with sqlite3.connect(self.base / CALLS_DB) as database:
            ids = [row[0] for row in database.execute("SELECT id FROM calls ORDER BY started_at")]
            last = from_text(database.execute("SELECT max(started_at) FROM calls").fetchone()[0])
        database.close()
        weeks = int((self.end - last) // (7 * 86400)) * 7 * 86400.0
        found: list[_Copy] = []
        for number in range(self.copies + 1):
            wanted = ids[max(0, len(ids) - calls) :] if calls else []
            if not wanted:
                break
            shift = weeks - number * CYCLE.total_seconds()
            found.append(_Copy(number, shift, {old: self._id(old, shift) for old in wanted}))
            calls -= len(wanted)
        return found[::-1]

    def _id(self, old: str, shift: float) -> str:
        # UUIDv7: milliseconds, version, chance. Other chance, or all copies would share it.
        moment = (uuid.UUID(old).int >> 80) + round(shift * 1000)
        return str(uuid.UUID(int=moment << 80 | 7 << 76 | self.rng.getrandbits(12) << 64 | 2 << 62 | self.rng.getrandbits(62)))

    def _calls(self, database: sqlite3.Connection, copy: _Copy) -> None:
        sequence = database.execute("SELECT coalesce(max(closed_seq), 0) FROM calls").fetchone()[0]

        def numbers(text: str) -> str:
            return f"{text[:3]}{(int(text[3:]) + 7_919_317 * copy.number) % 10**8:08d}" if len(text) == 11 else text

        def change(row: dict[str, object]) -> None:
            nonlocal sequence
            sequence += 1
            row["id"], row["closed_seq"] = copy.ids[str(row["id"])], sequence
            for name in ("started_at", "answered_at", "ended_at"):
                row[name] = copy.instant(row[name])  # type: ignore[arg-type]
            for name in ("caller_number", "called_number"):
                row[name] = numbers(str(row[name]))

        def change_record(row: dict[str, object]) -> None:
            row["call_id"], row["number"] = copy.ids[str(row["call_id"])], numbers(str(row["number"]))
            row["started_at"], row["received_at"] = copy.instant(str(row["started_at"])), copy.instant(str(row["received_at"]))
            del row["id"]

        _repeat(database, "calls", "id", copy, change)
        _repeat(database, "call_records", "call_id", copy, change_record)

    def _reviews(self, database: sqlite3.Connection, copy: _Copy) -> None:
        named = {}

        def change(row: dict[str, object]) -> None:
            named[row["id"]] = new = str(uuid.UUID(int=self.rng.getrandbits(128)))
            row["id"], row["call_id"] = new, copy.ids[str(row["call_id"])]
            row["reviewed_at"] = copy.instant(str(row["reviewed_at"]))

        def change_of(row: dict[str, object]) -> None:
            row["review_id"] = named[row["review_id"]]

        def change_day(row: dict[str, object]) -> None:
            row["day"] = copy.day(str(row["day"]))

        _repeat(database, "reviews", "call_id", copy, change)
        for table in ("review_items", "review_taboos"):
            _repeat(database, table, "review_id", named, change_of)
        for table in ("shifts", "aftercall"):
            _repeat(database, table, None, None, change_day)

    def _analysis(
        self, database: sqlite3.Connection, chosen: list[_Copy], transcripts: int, progress: Progress
    ) -> tuple[int, int]:
        heard_by = [row[0] for row in database.execute("SELECT DISTINCT call_id FROM base.utterances")]
        share = transcripts / max(1, sum(len(copy.ids) for copy in chosen))
        heard = said = 0
        for number, copy in enumerate(chosen):
            mine = [call for call in heard_by if call in copy.ids]
            quota = transcripts - heard if number == len(chosen) - 1 else round(share * len(copy.ids))
            mine = self.rng.sample(mine, min(quota, len(mine)))
            heard += len(mine)
            said = self._one_analysis(database, copy, frozenset(mine), said)
            progress(30 + 65 * (number + 1) / len(chosen), 100, "analysis")
        database.execute("INSERT INTO utterance_search (utterance_search) VALUES ('optimize')")
        return heard, said

    def _one_analysis(self, database: sqlite3.Connection, copy: _Copy, heard: frozenset[str], said: int) -> int:
        def change(row: dict[str, object]) -> None:
            row["call_id"] = copy.ids[str(row["call_id"])]
            row.pop("id", None)
            for name in ("finished_at", "analyzed_at"):
                if name in row:
                    row[name] = copy.instant(str(row[name]))
            if row.get("first_utterance") is not None:
                row["first_utterance"] = None

        for table in ("results", "jobs", "hits", "deductions"):
            _repeat(database, table, "call_id", copy, change)
        return self._words(database, copy, heard, said)

    def _words(self, database: sqlite3.Connection, copy: _Copy, heard: frozenset[str], said: int) -> int:
        firsts: dict[str, int] = {}
        index: list[tuple[int, str, str]] = []

        def change(row: dict[str, object]) -> None:
            nonlocal said
            said += 1
            row["id"], row["call_id"] = said, copy.ids[str(row["call_id"])]
            firsts.setdefault(str(row["call_id"]), said)
            row["text"], characters, sounds = self.talk.vary(str(row["text"]), str(row["side"]))
            index.append((said, characters, sounds))

        _repeat(database, "utterances", "call_id", heard, change)
        database.executemany("INSERT INTO utterance_search (rowid, characters, sounds) VALUES (?, ?, ?)", index)
        if any(row[1] == "first_utterance" for row in database.execute("PRAGMA table_info(results)")):
            pairs = [(first, call) for call, first in firsts.items()]
            database.executemany("UPDATE results SET first_utterance = ? WHERE call_id = ?", pairs)
        return said


_OF_REVIEW = ("reviews", "review_items", "review_taboos", "shifts", "aftercall")
_OF_ANALYSIS = ("results", "jobs", "hits", "deductions", "utterances", "utterance_search")


@contextmanager
def _copied(base: Path, store: Path, name: str, emptied: tuple[str, ...]) -> Iterator[sqlite3.Connection]:
    """The base's database without the rows of some tables, open for writing, `base` attached; indexes of these tables are made at
    the end, at once. Without waiting for the disk."""
    path = store / name
    source = sqlite3.connect(base / name)
    connection = sqlite3.connect(path, isolation_level=None)
    source.backup(connection)
    source.close()
    path.chmod(0o660)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -200000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("ATTACH ? AS base", (str(base / name),))
    later = _without_helpers(connection, emptied)
    connection.execute("BEGIN")
    for table in emptied:
        connection.execute(f"DELETE FROM main.{table}")  # noqa: S608
    yield connection
    for sql in later:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("DETACH base")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _without_helpers(connection: sqlite3.Connection, tables: tuple[str, ...]) -> list[str]:
    """Drop the indexes and triggers of these tables; the statements that make them again."""
    marks = ", ".join("?" * len(tables))
    kinds = "type IN ('index', 'trigger') AND sql NOTNULL"
    sql = f"SELECT type, name, sql FROM main.sqlite_master WHERE {kinds} AND tbl_name IN ({marks})"  # noqa: S608  question marks
    found = connection.execute(sql, tables).fetchall()
    for kind, name, _ in found:
        connection.execute(f"DROP {kind} main.{name}")
    return [made for _, _, made in found]


def _repeat(
    database: sqlite3.Connection, table: str, key: str | None, wanted: object, change: Callable[[dict[str, object]], None]
) -> None:
    """Write the base's rows of a table once more, each changed; only those whose `key` is wanted, when it is given."""
    keep = wanted.ids if isinstance(wanted, _Copy) else wanted
    cursor = database.execute(f"SELECT * FROM base.{table}")  # noqa: S608
    names = [column[0] for column in cursor.description]
    place = names.index(key) if key else 0
    while rows := cursor.fetchmany(_BATCH):
        made = [dict(zip(names, row, strict=True)) for row in rows if key is None or row[place] in keep]  # type: ignore[operator]
        for row in made:
            change(row)
        if made:
            columns = list(made[0])
            sql = f"INSERT INTO main.{table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            database.executemany(sql, [tuple(row.values()) for row in made])
