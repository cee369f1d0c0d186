"""What people correct of the machine's hearing becomes labels: emotion, words, who spoke, a hit that was none. `callbox labels
export` gives them to whoever trains or calibrates."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from analyzer.result import EMOTIONS, SIDES
from hw.messages import UserError
from quality.access.users import User
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

FIELDS = ("emotion", "text", "side", "hit")
HIT_VALUES = ("right", "wrong", "missed")
COLUMNS = ("call_id", "start_s", "end_s", "side", "field", "before", "after", "by", "at")
"""Of the CSV: times in seconds from the call's first frame, at as ISO UTC."""


@dataclass(frozen=True)
class Label:
    """start_s, end_s: the utterance or stretch, seconds into the call. side: of the utterance before any correction. field: what
    was corrected; before and after: for emotion one of EMOTIONS (before: the machine's likeliest), for side one of SIDES, for text
    the words, for hit the rule's id before and one of HIT_VALUES after. at: UTC epoch seconds."""

    call_id: str
    start_s: float
    end_s: float
    side: str
    field: str
    before: str
    after: str
    by: str = ""
    at: float = 0.0


class Labels:
    """The labels of one box. A later label of the same stretch and field takes the place of an earlier one; both are kept."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def add(self, label: Label, user: User, now: float | None = None) -> None:
        """Keep a correction. Raises UserError when it says nothing that can be learned from."""
        _check(label, user)
        now = time.time() if now is None else now
        with reading(self._store) as connection:
            row = connection.execute("SELECT duration_s FROM calls.calls WHERE id = ?", (label.call_id,)).fetchone()
        if row is None or not 0 <= label.start_s < label.end_s <= (row[0] or 0.0) + 0.5:
            raise UserError("There is no such stretch in the call.", "通话中没有这一片段。")
        with writing(self._store) as database:
            database.table("labels").insert(asdict(label) | {"id": new_id(now), "by": user.name, "at": to_text(now)})
            detail: dict[str, object] = {"field": label.field, "before": label.before, "after": label.after}
            record(database, user.name, "label.add", label.call_id, detail)

    def of_call(self, call_id: str) -> list[Label]:
        """A call's labels that hold, in its order."""
        return _holding(self._select("WHERE call_id = ?", call_id))

    def every(self, field: str | None = None) -> list[Label]:
        """All that hold; of one field if given."""
        return _holding(self._select("WHERE field = ?", field) if field else self._select(""))

    def saying(self, words: str, limit: int = 20_000) -> list[Label]:
        """Corrected texts that hold and have these words in them as written, A and a being one: what a search of the machine's own
        words would miss. limit: of corrections looked at, the newest; corrections are few."""
        like = re.sub(r"([\\%_])", r"\\\1", words.strip())
        sql = "SELECT call_id FROM review.labels WHERE field = 'text' AND after LIKE ? ESCAPE '\\' ORDER BY at DESC LIMIT ?"
        with reading(self._store) as connection:
            calls = list({row["call_id"] for row in connection.execute(sql, (f"%{like}%", limit))})
        every = "WHERE field = 'text' AND call_id IN (SELECT value FROM json_each(?))"
        return [label for label in _holding(self._select(every, json.dumps(calls))) if words.strip().lower() in label.after.lower()]

    def _select(self, where: str, *values: str) -> list[Label]:
        with reading(self._store) as connection:
            return _read(connection, where, *values)


def labels_of(connection: sqlite3.Connection, call_id: str) -> list[Label]:
    """As `Labels.of_call`, inside a reading of `quality.store.reading`."""
    return _holding(_read(connection, "WHERE call_id = ?", call_id))


def labels_csv(labels: Sequence[Label]) -> bytes:
    """Labels as CSV (UTF-8): COLUMNS."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([*(getattr(x, name) for name in COLUMNS[:-1]), to_text(x.at)] for x in labels)
    return out.getvalue().encode()


def _check(label: Label, user: User) -> None:
    allowed = {"emotion": EMOTIONS, "side": SIDES, "hit": HIT_VALUES}.get(label.field)
    if user.role == "agent":
        raise UserError("Agents do not correct calls.", "座席不能修正通话内容。")
    if label.field not in FIELDS or label.side not in SIDES or (allowed and label.after not in allowed):
        known = ", ".join(allowed or FIELDS)
        raise UserError(f"This correction is none that is known; use one of {known}.", f"无法识别的修正，可用：{known}。")
    if label.before == label.after:
        raise UserError("Nothing was changed.", "没有更改。")


def _read(connection: sqlite3.Connection, where: str, *values: str) -> list[Label]:
    rows = connection.execute(f"SELECT * FROM review.labels {where} ORDER BY call_id, start_s, at, rowid", values)  # noqa: S608
    return [_label(row) for row in rows]


def _holding(labels: Sequence[Label]) -> list[Label]:
    # Two rules may fire on the same words: of hits the rule counts too.
    return list({(x.call_id, x.start_s, x.end_s, x.field, x.before if x.field == "hit" else ""): x for x in labels}.values())


def _label(row: sqlite3.Row) -> Label:
    return Label(
        row["call_id"], row["start_s"], row["end_s"], row["side"], row["field"], row["before"], row["after"], row["by"],
        from_text(row["at"]),
    )  # fmt: skip
