"""Keeps the PBX's call records and joins them to calls, whichever comes first."""

from __future__ import annotations

import logging

from hw.interfaces import CallRecord, PortLine
from recorder.calls import Call, call_of
from recorder.callstore import CallStore
from recorder.journal import Journal
from recorder.matching import START_S, LineNames, best_call, learned_values
from recorder.seats import Seats
from recorder.settings.sections import Line
from recorder.times import from_text, to_text

log = logging.getLogger(__name__)

LONGEST_CALL_S = 4 * 3600.0
"""Seconds before a record's time in which its call may have begun, for PBXs that print the time of the end."""


class Records:
    """The recorder's book of call records."""

    def __init__(self, journal: Journal, lines: tuple[Line, ...], seats: Seats) -> None:
        self._journal = journal
        self._seats = seats
        self._names = [LineNames(line.name, line.extension, line.trunk) for line in lines]

    def received(self, record: CallRecord | PortLine, now: float) -> None:
        """A record came in: keep it, and join it to its call if that has ended."""
        if isinstance(record, PortLine):
            return
        log.info("call record: %s", record.raw)
        ids: list[int] = []
        # Two writes: one that is tried again must not keep the record twice.
        self._journal.do(lambda store: ids.append(store.add_record(record, now)))
        self._journal.do(lambda store: self._match(store, ids[0], record))

    def call_ended(self, call_id: str) -> None:
        """A call has ended: its record may be waiting."""
        self._journal.do(lambda store: self._match_waiting(store, call_id))

    def _match_waiting(self, store: CallStore, call_id: str) -> None:
        call = store.call(call_id)
        if call is None:
            return
        since = to_text(call.started_at - START_S - (call.ring_s or 0.0))
        until = to_text((call.ended_at or call.started_at) + START_S)
        sql = "SELECT * FROM call_records WHERE call_id IS NULL AND started_at BETWEEN ? AND ? ORDER BY id"
        for row in store.rows(sql, since, until):
            values = {key: row[key] for key in row.keys() if key in CallRecord.__dataclass_fields__}  # noqa: SIM118
            self._match(store, row["id"], CallRecord(**values | {"started_at": from_text(row["started_at"])}))

    def _match(self, store: CallStore, record_id: int, record: CallRecord) -> None:
        call = best_call(record, self._candidates(store, record), self._names)
        if call is None:
            return
        values = learned_values(record, call)
        if call.agent_id is None and record.extension:
            agent = self._seats.agent_at(call.line, record.extension, call.started_at)
            if agent is not None:
                values |= {"agent_id": agent.id, "team": agent.team}
        store.match_record(record_id, call.id, values)

    def _candidates(self, store: CallStore, record: CallRecord) -> list[Call]:
        """Ended calls of about that time that have no record yet."""
        sql = """SELECT * FROM calls WHERE started_at BETWEEN ? AND ? AND ended_at IS NOT NULL
                 AND id NOT IN (SELECT call_id FROM call_records WHERE call_id IS NOT NULL)"""
        earliest = to_text(record.started_at - LONGEST_CALL_S)
        latest = to_text(record.started_at + START_S + 600)
        return [call_of(row) for row in store.rows(sql, earliest, latest)]
