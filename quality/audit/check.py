"""Is the audit log as it was written? Names the entry that was altered, is missing or was put in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hw.messages import Message
from quality.audit.chain import digest_of
from quality.audit.entries import BEGAN, COLUMNS, CUT, Entry, entry
from quality.store import reading
from recorder.evidence.encoding import NO_HASH
from recorder.evidence.problems import ALTERED, INSERTED, MISSING, Problem
from recorder.evidence.witness import SUBJECT, WITNESSED

BATCH = 2000


@dataclass
class Looked:
    """What was looked at. entries: of the chain. older: from before it. witnessed: heads the chain of evidence knows. last_seq,
    last_hash: where the log ends now; kept elsewhere, they show later that nothing before them was touched."""

    entries: int = 0
    older: int = 0
    witnessed: int = 0
    last_seq: int = 0
    last_hash: str = ""


def check(store: Path, looked: Looked, tell: Callable[[int], None] = lambda _entries: None) -> Iterator[Problem]:
    """Every problem of the log, in the order of its entries; then what the chain of evidence knows and the log does not. `looked`
    is filled on the way. Raises UserError when a database cannot be read."""
    with reading(store) as connection:
        walk = _Walk(looked)
        for found in _entries(connection):
            yield from walk.entry(found)
            tell(looked.entries + looked.older)
        yield from walk.end(digest_of(_older(connection, looked.older)))
        yield from _witnesses(connection, walk.first, looked)


class _Walk:
    """One pass over the entries. first: the first that is still there."""

    def __init__(self, looked: Looked) -> None:
        self.first = 0
        self._looked = looked
        self._last: Entry | None = None
        self._began: dict[str, object] | None = None
        self._start: Entry | None = None
        self._cuts: set[tuple[object, object]] = set()

    def entry(self, found: Entry) -> Iterator[Problem]:
        before, self._last = self._last, found
        self.first = self.first or found.seq
        if found.hash is None or found.prev is None:
            yield from self._without_hash(found)
            return
        self._looked.entries += 1
        self._looked.last_seq, self._looked.last_hash = found.seq, found.hash
        yield from self._place(found, before)
        if found.digest(found.prev) != found.hash:
            yield _problem(ALTERED, found.seq, "its hash does not fit what it says", "哈希与内容不符", found)
        elif found.action == BEGAN:
            yield from self._begin(found, before)
        elif found.action == CUT:
            self._cuts.add((found.facts.get("last"), found.facts.get("hash")))

    def end(self, older: tuple[int, str]) -> Iterator[Problem]:
        """After the last entry. older: how many are without a hash, and the digest of them."""
        start = self._start
        if start is not None and (start.seq - 1, start.prev) not in self._cuts:
            span = f"1–{start.seq - 1}" if start.seq > 2 else "1"
            yield _problem(MISSING, span, "nothing says they were taken out", "没有移出记录", start)
        if self._began is not None and (self._began.get("before"), self._began.get("digest")) != older:
            text = Message("they are not what its chain began with", "与链开始时不一致")
            yield Problem(ALTERED, "audit", f"1–{self._looked.older}", text)

    def _without_hash(self, found: Entry) -> Iterator[Problem]:
        if self._began is None and not self._looked.entries:
            self._looked.older += 1
        else:
            yield _problem(INSERTED, found.seq, "it has no place in the chain", "不在链中", found)

    def _place(self, found: Entry, before: Entry | None) -> Iterator[Problem]:
        due = before.seq + 1 if before else 1
        prev = before.hash or NO_HASH if before else NO_HASH
        if before is None and found.seq > 1:
            self._start = found
        elif found.seq > due:
            span = str(due) if found.seq == due + 1 else f"{due}–{found.seq - 1}"
            yield _problem(MISSING, span, f"entry {found.seq} comes next", f"其后是第 {found.seq} 条", found)
        elif found.prev != prev and found.digest(found.prev or "") == found.hash:
            en, zh = f"entry {found.seq} followed another one", f"第 {found.seq} 条原来接在另一条之后"
            yield _problem(ALTERED, due - 1, en, zh, before or found)

    def _begin(self, found: Entry, before: Entry | None) -> Iterator[Problem]:
        if self._began is not None or (before is not None and before.hash is not None):
            yield _problem(MISSING, f"–{found.seq - 1}", "the log was begun anew", "日志曾被重新开始", found)
        self._began = found.facts


def _entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    after = -(1 << 62)
    sql = f"SELECT {COLUMNS} FROM review.changes WHERE id > ? ORDER BY id LIMIT {BATCH}"  # noqa: S608
    while rows := connection.execute(sql, (after,)).fetchall():
        yield from map(entry, rows)
        after = rows[-1]["id"]


def _older(connection: sqlite3.Connection, count: int) -> Iterator[Entry]:
    """The first so many entries, those from before the chain."""
    sql = f"SELECT {COLUMNS} FROM review.changes WHERE hash IS NULL ORDER BY id LIMIT ?"  # noqa: S608
    return map(entry, connection.execute(sql, (count,)))


def _witnesses(connection: sqlite3.Connection, first: int, looked: Looked) -> Iterator[Problem]:
    sql = "SELECT at, body FROM calls.evidence WHERE subject = ? AND kind = ? ORDER BY seq"
    for at, body in connection.execute(sql, (SUBJECT, WITNESSED)):
        values = json.loads(body)
        seq, hash_ = int(values["seq"]), str(values["hash"])
        looked.witnessed += 1
        row = connection.execute("SELECT hash FROM review.changes WHERE id = ?", (seq,)).fetchone()
        text = Message(f"the recorder saw it at {at}", f"录音服务在 {at} 见过它")
        if row is None and seq >= first:
            yield Problem(MISSING, "audit", str(seq), text)
        elif row is not None and row["hash"] != hash_:
            yield Problem(ALTERED, "audit", str(seq), text)


def _problem(kind: str, seq: int | str, en: str, zh: str, found: Entry) -> Problem:
    what = f"{found.action} {found.subject}".strip()
    return Problem(kind, "audit", str(seq), Message(f"{en} ({what})", f"{zh}（{what}）"))
