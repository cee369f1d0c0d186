"""What did we miss? Every call the PBX counted that was not recorded, and every recorded call that the PBX did not count.

Each comes with the likeliest reason that the box's own books give; where they give none, the reason says so. Some are expected
(nobody answered, a line that is not tapped) and are no faults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from hw.interfaces import CallRecord
from hw.messages import Message
from recorder.pbx.book import joined, kept_of
from recorder.pbx.matching import Kept, LineNames, same_line, untalked
from recorder.restart.uptime import runs
from recorder.store.calls import Call
from recorder.store.reader import CallReader
from recorder.times import from_text, to_text

MISSED, UNLISTED = "missed", "unlisted"

REASONS: dict[str, Message] = {
    "not_tapped": Message("this line is not tapped", "该线路未接入录音"),
    "internal": Message("between two extensions", "内部通话"),
    "unanswered": Message("nobody answered", "无人接听"),
    "too_short": Message("shorter than what is kept", "时长低于保留下限"),
    "recorder_off": Message("the recorder was not running", "录音服务未运行"),
    "audio_lost": Message("audio was lost on this line", "该线路当时丢失音频"),
    "trouble": Message("a device or the disk was in trouble", "当时设备或磁盘故障"),
    "records_gone": Message("the call-record port was not read", "话单口当时未能读取"),
    "unreadable": Message("a line of the PBX could not be read", "有一行话单无法读取"),
    "buffer_full": Message("the PBX threw records away (buffer full)", "PBX 话单缓冲区已满,丢弃了话单"),
    "unknown": Message("no reason known", "原因不明"),
}
"""Why, in words. The first four are expected and no faults."""

EXPECTED = ("not_tapped", "internal", "unanswered", "too_short")

SHORT_S = 2.0
"""Seconds of talk up to which a PBX and the box may not agree that there was a call."""

NEAR_S = 180.0
"""Seconds around a call in which what happened may be its reason: records carry minutes and come late."""

LATE_S = 43_200.0
"""Seconds after a call in which the PBX may say that its buffer was full meanwhile."""

Span = tuple[float, float, str]
"""From, to (UTC epoch seconds), and what it is about."""

TROUBLES = ("device_gone", "device_stuck", "disk_low", "disk_error", "line_sense_gone", "line_sense_faulty", "dead_line")


@dataclass(frozen=True)
class Item:
    """One call that stands in one of the books only. kind: MISSED (record is given) or UNLISTED (call is given). line: of the box,
    "" when none. at: UTC epoch seconds on the box's clock. reason: of REASONS."""

    kind: str
    reason: str
    line: str
    at: float
    record: Kept | None = None
    call: Call | None = None

    @property
    def fault(self) -> bool:
        """Whether it should not be so."""
        return self.reason not in EXPECTED


@dataclass(frozen=True)
class Reconciliation:
    """The comparison of a span of time. start, end: UTC epoch seconds. records: what the PBX counted, repeated lines left out.
    calls: what was recorded or rang. matched: records that belong to calls."""

    start: float
    end: float
    records: int
    calls: int
    matched: int
    items: tuple[Item, ...]

    @property
    def missed(self) -> list[Item]:
        """Calls that should have been recorded and were not."""
        return [item for item in self.items if item.kind == MISSED and item.fault]

    @property
    def unlisted(self) -> list[Item]:
        """Recorded calls of which the PBX should have printed a record and did not."""
        return [item for item in self.items if item.kind == UNLISTED and item.fault]

    @property
    def expected(self) -> list[Item]:
        """What stands in one book only, and should."""
        return [item for item in self.items if not item.fault]

    @property
    def recorded_share(self) -> float | None:
        """Share of the calls the PBX counted on tapped lines that were recorded; None without any."""
        counted = self.matched + len(self.missed)
        return self.matched / counted if counted else None


def reconcile(
    reader: CallReader, names: Sequence[LineNames], start: float, end: float, *, offset_s: float = 0.0, min_call_s: float = 0.0
) -> Reconciliation:
    """Compare the books of that time. names: what records may call the tapped lines. offset_s: how far the PBX's clock is ahead.
    min_call_s: shorter calls are not kept."""
    books = _Books(reader, names, start, end, offset_s, min_call_s)
    records = [kept for kept in books.records if not kept.repeat]
    alone = [kept for kept in records if kept.id not in books.joined_ids]
    items = [books.missed(kept) for kept in alone] + [
        books.unlisted(call) for call in books.calls if call.id not in books.joined_calls
    ]
    return Reconciliation(
        start, end, len(records), len(books.calls), len(records) - len(alone), tuple(sorted(items, key=lambda item: item.at))
    )


