"""Alarms, raised once when something goes wrong and cleared once when it is right again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from recorder.journal import Journal

log = logging.getLogger(__name__)


class Alarms:
    """The recorder's alarms. now: UTC epoch seconds. Kinds: "device_gone", "disk_low", "disk_error", "line_sense_gone",
    "call_records_gone", "database_damaged", "device_overrun"."""

    def __init__(self, journal: Journal, now: Callable[[], float]) -> None:
        self._journal = journal
        self._now = now
        self._standing = {(alarm.kind, alarm.subject) for alarm in journal.store.open_alarms()}

    def set(self, kind: str, subject: str, wrong: bool, detail: str = "") -> None:
        """Say how things stand; only a change is kept and logged."""
        key, at = (kind, subject), self._now()
        if wrong and key not in self._standing:
            self._standing.add(key)
            log.warning("%s: %s %s", kind, subject, detail)
            self._journal.do(lambda store: store.raise_alarm(kind, subject, at, detail))
        elif not wrong and key in self._standing:
            self._standing.discard(key)
            log.info("%s is over: %s", kind, subject)
            self._journal.do(lambda store: store.clear_alarm(kind, subject, at))
