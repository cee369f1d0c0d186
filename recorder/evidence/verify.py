"""`callbox verify`: chain, signatures, rows and files, read only, while the box goes on recording."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hw.messages import Message, UserError
from recorder.evidence.chain import UNSIGNED, chain_id
from recorder.evidence.covered import TABLES
from recorder.evidence.encoding import head_text
from recorder.evidence.files import check_file, unknown_files
from recorder.evidence.headfiles import HEADS, Head, read_heads
from recorder.evidence.keys import FOLDER, is_signed
from recorder.evidence.problems import ALTERED, MISSING, Problem
from recorder.evidence.rows import check_subject, check_tombstone, subjects, subjects_of, waiting_for_adoption
from recorder.evidence.walk import Walk
from recorder.store.reader import CallReader, broken
from recorder.times import to_text

FOREVER = 253402300799.0  # the last second that ISO text can say

Tell = Callable[[str, float, float], None]
"""Told what is being looked at ("chain", "rows", "files"), how much of it is done, of how much."""


@dataclass(frozen=True)
class Scope:
    """What to look at beside the chain, which is always walked whole. start, end: UTC epoch seconds of calls' starts, None for
    open. call_id: one call alone. files: hash the audio too. keys: public keys (hexadecimal) kept elsewhere; empty: believe the
    chain's own. heads: folder of head files kept elsewhere."""

    start: float | None = None
    end: float | None = None
    call_id: str = ""
    files: bool = True
    keys: tuple[str, ...] = ()
    heads: Path | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.start is None and self.end is None and not self.call_id


@dataclass
class Seen:
    """What was looked at. heads: those kept elsewhere that were compared; strange_heads: days of head files in the store that are
    of another chain (a calls.db that was set aside). waiting: calls from before the chain that it has not taken in yet. unsigned:
    stretches of items that had no signature when another program had written them (a replay by another user), as (first, last, when
    it was seen)."""

    chain: str = ""
    keys: tuple[str, ...] = ()
    items: int = 0
    days: int = 0
    rows: int = 0
    files: int = 0
    heads: int = 0
    strange_heads: list[str] = field(default_factory=list)
    waiting: int = 0
    last_hash: str = ""
    unsigned: list[tuple[int, int, str]] = field(default_factory=list)


def verify(store: Path, scope: Scope, seen: Seen, tell: Tell = lambda _what, _done, _total: None) -> Iterator[Problem]:
    """Every problem: of the chain, its heads, rows, tombstones, files. `seen` is filled on the way. Raises UserError when calls.db
    cannot be read, there is no such call, or no heads are where they should be."""
    with CallReader(store) as reader:
        try:
            yield from _verify(store, reader.connection, scope, seen, tell)
        except sqlite3.Error as error:
            raise broken(reader.path, error) from error


def _verify(store: Path, connection: sqlite3.Connection, scope: Scope, seen: Seen, tell: Tell) -> Iterator[Problem]:
    connection.execute("BEGIN")  # one picture of chain and rows, whatever the recorder writes meanwhile
    _expect_call(connection, scope.call_id)
    yield from _chain(store, connection, scope, seen, tell)
    yield from _rows(connection, scope, seen, tell)
    connection.execute("COMMIT")  # hashing takes long: the recorder's log must not grow meanwhile
    if scope.files:
        yield from _files(store, connection, scope, seen, tell)
        if scope.everything:
            yield from unknown_files(store, connection)


def _chain(store: Path, connection: sqlite3.Connection, scope: Scope, seen: Seen, tell: Tell) -> Iterator[Problem]:
    total = connection.execute("SELECT count(*) FROM evidence").fetchone()[0]
    done = 0

    def step(items: int) -> None:
        nonlocal done
        done += items
        tell("chain", done, total)

    walk = Walk(connection, scope.keys)
    yield from walk.problems(step)
    seen.chain, seen.keys = chain_id(connection), tuple(walk.keys)
    seen.items, seen.days, seen.last_hash = walk.items, len(walk.days), walk.last.hash if walk.last else ""
    for at, body in connection.execute("SELECT at, body FROM evidence WHERE subject = 'store' AND kind = ?", (UNSIGNED,)):
        values = json.loads(body)
        seen.unsigned.append((values["from"], values["to"], at))
    keys = scope.keys or seen.keys
    for head in read_heads(store / FOLDER / HEADS):
        if head.chain == seen.chain and head.key in keys:
            yield from _check_head(connection, head)
        else:
            seen.strange_heads.append(head.day)
    yield from _heads_elsewhere(connection, scope.heads, keys, seen) if scope.heads else ()


def _heads_elsewhere(connection: sqlite3.Connection, folder: Path, keys: tuple[str, ...], seen: Seen) -> Iterator[Problem]:
    """What somebody kept to hold against the box: a chain made anew, even by the box's own key, is not the one that was signed."""
    for head in read_heads(folder):
        seen.heads += 1
        if head.chain != seen.chain:
            text = Message("it signs another chain: calls.db was made anew", "它签名的是另一条证据链：calls.db 已重新建立")
            yield Problem(MISSING, "heads", head.day, text)
        elif head.key not in keys:
            yield Problem(ALTERED, "heads", head.day, Message("another key signed it", "由其他密钥签名"))
        else:
            yield from _check_head(connection, head)
    if not seen.heads:
        raise UserError(
            f"{folder}: there are no heads. They are written by: callbox verify --export-heads FOLDER",
            f"{folder}：没有链头文件。可用 callbox verify --export-heads FOLDER 导出",
        )


