"""The comparison of the PBX's books with the box's, by itself every night, kept in calls.db, with alarms."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hw.messages import Message
from recorder.pbx.book import last_shifts
from recorder.pbx.clock import LAST, PbxClock
from recorder.pbx.matching import LineNames
from recorder.pbx.reconcile import REASONS, Item, Reconciliation, reconcile
from recorder.settings.sections import Settings
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.times import to_text
from recorder.watch.alarms import Alarms

log = logging.getLogger(__name__)

GRACE_S = 2 * 3600.0
"""Seconds after midnight in which yesterday's records may still come."""

DAYS = 7
"""Days looked back for one that was not compared: the box may have been off."""

LOOK_S = 60.0


def day_span(day: str, timezone: str) -> tuple[float, float]:
    """UTC epoch seconds from and to of a local day ("2026-11-22"). Raises ValueError for what is no day."""
    start = datetime.fromisoformat(day).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=ZoneInfo(timezone))
    end = datetime.fromordinal(start.toordinal() + 1).replace(tzinfo=ZoneInfo(timezone))
    return start.timestamp(), end.timestamp()


def names_of(settings: Settings) -> list[LineNames]:
    """What records may call the lines of the settings."""
    return [LineNames(line.name, line.extension, line.trunk) for line in settings.line]


class DailyReconciler:
    """Compares each day once it is over, and again when records of it come later. Raises and clears "calls_missed" and
    "records_missing", which name the day."""

    def __init__(self, journal: Journal, settings: Settings, alarms: Alarms, now: float) -> None:
        self._journal = journal
        self._settings = settings
        self._alarms = alarms
        self._look_at = now
        self._fresh: list[tuple[str, Reconciliation]] = []

    def step(self, now: float) -> None:
        """Compare a day that is due, at most one."""
        if now < self._look_at or self._journal.stuck:
            return
        self._look_at = now + LOOK_S
        self._journal.do(lambda store: self._compare_due(store, now))
        while self._fresh:  # not within the write: an alarm is a write of its own
            day, result = self._fresh.pop()
            self._tell(day, "calls_missed", result.missed)
            self._tell(day, "records_missing", result.unlisted if result.records else [])

    def came(self, at: float, now: float) -> None:
        """A record of that time has come: if its day was compared already it has to be compared again."""
        day = self._day(at)
        if day == self._day(now):
            return
        self._journal.do(lambda store: _forget(store, day))

    def _compare_due(self, store: CallStore, now: float) -> None:
        done = {row["day"] for row in store.rows("SELECT day FROM reconciliations")}
        for day in self._days(now):
            if day not in done and day_span(day, self._settings.site.timezone)[1] + GRACE_S <= now:
                self._compare(store, day, now)
                return

    def _compare(self, store: CallStore, day: str, now: float) -> None:
        start, end = day_span(day, self._settings.site.timezone)
        offset_s = PbxClock(last_shifts(store, LAST, now - DAYS * 86_400.0)).offset_s
        result = reconcile(
            store, names_of(self._settings), start, end, offset_s=offset_s, min_call_s=self._settings.segmentation.min_call_s
        )
        keep_reconciliation(store, day, result, now)
        log.info("%s: %d of the PBX's calls, %d missed, %d unlisted", day, result.records, len(result.missed), len(result.unlisted))
        self._fresh.append((day, result))

    def _tell(self, day: str, kind: str, items: Sequence[Item]) -> None:
        """The alarm of the latest day stands; those of the days before are over."""
        reasons = [REASONS[reason] for reason in sorted({item.reason for item in items})]
        lines = ", ".join(sorted({item.line for item in items}))
        english, chinese = ", ".join(reason.en for reason in reasons), "，".join(reason.zh for reason in reasons)
        detail = Message(f"{len(items)} ({english}; {lines})", f"{len(items)} 通（{chinese}；{lines}）")
        for alarm in self._journal.store.open_alarms():
            if alarm.kind == kind and alarm.subject < day:
                self._alarms.set(kind, alarm.subject, False)
        self._alarms.set(kind, day, bool(items), detail)

    def _days(self, now: float) -> list[str]:
        today = datetime.fromtimestamp(now, ZoneInfo(self._settings.site.timezone))
        return [f"{today - timedelta(days=back):%Y-%m-%d}" for back in range(DAYS, 0, -1)]

    def _day(self, at: float) -> str:
        return f"{datetime.fromtimestamp(at, ZoneInfo(self._settings.site.timezone)):%Y-%m-%d}"


def keep_reconciliation(store: CallStore, day: str, result: Reconciliation, now: float) -> None:
    """Keep a day's comparison in place of an earlier one of that day."""
    row = {
        "day": day,
        "start": to_text(result.start),
        "end": to_text(result.end),
        "made_at": to_text(now),
        "records": result.records,
        "calls": result.calls,
        "matched": result.matched,
        "missed": len(result.missed),
        "unlisted": len(result.unlisted),
        "expected": len(result.expected),
    }
    items = [
        {
            "day": day,
            "kind": item.kind,
            "reason": item.reason,
            "record_id": item.record.id if item.record else None,
            "call_id": item.call.id if item.call else None,
        }
        for item in result.items
    ]
    with store.writing() as db:
        db.table("reconciliations").delete_where("day = ?", [day])
        db.table("reconciliations").insert(row)
        db.table("reconciliation_items").insert_all(items)


def _forget(store: CallStore, day: str) -> None:
    if store.rows("SELECT 1 FROM reconciliations WHERE day = ?", day):
        with store.writing() as db:
            db.table("reconciliations").delete_where("day = ?", [day])
