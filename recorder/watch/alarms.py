"""Alarms, raised once when something goes wrong and cleared once when it is right again. Their kinds: recorder.watch.alarmkinds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Set

from hw.messages import Message
from recorder.store.journal import Journal
from recorder.watch.alarmkinds import kind_of

log = logging.getLogger(__name__)

NOTHING = Message("", "")
"""Nothing to say beyond the alarm's kind."""


class Alarms:
    """The recorder's alarms. now: UTC epoch seconds. Those that stand in calls.db stand here from the start, so that a restart
    raises nothing twice."""

    def __init__(self, journal: Journal, now: Callable[[], float]) -> None:
        self._journal = journal
        self._now = now
        self._standing = {(alarm.kind, alarm.subject): alarm.raised_at for alarm in journal.store.open_alarms()}

    def set(self, kind: str, subject: str, wrong: bool, detail: Message = NOTHING) -> None:
        """Say how things stand; only a change is kept and logged. subject: the line, device, port … it is about. detail: what was
        seen."""
        key = (kind, subject)
        if wrong == (key in self._standing):
            return
        at = self._now()
        if wrong:
            self._standing[key] = at
            log.warning("%s: %s %s", kind, subject, detail.en)
            self._journal.do(lambda store: store.raise_alarm(kind, subject, at, detail))
        else:
            del self._standing[key]
            log.info("%s is over: %s", kind, subject)
            self._journal.do(lambda store: store.clear_alarm(kind, subject, at))

    def standing(self, subject: str) -> frozenset[str]:
        """The kinds that stand for that subject."""
        return frozenset(kind for kind, about in self._standing if about == subject)

    def expire(self) -> None:
        """Clear what is no condition but an event (a clock that was set), when its time is over or lies ahead."""
        now = self._now()
        for (kind, subject), raised_at in list(self._standing.items()):
            lasts = kind_of(kind).lasts_s
            if lasts is not None and not raised_at <= now < raised_at + lasts:
                self.set(kind, subject, False)

    def forget(self, about: str, known: Set[str]) -> None:
        """Clear alarms about subjects that are not set up any more. about: as AlarmKind.about."""
        for kind, subject in list(self._standing):
            if kind_of(kind).about == about and subject not in known:
                self.set(kind, subject, False)
