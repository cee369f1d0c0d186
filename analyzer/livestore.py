"""What is understood while calls go on, as analysis.db keeps it until a call's full result is there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from analyzer.database import open_to_read, unusable
from analyzer.result import Hit
from analyzer.schema import ANALYSIS_DB
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class LiveHit(Hit):
    """A rule that fired before the call was over. alert: one whose hits go on the alert list."""

    alert: bool = False

    @classmethod
    def of(cls, hit: Hit, alert: bool) -> LiveHit:
        """The same hit."""
        return cls(**asdict(hit), alert=alert)


@dataclass(frozen=True)
class LiveSaid:
    """An utterance of a call that goes on. side: "agent", "customer" or, on a mono line, "mixed". start_s, end_s: of its speech, in
    seconds from the call's first frame. text: as the recogniser gave it, digits masked where that is set; empty when nothing was
    made out. emotion: probability by label. hits: of the rules that make sense before a call is over. urgent: one of them goes on
    the alert list. said_at: UTC epoch seconds of its last sound, at: of its row. number: counts on, 0 at first."""

    call_id: str
    line: str
    side: str
    start_s: float
    end_s: float
    text: str
    confidence: float = 0.0
    emotion: dict[str, float] = field(default_factory=dict)
    hits: tuple[LiveHit, ...] = ()
    urgent: bool = False
    said_at: float = 0.0
    at: float = 0.0
    number: int = 0


class LiveReader:
    """Read only, of one thread. A store without an analysis.db reads as empty. Raises UserError when it cannot be read."""

    def __init__(self, store: Path) -> None:
        self._path = store / ANALYSIS_DB
        self._connection = open_to_read(store)

    def since(self, number: int = 0, limit: int = 200) -> list[LiveSaid]:
        """What was said after the row of `number`, on any line, in order; 0 begins with the oldest. Pass the last one's number to
        go on."""
        return self._said("number > ? ORDER BY number LIMIT ?", number, limit)

    def urgent(self, number: int = 0, limit: int = 200) -> list[LiveSaid]:
        """Of these, what puts a call first in the list."""
        return self._said("urgent = 1 AND number > ? ORDER BY number LIMIT ?", number, limit)

    def call(self, call_id: str, limit: int = 1000) -> list[LiveSaid]:
        """A call's latest utterances, in the order they were understood; nothing once the call's full result is there."""
        return self._said("call_id = ? ORDER BY number DESC LIMIT ?", call_id, limit)[::-1]

    def last(self) -> int:
        """The number of the latest row that there ever was; 0 before the first. From where to follow when only news count."""
        rows = self._rows("SELECT seq FROM sqlite_sequence WHERE name = 'live_said'")
        return int(rows[0][0]) if rows else 0

    def changes(self) -> int:
        """A number that changes whenever somebody has written to the file: looking at it costs microseconds (SQLite's
        data_version)."""
        rows = self._rows("PRAGMA data_version")
        return int(rows[0][0]) if rows else 0

    def results(self) -> int:
        """A number that grows with every full analysis that is done."""
        rows = self._rows("SELECT max(rowid) FROM results")
        return int(rows[0][0] or 0) if rows else 0

    def close(self) -> None:
        """Let the database go."""
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _said(self, where: str, *values: Any) -> list[LiveSaid]:
        return [said_of(row) for row in self._rows(f"SELECT * FROM live_said WHERE {where}", *values)]  # noqa: S608  from here

    def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error


def said_of(row: sqlite3.Row) -> LiveSaid:
    """A row of live_said as a value."""
    return LiveSaid(
        row["call_id"],
        row["line"],
        row["side"],
        row["start_s"],
        row["end_s"],
        row["text"],
        row["confidence"],
        json.loads(row["emotion"]),
        tuple(LiveHit(**hit) for hit in json.loads(row["hits"])),
        bool(row["urgent"]),
        from_text(row["said_at"]),
        from_text(row["at"]),
        row["number"],
    )


def said_row(said: LiveSaid) -> dict[str, Any]:
    """A row of live_said, but for its number."""
    values = {name: value for name, value in asdict(said).items() if name != "number"}
    hits: Sequence[dict[str, Any]] = values.pop("hits")
    return values | {
        "emotion": json.dumps(said.emotion),
        "hits": json.dumps(hits, ensure_ascii=False),
        "urgent": int(said.urgent),
        "said_at": to_text(said.said_at),
        "at": to_text(said.at),
    }
