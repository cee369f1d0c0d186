"""The chain while it is written: every settled fact of calls.db becomes an item, in the transaction that settles it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator

from hw.messages import Message
from recorder.evidence.covered import Due, columns_of, facts, take_due, watch
from recorder.evidence.encoding import NO_HASH, Item, body_text, head_text, is_whole, make_item, tombstone_text
from recorder.evidence.keys import SigningKey, is_signed
from recorder.ids import new_id
from recorder.times import to_text

BEGAN, KEY, BROKEN, UNSIGNED = "began", "key", "broken", "unsigned"
RECORDED, ADOPTED, CHANGED, REMOVED, ADOPTED_ALL = "recorded", "adopted", "changed", "removed", "adopted_all"
WITNESSED = "witnessed"
STORE = "store"
"""The subject of items that are about the chain itself."""

COLUMNS = "seq, at, kind, subject, body, prev, hash"
_OF_STORE = "SELECT body FROM evidence WHERE subject = 'store' AND kind = ? ORDER BY seq "


class Chain:
    """The chain of one calls.db, of the one connection that writes it. now: UTC epoch seconds.

    Without a signer (the key cannot be read) items are kept all the same and signed later.
    """

    def __init__(self, connection: sqlite3.Connection, now: Callable[[], float]) -> None:
        self._connection = connection
        self.now = now
        self.trouble: Message | None = None  # what was found wrong with the chain's end
        self._signer: SigningKey | None = None
        self._kind = RECORDED
        self._mine: tuple[int, str] | None = None  # the last item this recorder wrote or checked
        watch(connection)

    @property
    def signer(self) -> SigningKey | None:
        """The key in use, or None."""
        return self._signer

    def begin(self) -> None:
        """Make the first item if there is none. Inside a transaction."""
        if self._last() is None:
            before = self._connection.execute("SELECT coalesce(max(closed_seq), 0) FROM calls").fetchone()[0]
            self._append(BEGAN, STORE, {"chain": new_id(self.now()), "before": before})

    def sign_with(self, signer: SigningKey) -> None:
        """Sign from now on, and what is not yet signed. Inside a transaction."""
        self._check_end()
        known = self._connection.execute(_OF_STORE + "DESC LIMIT 1", (KEY,)).fetchone()
        self._signer = signer
        if known is None or json.loads(known[0])["public"] != signer.public:
            self._append(KEY, STORE, {"public": signer.public})
        self._sign_heads()

    @contextlib.contextmanager
    def adopting(self) -> Iterator[None]:
        """What is written meanwhile was not closed by this recorder but found: it enters the chain as such."""
        self._kind = ADOPTED
        try:
            yield
        finally:
            self._kind = RECORDED

    def seal(self) -> None:
        """Put what the running transaction settled or changed into the chain, and sign. Called before every commit."""
        due = take_due(self._connection)
        if not due:
            return
        self._check_end()
        for one in due:
            self._put(one)
        self._sign_heads()

    def adopt(self, subjects: list[Due]) -> None:
        """Take rows in that were there before the chain. Inside a transaction."""
        with self.adopting():
            for one in subjects:
                if not self._knows(one.subject):
                    self._put(one)

    def adopted_all(self, up_to: int) -> None:
        """Everything from before the chain has been taken in. Inside a transaction."""
        self._append(ADOPTED_ALL, STORE, {"up_to": up_to})

    def witness(self, subject: str, body: dict[str, object]) -> None:
        """Keep what somebody else's log said of itself (recorder.evidence.witness), unless it is the last that was kept of it.
        Inside a transaction."""
        sql = "SELECT body FROM evidence WHERE subject = ? ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(sql, (subject,)).fetchone()
        if row is None or row[0] != body_text(body):
            self._check_end()
            self._append(WITNESSED, subject, body)
            self._sign_heads()

    def sign_tombstone(self, call_id: str, at: str, rule: str, reason: str, by: str, was: str) -> tuple[str, str]:  # noqa: PLR0917
        """The public key and the signature for a deletion. Only with a signer."""
        if self._signer is None:
            raise ValueError("no key to sign with")
        text = tombstone_text(self.id(), call_id, at, rule, reason, by, was)
        return self._signer.public, self._signer.sign(text)

    def id(self) -> str:
        """Which chain this is: a restored or remade calls.db has another."""
        return chain_id(self._connection)

    def _put(self, due: Due) -> None:
        known = self._knows(due.subject)
        row = facts(self._connection, due.table, due.id)
        if row is None:
            if known:
                self._append(REMOVED, due.subject, {})
        elif not known:
            if due.fresh:
                self._append(self._kind, due.subject, row)
        elif due.fresh:  # e.g. the part of a call was closed, its row lost and made again
            self._append(CHANGED, due.subject, row)
        elif changed := {name: row[name] for name in columns_of(self._connection, due.table) if name in due.columns}:
            self._append(CHANGED, due.subject, changed)

    def _knows(self, subject: str) -> bool:
        sql = "SELECT kind FROM evidence WHERE subject = ? ORDER BY seq DESC LIMIT 1"
        row = self._connection.execute(sql, (subject,)).fetchone()
        return row is not None and row[0] != REMOVED

    def _append(self, kind: str, subject: str, body: dict[str, object]) -> None:
        last = self._last()
        seq, prev = (last.seq + 1, last.hash) if last else (1, NO_HASH)
        item = make_item(seq, to_text(self.now()), kind, subject, body_text(body), prev)
        self._connection.execute(
            f"INSERT INTO evidence ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (item.seq, item.at, item.kind, item.subject, item.body, item.prev, item.hash),
        )
        self._mine = (item.seq, item.hash)

    def _last(self) -> Item | None:
        row = self._connection.execute(f"SELECT {COLUMNS} FROM evidence ORDER BY seq DESC LIMIT 1").fetchone()  # noqa: S608
        return Item(*row) if row else None

    def _check_end(self) -> None:
        """Never sign what somebody else put at the chain's end or took from it, without the chain saying so."""
        last = self._last()
        if last is None:
            self.begin()
            return
        if self._mine == (last.seq, last.hash):
            return
        signed, trusted = self._signed_end()
        if signed > last.seq or not is_whole(last) or (signed == last.seq and not trusted):
            self.trouble = Message(
                f"the chain ends at item {last.seq}, signed was item {signed}",
                f"证据链止于第 {last.seq} 项，但已签名到第 {signed} 项",
            )
            self._append(BROKEN, STORE, {"found": last.seq, "signed": signed})
        elif last.seq > signed and signed:
            self._append(UNSIGNED, STORE, {"from": signed + 1, "to": last.seq})
        else:
            self._mine = (last.seq, last.hash)

    def _signed_end(self) -> tuple[int, bool]:
        """The last item any head signs, and whether that item is still what was signed."""
        row = self._connection.execute("SELECT * FROM heads ORDER BY seq DESC LIMIT 1").fetchone()
        if row is None:
            return 0, True
        found = self._connection.execute("SELECT hash FROM evidence WHERE seq = ?", (row["seq"],)).fetchone()
        text = head_text(self.id(), row["day"], row["seq"], row["hash"])
        trusted = found is not None and found[0] == row["hash"] and is_signed(row["key"], row["signature"], text)
        return row["seq"], trusted

    def _sign_heads(self) -> None:
        if self._signer is None:
            return
        chain = self.id()
        unsigned = """SELECT substr(at, 1, 10) AS day, max(seq) AS seq FROM evidence
            WHERE seq > (SELECT coalesce(max(seq), 0) FROM heads) GROUP BY 1"""
        for day, seq in self._connection.execute(unsigned).fetchall():
            hash_ = self._connection.execute("SELECT hash FROM evidence WHERE seq = ?", (seq,)).fetchone()[0]
            signature = self._signer.sign(head_text(chain, day, seq, hash_))
            self._connection.execute(
                "INSERT OR REPLACE INTO heads (day, seq, hash, key, signature) VALUES (?, ?, ?, ?, ?)",
                (day, seq, hash_, self._signer.public, signature),
            )


def chain_id(connection: sqlite3.Connection) -> str:
    """Which chain a calls.db holds; "" before it has begun."""
    row = connection.execute(_OF_STORE + "LIMIT 1", (BEGAN,)).fetchone()
    try:
        return "" if row is None else str(json.loads(row[0])["chain"])
    except (ValueError, KeyError, TypeError):
        return ""