def _check_head(connection: sqlite3.Connection, head: Head) -> Iterator[Problem]:
    """Head files remember what was once signed, even if the database was put back to an older state."""
    if not is_signed(head.key, head.signature, head_text(head.chain, head.day, head.seq, head.hash)):
        yield Problem(ALTERED, "heads", head.day, Message("the signature in its file does not fit", "链头文件的签名不符"))
        return
    found = connection.execute("SELECT hash FROM evidence WHERE seq = ?", (head.seq,)).fetchone()
    en, zh = f"the head file of {head.day} signs item {head.seq}", f"{head.day} 的链头文件已签名到第 {head.seq} 项"
    text = Message(en, zh)
    if found is None:
        yield Problem(MISSING, "evidence", str(head.seq), text)
    elif found[0] != head.hash:
        yield Problem(ALTERED, "evidence", str(head.seq), text)


def _expect_call(connection: sqlite3.Connection, call_id: str) -> None:
    """Raises UserError for a call that neither the rows nor the chain know: "all as recorded" would be said of nothing."""
    if not call_id or connection.execute("SELECT 1 FROM calls WHERE id = ?", (call_id,)).fetchone():
        return
    if next(iter(_in_the_chain(connection, call_id)), None) is None:
        raise UserError(
            f"There is no call {call_id}, nor a trace of one in the chain of evidence. Is the id whole?",
            f"没有通话 {call_id}，证据链中也没有它的痕迹。编号是否完整？",
        )


def _subjects(connection: sqlite3.Connection, scope: Scope) -> tuple[Iterable[tuple[str, bool]], int]:
    """What to compare, and about how many rows that is."""
    if scope.everything:
        counts = (connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in TABLES)  # noqa: S608
        return subjects(connection), sum(counts)
    found = dict(subjects_of(connection, _calls(connection, scope)))
    if scope.call_id:
        found |= dict.fromkeys(_of_one_call(connection, scope.call_id), True)
    else:
        sql = "SELECT DISTINCT subject FROM evidence WHERE at >= ? AND at < ? AND subject <> 'store'"
        found |= dict.fromkeys((row[0] for row in connection.execute(sql, _span(scope))), True)
    return found.items(), len(found)


def _of_one_call(connection: sqlite3.Connection, call_id: str) -> Iterator[str]:
    """What is to be compared of a call, whatever has become of its rows."""
    yield f"calls/{call_id}"
    yield from _in_the_chain(connection, call_id)


def _in_the_chain(connection: sqlite3.Connection, call_id: str) -> Iterator[str]:
    sql = """SELECT DISTINCT subject FROM evidence WHERE subject = ?
             OR (json_valid(body) AND json_extract(body, '$.call_id') = ?)"""
    for (subject,) in connection.execute(sql, (f"calls/{call_id}", call_id)):
        yield subject


def _calls(connection: sqlite3.Connection, scope: Scope) -> Sequence[str]:
    if scope.call_id:
        return [scope.call_id]
    sql = "SELECT id FROM calls WHERE started_at >= ? AND started_at < ? ORDER BY started_at"
    return [row[0] for row in connection.execute(sql, _span(scope))]


def _span(scope: Scope) -> tuple[str, str]:
    return to_text(scope.start or 0.0), to_text(FOREVER if scope.end is None else scope.end)


def _rows(connection: sqlite3.Connection, scope: Scope, seen: Seen, tell: Tell) -> Iterator[Problem]:
    seen.waiting = waiting_for_adoption(connection)
    wanted, total = _subjects(connection, scope)
    for seen.rows, (subject, settled) in enumerate(wanted, 1):
        yield from check_subject(connection, subject, settled=settled)
        table, _, row_id = subject.partition("/")
        if table == "tombstones":
            yield from check_tombstone(connection, seen.chain, scope.keys or seen.keys, row_id)
        if seen.rows % 500 == 0:
            tell("rows", min(seen.rows, total - 1), total)
    tell("rows", total, total)


def _parts(connection: sqlite3.Connection, scope: Scope) -> Iterator[tuple[str, int]]:
    """Ids and sizes of the parts whose files are to be looked at; a page at a time, since the recorder must not wait for us."""
    closed, last = "SELECT id, coalesce(bytes, 0) FROM parts WHERE state <> 'writing'", ""
    page = f"{closed} AND id > ? ORDER BY id LIMIT 500"  # an id begins with the time it was made
    while scope.everything and (rows := connection.execute(page, (last,)).fetchall()):
        yield from ((row[0], row[1]) for row in rows)
        last = rows[-1][0]
    for call_id in () if scope.everything else _calls(connection, scope):
        rows = connection.execute(f"{closed} AND call_id = ? ORDER BY seq", (call_id,)).fetchall()
        yield from ((row[0], row[1]) for row in rows)


def _files(store: Path, connection: sqlite3.Connection, scope: Scope, seen: Seen, tell: Tell) -> Iterator[Problem]:
    total = connection.execute("SELECT coalesce(sum(bytes), 0) FROM parts WHERE state <> 'writing'").fetchone()[0]
    if not scope.everything:
        total = sum(size for _, size in _parts(connection, scope))
    done = 0
    for seen.files, (part_id, size) in enumerate(_parts(connection, scope), 1):
        found = list(check_file(store, connection, part_id))
        # Retention may have deleted it between the look at the row and the look at the file.
        yield from found and check_file(store, connection, part_id)
        done += size
        tell("files", done, max(total, done))
