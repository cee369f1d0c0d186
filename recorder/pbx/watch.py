"""What can be wrong with the PBX's records, and the alarms for it."""

from __future__ import annotations

from collections import deque

from hw.interfaces import CallRecord, PortLine
from hw.messages import Message
from recorder.pbx.book import calls_since_last_record
from recorder.store.journal import Journal
from recorder.watch.alarms import NOTHING, Alarms

LOOK_S = 30.0
"""Seconds between looks for silence."""

SILENT_CALLS = 5
SILENT_S = 900.0
"""So many calls, the first of which ended so long ago, without any record."""

CALL_S = 10.0
"""Seconds a call lasts at least to count for that: every PBX prints those."""

LAST = 20
REFUSED = 10
"""So many of the last lines refused, or all of the last RUN."""
RUN = 5
GOOD = 3
"""Records in a row after which the layout fits again."""

CLOCK_S = 120.0
"""Seconds the PBX's clock may be off; records carry minutes."""
CLOCK_FINE_S = 90.0


class RecordWatch:
    """The alarms "call_records_unreadable", "call_records_lost", "call_records_silent" and "pbx_clock_off". where: the port."""

    def __init__(self, journal: Journal, alarms: Alarms, where: str, now: float) -> None:
        self._journal = journal
        self._alarms = alarms
        self._where = where
        self._lines: deque[bool] = deque(maxlen=LAST)
        self._began_at = now
        self._look_at = now

    def received(self, item: CallRecord | PortLine) -> None:
        """A line came."""
        if isinstance(item, CallRecord):
            self._lines.append(True)
            self._alarms.set("call_records_silent", self._where, False)
        elif item.kind == "refused":
            self._lines.append(False)
        elif item.kind == "buffer_full":
            self._alarms.set("call_records_lost", self._where, True, Message(item.raw.strip(), item.raw.strip()))
        self._tell_unreadable(item)

    def _tell_unreadable(self, item: CallRecord | PortLine) -> None:
        lines = list(self._lines)
        if lines.count(False) >= REFUSED or (len(lines) >= RUN and not any(lines[-RUN:])):
            why = item.reason if isinstance(item, PortLine) and item.reason else NOTHING
            raw = repr(item.raw.strip())
            self._alarms.set("call_records_unreadable", self._where, True, Message(f"{raw}: {why.en}", f"{raw}：{why.zh}"))
        if len(lines) >= GOOD and all(lines[-GOOD:]):
            self._alarms.set("call_records_unreadable", self._where, False)
            self._lines.clear()

    def clock(self, offset_s: float) -> None:
        """The PBX's clock is so many seconds ahead."""
        if abs(offset_s) > CLOCK_S:
            ahead = Message("ahead", "快") if offset_s > 0 else Message("behind", "慢")
            minutes = f"{abs(offset_s) / 60:.0f}"
            self._alarms.set("pbx_clock_off", self._where, True, Message(f"{minutes} min {ahead.en}", f"{ahead.zh} {minutes} 分钟"))
        elif abs(offset_s) < CLOCK_FINE_S:
            self._alarms.set("pbx_clock_off", self._where, False)

    def step(self, now: float) -> None:
        """Look for silence now and then."""
        if now < self._look_at:
            return
        self._look_at = now + LOOK_S
        ended = calls_since_last_record(self._journal.store, CALL_S, self._began_at)
        if len(ended) >= SILENT_CALLS and now - ended[0] > SILENT_S:
            count = len(ended)
            seen = Message(f"{count} calls without a record", f"已有 {count} 通电话没有话单")
            self._alarms.set("call_records_silent", self._where, True, seen)
