"""What the chain's hashes are made of. Described for people, and for programs of others, in docs/evidence.md.

An item's hash is SHA-256 over the UTF-8 text of a JSON array without spaces:

    [version, seq, at, kind, subject, body, hash of the item before]

version is a number, seq counts from 1, everything else is text; `body` is hashed as the text it is kept as, so that nobody has to
agree on how to print a number. The first item follows NO_HASH. A change of any of this needs a new version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = 1
NO_HASH = "0" * 64


@dataclass(frozen=True)
class Item:
    """A link of the chain. at: UTC instant as text, by the recorder's clock. subject: "calls/<id>", "parts/<id>", ... body: JSON
    text. prev, hash: of the item before and of this one, in hexadecimal."""

    seq: int
    at: str
    kind: str
    subject: str
    body: str
    prev: str
    hash: str

    @property
    def day(self) -> str:
        """The UTC day whose head covers the item."""
        return self.at[:10]


def body_text(values: Mapping[str, object]) -> str:
    """A body: names sorted, no spaces, characters as they are."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def item_hash(seq: int, at: str, kind: str, subject: str, body: str, prev: str) -> str:  # noqa: PLR0917
    """The hash of an item, in hexadecimal."""
    return _digest([VERSION, seq, at, kind, subject, body, prev])


def make_item(seq: int, at: str, kind: str, subject: str, body: str, prev: str) -> Item:  # noqa: PLR0917
    """The item with its hash."""
    return Item(seq, at, kind, subject, body, prev, item_hash(seq, at, kind, subject, body, prev))


def is_whole(item: Item) -> bool:
    """Whether the item's own hash fits its content."""
    return item_hash(item.seq, item.at, item.kind, item.subject, item.body, item.prev) == item.hash


def head_text(chain: str, day: str, seq: int, hash_: str) -> bytes:
    """What is signed for a day: which chain, which day, its last item and that item's hash."""
    return _array(["callbox head", VERSION, chain, day, seq, hash_])


def tombstone_text(chain: str, call_id: str, at: str, rule: str, reason: str, by: str, was: str) -> bytes:  # noqa: PLR0917
    """What is signed for a deletion. was: the hashes of what was there, as kept."""
    return _array(["callbox tombstone", VERSION, chain, call_id, at, rule, reason, by, was])


def _array(values: list[object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _digest(values: list[object]) -> str:
    return hashlib.sha256(_array(values)).hexdigest()
