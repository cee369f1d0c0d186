"""What an entry of the audit log is: who did, heard, took away or was refused what, from where."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from hw.messages import Message
from recorder.evidence.encoding import body_text, item_hash
from recorder.times import from_text

CHANGE, LISTEN, EXPORT, REFUSAL, LOGIN = "change", "listen", "export", "refusal", "login"
KINDS = {
    CHANGE: Message("change", "更改"),
    LISTEN: Message("listen", "收听"),
    EXPORT: Message("export", "导出"),
    REFUSAL: Message("refusal", "拒绝"),
    LOGIN: Message("log-in", "登录"),
}
BEGAN, CUT = "audit.began", "audit.cut"
"""Actions about the log itself: its chain begins; older entries were taken out."""
COLUMNS = 'id, at, "by", kind, action, subject, detail, address, prev, hash'


@dataclass(frozen=True)
class Entry:
    """seq: counts from 1. at: UTC instant as text. by: user name; "console", "callbox" for the box itself, "" for a stranger.
    kind: one of KINDS. action: e.g. "call.listen", "user.add". subject: what it was done to, an id where it has one. detail: JSON
    text. address: where the request came from, "" for the console. prev, hash: in hexadecimal, None in entries older than the
    chain."""

    seq: int
    at: str
    by: str
    kind: str
    action: str
    subject: str
    detail: str
    address: str
    prev: str | None
    hash: str | None

    @property
    def instant(self) -> float:
        """UTC epoch seconds."""
        return from_text(self.at)

    @property
    def facts(self) -> dict[str, object]:
        """The detail as values; nothing of a detail that was damaged."""
        try:
            values = json.loads(self.detail)
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}

    def digest(self, prev: str) -> str:
        """The hash this entry has after the entry of hash `prev`: as an item of the chain of evidence (recorder.evidence.encoding)
        whose kind is kind and action and whose body is the rest."""
        body = body_text({"by": self.by, "detail": self.detail, "address": self.address})
        return item_hash(self.seq, self.at, f"{self.kind} {self.action}", self.subject, body, prev)


def entry(row: sqlite3.Row | tuple[object, ...]) -> Entry:
    """A row of COLUMNS."""
    return Entry(*row)