class _Books:
    """What the store knows about a span of time."""

    def __init__(  # noqa: PLR0917  one caller
        self, reader: CallReader, names: Sequence[LineNames], start: float, end: float, offset_s: float, min_call_s: float
    ) -> None:
        self._reader, self._names = reader, names
        self._offset_s, self._min_call_s = offset_s, min_call_s
        self._start, self._end = start, end
        self.calls = [call for call in reader.calls_between(start, end) if not call.source and _over(call)]
        self.joined_calls = {one.call.id for one in joined(reader, self.calls)} if self.calls else set()
        sql = "SELECT * FROM call_records WHERE started_at >= ? AND started_at < ? ORDER BY id"
        rows = reader.rows(sql, to_text(start + offset_s), to_text(end + offset_s))
        self.records = [kept_of(row) for row in rows]
        self.joined_ids = {row["id"] for row in rows if row["call_id"] is not None}

    def missed(self, kept: Kept) -> Item:
        """Why a call of the PBX is not among the recorded ones."""
        record = kept.record
        line = next((name.line for name in self._names if same_line(record, name)), "")
        at = record.started_at - self._offset_s
        return Item(MISSED, self._why_missed(record, line, at), line, at, record=kept)

    def _why_missed(self, record: CallRecord, line: str, at: float) -> str:
        ends = at + (record.duration_s or 0.0)
        signs: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("internal", lambda: record.direction == "internal"),
            ("not_tapped", lambda: not line),
            ("unanswered", lambda: untalked(record)),
            ("too_short", lambda: record.duration_s is not None and record.duration_s <= max(SHORT_S, self._min_call_s)),
            ("recorder_off", lambda: not self._ran(at, ends)),
            ("audio_lost", lambda: _near([gap for gap in self._gaps if gap[2] == line], at, ends)),
            ("trouble", lambda: _near(self._alarms(TROUBLES), at, ends)),
        )
        return next((reason for reason, seen in signs if seen()), "unknown")

    def unlisted(self, call: Call) -> Item:
        """Why a recorded call is not among those of the PBX."""
        return Item(UNLISTED, self._why_unlisted(call), call.line, call.started_at, call=call)

    def _why_unlisted(self, call: Call) -> str:
        at, ends = call.started_at, call.ended_at or call.started_at
        signs: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("internal", lambda: self._other_side(call)),
            ("unanswered", lambda: call.state == "unanswered"),
            ("too_short", lambda: (call.duration_s or 0.0) <= SHORT_S),
            ("records_gone", lambda: _near(self._alarms(("call_records_gone", "call_records_silent")), at, ends)),
            ("unreadable", lambda: _near(self._lines("refused"), ends, ends)),
            ("buffer_full", lambda: _near(self._lines("buffer_full"), at, ends + LATE_S)),
        )
        return next((reason for reason, seen in signs if seen()), "unknown")

    def _other_side(self, call: Call) -> bool:
        """Whether an internal record names this line as the one called: the PBX prints one record, the box records both lines."""
        extensions = {name.extension for name in self._names if name.line == call.line} - {""}
        return any(
            kept.record.direction == "internal"
            and kept.record.number in extensions
            and abs(kept.record.started_at - self._offset_s - call.started_at) < NEAR_S
            for kept in self.records
        )

    def _ran(self, at: float, ends: float) -> bool:
        if not self._runs:  # a store from before runs were kept
            return True
        return any(start - NEAR_S / 3 <= at and ends <= end + NEAR_S / 3 for start, end in self._runs)

    @cached_property
    def _runs(self) -> list[tuple[float, float]]:
        return runs(self._reader, self._start - 86_400, self._end + 86_400)

    @cached_property
    def _gaps(self) -> list[Span]:
        sql = "SELECT at, line FROM gaps WHERE at BETWEEN ? AND ?"
        rows = self._reader.rows(sql, to_text(self._start - NEAR_S), to_text(self._end + NEAR_S))
        return [(from_text(row["at"]), from_text(row["at"]), row["line"]) for row in rows]

    def _alarms(self, kinds: Sequence[str]) -> list[Span]:
        marks = ",".join("?" * len(kinds))
        sql = f"""SELECT raised_at, cleared_at, subject FROM alarms WHERE kind IN ({marks}) AND raised_at <= ?
                  AND (cleared_at IS NULL OR cleared_at >= ?)"""  # noqa: S608  placeholders only
        rows = self._reader.rows(sql, *kinds, to_text(self._end + NEAR_S), to_text(self._start - NEAR_S))
        return [(from_text(row[0]), from_text(row[1]) if row[1] else self._end + NEAR_S, row[2]) for row in rows]

    def _lines(self, kind: str) -> list[Span]:
        sql = "SELECT at, raw FROM port_lines WHERE kind = ? AND at BETWEEN ? AND ?"
        rows = self._reader.rows(sql, kind, to_text(self._start), to_text(self._end + LATE_S))
        return [(from_text(row["at"]), from_text(row["at"]), row["raw"]) for row in rows]


def _near(spans: Sequence[Span], at: float, ends: float) -> bool:
    return any(span[0] <= ends + NEAR_S and span[1] >= at - NEAR_S for span in spans)


def _over(call: Call) -> bool:
    return call.ended_at is not None or call.state == "unanswered"
