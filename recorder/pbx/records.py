"""Keeps the PBX's call records and joins them to calls, whichever comes first."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hw.interfaces import CallRecord, PortLine
from recorder.keeper import Keeper
from recorder.pbx.book import alone, ended_calls, join, joined, keep, keep_line, last_shifts
from recorder.pbx.clock import FARTHEST_S, FEWEST, LAST, MANY, PbxClock, match_by_clock, vote
from recorder.pbx.daily import DailyReconciler
from recorder.pbx.matching import START_S, Kept, LineNames, Match, learned_values, same_line, untalked
from recorder.pbx.watch import RecordWatch
from recorder.restart.uptime import Uptime
from recorder.settings.sections import Settings
from recorder.store.journal import Journal
from recorder.store.seats import Seats
from recorder.store.writer import CallStore
from recorder.watch.alarms import Alarms

log = logging.getLogger(__name__)

LONGEST_CALL_S = 4 * 3600.0
"""Seconds before a record's time in which the call may have begun that it is a piece of."""

SETTLE_S = 2.0
"""Seconds without a record or an ended call before they are joined: a PBX that prints its buffer sends several lines a second."""

LATEST_S = 30.0
"""Seconds after which they are joined though more come."""

REMEMBER_S = 7 * 86_400.0
"""Seconds for which the PBX's clock of the last run is believed."""


class Records(Keeper):
    """The recorder's book of call records. alarms: None for a guest in the store, which watches nothing. clock: the box's, in UTC
    epoch seconds."""

    def __init__(
        self, journal: Journal, settings: Settings, seats: Seats, alarms: Alarms | None, clock: Callable[[], float]
    ) -> None:
        now = clock()
        self._journal = journal
        self._box_clock = clock
        self._seats = seats
        self._names = [LineNames(line.name, line.extension, line.trunk) for line in settings.line]
        self._clock = PbxClock(last_shifts(journal.store, LAST, now - REMEMBER_S))
        where = settings.call_records.where
        watched = alarms if where else None
        self._watch = RecordWatch(journal, watched, where, now) if watched else None
        self._daily = DailyReconciler(journal, settings, watched, now) if watched else None
        self._uptime = Uptime(journal, now) if alarms is not None else None
        self._span: tuple[float, float] | None = None
        self._now = self._first_at = self._last_at = now

    def received(self, item: CallRecord | PortLine) -> None:
        """A line came in: keep it; a record is joined to its call when things have settled."""
        now = self._now = self._box_clock()
        if self._watch is not None:
            self._watch.received(item)
        if isinstance(item, PortLine):
            self._journal.do(lambda store: keep_line(store, item, now))
            return
        log.info("call record: %s", item.raw)
        self._journal.do(lambda store: _ignore(keep(store, item, now)))
        self._touch(item.started_at - self._clock.offset_s)
        if self._daily is not None:
            self._daily.came(item.started_at - self._clock.offset_s, now)

    def lines_of(self, record: CallRecord) -> set[str]:
        """The names of the lines whose call it may be, if it is one that somebody talked in."""
        return set() if untalked(record) else {name.line for name in self._names if same_line(record, name)}

    def call_ended(self, call_id: str) -> None:
        """A call has ended: its record may be waiting."""
        self._journal.do(lambda store: self._ended(store, call_id))

    def _ended(self, store: CallStore, call_id: str) -> None:
        call = store.call(call_id)
        if call is not None:
            self._touch(call.started_at)

    def step(self) -> None:
        """Join what has settled; look whether records come as they should; at night, compare the books."""
        now = self._now = self._box_clock()
        if self._span is not None and (now - self._last_at >= SETTLE_S or now - self._first_at >= LATEST_S):
            self.settle()
        if self._watch is not None and not self._journal.stuck:
            self._watch.step(now)
        if self._daily is not None:
            self._daily.step(now)
        if self._uptime is not None:
            self._uptime.step(now)

    def close(self) -> None:
        """The recorder stops: join what there is."""
        self.settle()
        if self._uptime is not None:
            self._uptime.stop(self._box_clock())

    def settle(self) -> None:
        """Join what came since the last time, now."""
        if self._span is not None:
            span, self._span = self._span, None
            self._journal.do(lambda store: self._join_all(store, *span))
        if self._watch is not None:  # not within the write: an alarm is a write of its own
            self._watch.clock(self._clock.offset_s)

    def _touch(self, at: float) -> None:
        if self._span is None:
            self._span, self._first_at = (at, at), self._now
        self._span = min(at, self._span[0]), max(at, self._span[1])
        self._last_at = self._now

    def _join_all(self, store: CallStore, start: float, end: float) -> None:
        if self._join_span(store, start, end):
            return
        ahead = self._look_for_jump(store, start, end)
        if ahead is not None:
            self._clock.jumped(ahead)
            self._join_span(store, start - FARTHEST_S, end + FARTHEST_S)

    def _join_span(self, store: CallStore, start: float, end: float) -> bool:
        """Join records and calls of that time on the box's clock. Whether any record has found the whole of its call."""
        offset, far = self._clock.offset_s, 2 * START_S
        records = alone(store, start + offset - far, end + offset + far)
        reach = FARTHEST_S if len(records) >= MANY else far
        calls = ended_calls(store, start - max(LONGEST_CALL_S, reach), end + reach)
        if not records or not calls:
            return False
        found = match_by_clock(records, calls, self._names, offset, joined(store, calls))
        for one in found:
            self._join(store, one)
        return any(not one.segment for one in found)

    def _look_for_jump(self, store: CallStore, start: float, end: float) -> float | None:
        """How far ahead the PBX's clock is if records and calls that do not fit would fit at another difference."""
        offset = self._clock.offset_s
        around = self._ours(alone(store, start + offset - 86_400, end + offset + 86_400))
        records = [kept for kept in around if not kept.repeat][-50:]
        if len(records) < FEWEST:
            return None
        times = [kept.record.started_at for kept in records]
        calls = ended_calls(store, min(times) - FARTHEST_S, max(times) + FARTHEST_S)
        taken = {one.call.id for one in joined(store, calls)}
        ahead = vote(records, [call for call in calls if call.id not in taken], self._names)
        if ahead is not None:
            log.warning("the PBX's clock is %.0f s ahead (before: %.0f s)", ahead, offset)
        return ahead

    def _ours(self, records: list[Kept]) -> list[Kept]:
        known = {name.extension for name in self._names} | {name.trunk for name in self._names}
        return [kept for kept in records if {kept.record.extension, kept.record.trunk} & (known - {""})]

    def _join(self, store: CallStore, found: Match) -> None:
        record, call = found.kept.record, found.call
        values = learned_values(record, call)
        if call.agent_id is None and record.extension:
            agent = self._seats.agent_at(call.line, record.extension, call.started_at)
            if agent is not None:
                values |= {"agent_id": agent.id, "team": agent.team}
        join(store, found, values)
        if not found.segment:
            self._clock.joined(found.clock_s)


def _ignore(_: object) -> None:
    """A write answers nothing."""
