"""The chain looked at by itself: every item whole and after the one before it, every day's head signed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from hw.messages import Message
from recorder.evidence.chain import BEGAN, BROKEN, COLUMNS, KEY, STORE, chain_id
from recorder.evidence.encoding import NO_HASH, Item, head_text, is_whole
from recorder.evidence.keys import is_signed
from recorder.evidence.problems import ALTERED, INSERTED, MISSING, UNSIGNED, Problem

BATCH = 2000


class Walk:
    """One pass over the items in order. days: the last item of each UTC day, kept for the heads. keys: public keys the chain names.

    trusted: the only keys that may have signed; empty: those the chain names itself.
    """

    def __init__(self, connection: sqlite3.Connection, trusted: Sequence[str] = ()) -> None:
        self._connection = connection
        self._trusted = tuple(trusted)
        self.days: dict[str, tuple[int, str]] = {}
        self.keys: list[str] = []
        self.items = 0
        self.last: Item | None = None

    def problems(self, progress: Callable[[int], None] = lambda _seq: None) -> Iterator[Problem]:
        """Everything wrong with items, then with heads. progress: told how many items were looked at."""
        for item in self._items(progress):
            yield from self._item(item)
            self.items += 1
            self.last = item
            self.days[item.day] = (item.seq, item.hash)
        if self.items == 0:
            yield Problem(MISSING, "evidence", "1", Message("the chain is empty", "证据链为空"))
        yield from self._heads()

    def _items(self, progress: Callable[[int], None]) -> Iterator[Item]:
        after = -(1 << 63)
        sql = f"SELECT {COLUMNS} FROM evidence WHERE seq > ? ORDER BY seq LIMIT {BATCH}"  # noqa: S608
        while rows := self._connection.execute(sql, (after,)).fetchall():
            yield from (Item(*row) for row in rows)
            after = rows[-1][0]
            progress(len(rows))

    def _item(self, item: Item) -> Iterator[Problem]:
        before = self.last
        due, prev = (before.seq + 1, before.hash) if before else (1, NO_HASH)
        if item.seq < 1:
            yield Problem(INSERTED, "evidence", str(item.seq), Message("items are counted from 1", "各项从 1 开始编号"))
        elif item.seq > max(due, 1):
            span = str(due) if item.seq == due + 1 else f"{due}–{item.seq - 1}"
            yield Problem(MISSING, "evidence", span, _gone(item))
        elif item.prev != prev and before is not None and is_whole(item):
            yield Problem(
                ALTERED,
                "evidence",
                str(before.seq),
                Message(f"item {item.seq} followed another one ({before.subject})", f"第 {item.seq} 项原来接在另一项之后"),
                _call(before),
            )
        if not is_whole(item):
            text = Message(f"its hash does not fit what it says ({item.kind} {item.subject})", f"哈希与内容不符（{item.subject}）")
            yield Problem(ALTERED, "evidence", str(item.seq), text, _call(item))
        elif item.seq == 1 and (item.kind != BEGAN or item.prev != NO_HASH):
            yield Problem(ALTERED, "evidence", "1", Message("the chain does not begin with it", "不是证据链的开头"))
        else:
            yield from self._about_the_chain(item)

    def _about_the_chain(self, item: Item) -> Iterator[Problem]:
        if item.subject != STORE:
            return
        body = _body(item)
        if item.kind == KEY:
            self.keys.append(str(body.get("public", "")))
        elif item.kind == BROKEN:
            found, signed = body.get("found"), body.get("signed")
            yield Problem(
                MISSING,
                "evidence",
                f"{found}–{signed}",
                Message(
                    f"the recorder saw at {item.at} that the chain ended at {found} while {signed} had been signed",
                    f"录音服务在 {item.at} 发现证据链止于第 {found} 项，而已签名到第 {signed} 项",
                ),
            )

    def _heads(self) -> Iterator[Problem]:
        chain, heads = chain_id(self._connection), {row["day"]: row for row in self._connection.execute("SELECT * FROM heads")}
        allowed = self._trusted or tuple(self.keys)
        for day in sorted(heads.keys() | self.days.keys()):
            head, found = heads.get(day), self.days.get(day)
            if head is None:
                yield Problem(UNSIGNED, "heads", day, Message("nothing signs this day's items", "当天的各项没有签名"))
                continue
            if head["key"] not in allowed:
                yield Problem(ALTERED, "heads", day, Message("another key signed it", "由其他密钥签名"))
            elif not is_signed(head["key"], head["signature"], head_text(chain, day, head["seq"], head["hash"])):
                yield Problem(ALTERED, "heads", day, Message("the signature does not fit", "签名不符"))
            yield from _head(head, found, self.last.seq if self.last else 0)


def _head(head: sqlite3.Row, found: tuple[int, str] | None, last: int) -> Iterator[Problem]:
    """What a head signs held against the last item of its day that was found, and the last of all."""
    day, seq = head["day"], head["seq"]
    if found is None or found[0] < seq:
        first = last + 1 if last < seq else found[0] + 1 if found else seq
        text = Message(f"the head of {day} signs item {seq}", f"{day} 已签名到第 {seq} 项")
        yield Problem(MISSING, "evidence", f"{first}–{seq}", text)
    elif found[0] > seq:
        text = Message(f"the head of {day} ends at item {seq}", f"{day} 的链头止于第 {seq} 项")
        yield Problem(INSERTED, "evidence", f"{seq + 1}–{found[0]}", text)
    elif found[1] != head["hash"]:
        yield Problem(ALTERED, "evidence", str(seq), Message(f"{day} signed another hash", f"{day} 签名的是另一哈希"))


def _gone(item: Item) -> Message:
    return Message(f"item {item.seq} ({item.subject}) comes next", f"其后是第 {item.seq} 项（{item.subject}）")


def _body(item: Item) -> dict[str, object]:
    try:
        body = json.loads(item.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _call(item: Item) -> str:
    """The call an item is about, as far as it says."""
    if item.subject.startswith("calls/"):
        return item.subject.partition("/")[2]
    return str(_body(item).get("call_id") or "")
