"""Any single change of what was recorded is found, and the thing that was changed is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder.evidence.chain import COLUMNS
from recorder.evidence.encoding import NO_HASH, make_item
from recorder.store.schema import CALLS_DB
from tests.recorder.evidence.shelf import fill, named, problems

COVERED = ("evidence", "heads", "calls", "parts", "gaps", "pauses", "tombstones")
KEYS = {"evidence": "seq", "heads": "day", "calls": "id", "parts": "id", "gaps": "id", "pauses": "id", "tombstones": "number"}

examples = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "store"
    fill(folder)
    assert problems(folder) == []
    with sqlite3.connect(folder / CALLS_DB) as database:  # one file, quick to copy
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    return folder


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


class Copy:
    """A copy of the store to be changed."""

    def __init__(self, original: Path, bench: Path) -> None:
        self.folder = bench / "store"
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(original, self.folder)
        self.database = sqlite3.connect(self.folder / CALLS_DB, isolation_level=None)
        self.database.execute("PRAGMA foreign_keys = OFF")

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        return self.database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()

    def columns(self, table: str) -> list[str]:
        return [row[1] for row in self.database.execute(f"PRAGMA table_info({table})")]

    def found(self) -> list[tuple[str, str, str]]:
        self.database.close()
        return named(self.folder)


def other(value: object) -> st.SearchStrategy[Any]:
    """Another value of the same type."""
    if isinstance(value, int):
        return st.integers(-(2**40), 2**40).filter(lambda new: new != value)
    if isinstance(value, float):
        return st.floats(0, 1e9).filter(lambda new: new != value)
    return st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).filter(lambda new: new != value)


@examples
@given(st.data())
def test_a_changed_field(original: Path, bench: Path, data: st.DataObject) -> None:
    copy = Copy(original, bench)
    table = data.draw(st.sampled_from(COVERED))
    row = data.draw(st.sampled_from(copy.rows(table)))
    columns = copy.columns(table)
    place = data.draw(st.integers(0, len(columns) - 1))
    column, key = columns[place], KEYS[table]
    strict = {r[1]: r[2] for r in copy.database.execute(f"PRAGMA table_info({table})")}[column]
    sample = {"INTEGER": 0, "REAL": 0.5}.get(strict, "") if row[place] is None else row[place]
    new = data.draw(other(sample))
    try:
        copy.database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (new, row[0]))
    except sqlite3.IntegrityError:
        copy.database.close()
        return  # the schema itself refuses it
    found = copy.found()
    assert found
    ids = {id_ for _, _, id_ in found}
    tables = {name for _, name, _ in found}
    assert table in tables or table in {"heads", "evidence"}
    # A changed name of a row is one row too few and one too many; a changed item may show by its number or its neighbours.
    assert table in {"evidence", "heads"} or str(row[0]) in ids


@examples
@given(st.data())
def test_a_removed_row(original: Path, bench: Path, data: st.DataObject) -> None:
    copy = Copy(original, bench)
    table = data.draw(st.sampled_from(COVERED))
    row = data.draw(st.sampled_from(copy.rows(table)))
    copy.database.execute(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", (row[0],))
    found = copy.found()
    kind = "unsigned" if table == "heads" else "missing"
    assert any(one[0] == kind and one[1] == table and str(row[0]) in one[2] for one in found), found


@examples
@given(st.data())
def test_an_inserted_row(original: Path, bench: Path, data: st.DataObject) -> None:
    """A copy of a row under another name."""
    copy = Copy(original, bench)
    table = data.draw(st.sampled_from(("calls", "parts", "gaps", "pauses", "tombstones")))
    row = data.draw(st.sampled_from(copy.rows(table)))
    columns = copy.columns(table)
    values = dict(zip(columns, row, strict=True)) | {KEYS[table]: 99 if isinstance(row[0], int) else "new"}
    values |= {name: value for name, value in (("closed_seq", 77), ("call_id", "c")) if name in values}
    marks = ", ".join("?" * len(columns))
    copy.database.execute(f"INSERT INTO {table} VALUES ({marks})", [values[name] for name in columns])
    assert ("inserted", table, str(values[KEYS[table]])) in copy.found()


@examples
@given(st.data())
def test_two_items_swapped(original: Path, bench: Path, data: st.DataObject) -> None:
    copy = Copy(original, bench)
    items = copy.rows("evidence")
    first, second = sorted(data.draw(st.lists(st.sampled_from(items), min_size=2, max_size=2, unique=True)))
    copy.database.execute("DELETE FROM evidence WHERE seq IN (?, ?)", (first[0], second[0]))
    for seq, row in ((first[0], second), (second[0], first)):
        copy.database.execute("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)", (seq, *row[1:]))
    found = copy.found()
    assert found[0][:2] == ("altered", "evidence")
    assert found[0][2] == str(first[0])


@examples
@given(st.integers(1, 12))
def test_a_tail_cut_off(original: Path, bench: Path, keep: int) -> None:
    copy = Copy(original, bench)
    total = len(copy.rows("evidence"))
    keep = min(keep, total - 1)
    copy.database.execute("DELETE FROM evidence WHERE seq > ?", (keep,))
    found = copy.found()
    assert any(one[:2] == ("missing", "evidence") and one[2].endswith(f"–{total}") for one in found), found
    assert any(one[:2] == ("missing", "evidence") and one[2].startswith(f"{keep + 1}–") for one in found), found


def rewritten(items: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The chain as somebody would make it who knows the hash but has no key."""
    prev = NO_HASH
    for seq, item in enumerate(items, 1):
        made = make_item(seq, item[1], item[2], item[3], item[4], prev)
        yield (made.seq, made.at, made.kind, made.subject, made.body, made.prev, made.hash)
        prev = made.hash


@examples
@given(st.data())
def test_a_chain_made_anew_without_the_key(original: Path, bench: Path, data: st.DataObject) -> None:
    copy = Copy(original, bench)
    items = copy.rows("evidence")
    place = data.draw(st.integers(2, len(items) - 1))
    what = data.draw(st.sampled_from(["remove", "insert", "change"]))
    if what == "remove":
        del items[place]
    elif what == "insert":
        items.insert(place, (0, *items[place][1:3], "calls/z", '{"id":"z"}', "", ""))
    else:
        items[place] = (*items[place][:4], items[place][4].replace('"', '" ', 1), "", "")
    copy.database.execute("DELETE FROM evidence")
    copy.database.executemany(f"INSERT INTO evidence ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", list(rewritten(items)))
    assert copy.found()


@examples
@given(st.data())
def test_a_changed_file(original: Path, bench: Path, data: st.DataObject) -> None:
    copy = Copy(original, bench)
    path = data.draw(st.sampled_from(sorted((copy.folder / "audio").rglob("*.flac"))))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert copy.found() == [("altered", "files", str(path.relative_to(copy.folder)))]


@examples
@given(st.data())
def test_a_removed_or_strange_file(original: Path, bench: Path, data: st.DataObject) -> None:
    copy = Copy(original, bench)
    path = data.draw(st.sampled_from(sorted((copy.folder / "audio").rglob("*.flac"))))
    if data.draw(st.booleans()):
        path.unlink()
        assert copy.found() == [("missing", "files", str(path.relative_to(copy.folder)))]
    else:
        strange = path.with_name("strange.flac")
        shutil.copy(path, strange)
        assert copy.found() == [("inserted", "files", str(strange.relative_to(copy.folder)))]
