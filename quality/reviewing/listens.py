"""Who has heard how much of a call: stretches that were played, reported by the player while it plays. The desk knows by it what
is unheard."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hw.messages import UserError
from quality.access.users import User
from quality.store import reading, writing
from recorder.times import from_text, to_text

HEARD = 0.9  # share of a call's speech from which it counts as heard: closing words are often cut short
MAX_SPANS = 500  # stretches kept a person and call; more are joined across the smallest pauses
JOIN_S = 0.5  # stretches closer than this are one

Span = tuple[float, float]


@dataclass(frozen=True)
class Listen:
    """name: of the user. spans: seconds from the call's first frame, in order, apart. share: of the call's speech (of its length
    where no speech is known), 0–1. Instants: UTC epoch seconds."""

    name: str
    spans: tuple[Span, ...]
    share: float
    first_at: float
    last_at: float


class Listens:
    """What was heard in one box."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def heard(self, call_id: str, user: User, spans: Sequence[Span], now: float | None = None) -> float:
        """Add stretches that were played; the share of the call this person has heard by now. Raises UserError for a call that is
        not there and for stretches that are none."""
        at = to_text(time.time() if now is None else now)
        speech, length = self._speech(call_id)
        given = [(max(0.0, start), min(end, length)) for start, end in spans if start < end]
        if len(spans) > MAX_SPANS or not given:
            raise UserError("Nothing was heard.", "没有可记录的收听片段。")
        with writing(self._store) as database:
            row = database.execute("SELECT spans FROM listens WHERE call_id = ? AND user_id = ?", (call_id, user.id)).fetchone()
            all_spans = joined([*(json.loads(row[0]) if row else ()), *given])
            share = covered(speech or [(0.0, length)], all_spans)
            database.execute(
                """INSERT INTO listens VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (call_id, user_id)
                DO UPDATE SET spans = excluded.spans, share = excluded.share, last_at = excluded.last_at""",
                (call_id, user.id, json.dumps(all_spans), round(share, 4), at, at),
            )
        return share

    def shares(self, user_id: str, call_ids: Sequence[str]) -> dict[str, float]:
        """How much of these calls a person has heard; calls never opened are left out."""
        sql = "SELECT call_id, share FROM review.listens WHERE user_id = ? AND call_id IN (SELECT value FROM json_each(?))"
        with reading(self._store) as connection:
            return {row[0]: row[1] for row in connection.execute(sql, (user_id, json.dumps(list(call_ids))))}

    def of_call(self, call_id: str) -> list[Listen]:
        """Who has heard a call, the first listener first."""
        sql = """SELECT u.name, l.* FROM review.listens l JOIN review.users u ON u.id = l.user_id WHERE l.call_id = ?
            ORDER BY l.first_at"""
        with reading(self._store) as connection:
            return [
                Listen(
                    r["name"], tuple((s, e) for s, e in json.loads(r["spans"])), r["share"], from_text(r["first_at"]),
                    from_text(r["last_at"]),
                )
                for r in connection.execute(sql, (call_id,))
            ]  # fmt: skip

    def _speech(self, call_id: str) -> tuple[list[Span], float]:
        with reading(self._store) as connection:
            row = connection.execute("SELECT duration_s FROM calls.calls WHERE id = ?", (call_id,)).fetchone()
            sql = "SELECT start_s, end_s FROM analysis.utterances WHERE call_id = ?"
            speech = joined((start, end) for start, end in connection.execute(sql, (call_id,)))
        if row is None or not row[0]:
            raise UserError("There is nothing to hear in this call.", "此通话没有可收听的内容。")
        return speech, row[0]


def joined(spans: Iterable[Sequence[float]]) -> list[Span]:
    """Stretches in order, those that overlap or nearly touch as one."""
    found: list[Span] = []
    for start, end in sorted((round(start, 2), round(end, 2)) for start, end in spans):
        if found and start <= found[-1][1] + JOIN_S:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    while len(found) > MAX_SPANS:
        at = min(range(1, len(found)), key=lambda n: found[n][0] - found[n - 1][1])
        found[at - 1 : at + 1] = [(found[at - 1][0], found[at][1])]
    return found


def covered(wanted: Sequence[Span], heard: Sequence[Span]) -> float:
    """The share (0–1) of `wanted` that lies in `heard`; both in order and apart."""
    total, inside, at = 0.0, 0.0, 0
    for start, end in wanted:
        total += end - start
        while at < len(heard) and heard[at][1] <= start:
            at += 1
        for other_start, other_end in heard[at:]:
            if other_start >= end:
                break
            inside += min(end, other_end) - max(start, other_start)
    return inside / total if total else 0.0
