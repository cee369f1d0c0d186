"""Telling of alarms, once each: how far each way has come is kept in the store, so that a restart tells nothing twice."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from quality.alerting.alarmbook import AlarmBook, KnownAlarm
from quality.notify.senders import News, Send
from recorder.settings.sections import Settings
from recorder.times import to_text
from recorder.watch.alarmkinds import SEVERITIES

log = logging.getLogger("notify")

FILE = "notified.json"
LOOKED_AT = 500
"""Alarms looked at in a round, the latest."""

PATIENCE_S = 24 * 3600.0
"""A way that does not work is tried again so long; what is older then is told no more."""

Told = dict[str, str]
"""By alarm: "raised" or "over", the last that was told."""


@dataclass(frozen=True)
class Round:
    """What a round did: news told and news that could not be handed over, by way."""

    told: Mapping[str, int]
    failed: Mapping[str, str]


def tell(settings: Settings, ways: Mapping[str, Send], now: float | None = None) -> Round:
    """Tell what is new since the last round. A way's first round tells what stands and nothing of the past."""
    now = time.time() if now is None else now
    store = Path(settings.store.path)
    before = _read(store)
    alarms = [alarm for alarm in reversed(AlarmBook(store).latest(LOOKED_AT)) if _serious(alarm, settings.notify.severity)]
    told: dict[str, Told] = dict(before)
    counts, failed = {}, {}
    for way, send in ways.items():
        done = _Way(settings, send, dict(before[way]) if way in before else _past(alarms), now)
        counts[way], why = done.tell(alarms)
        told[way] = {_key(alarm): done.known[_key(alarm)] for alarm in alarms if _key(alarm) in done.known}
        if why:
            failed[way] = why
    _write(store, told)
    return Round(counts, failed)


def _past(alarms: Sequence[KnownAlarm]) -> Told:
    return {_key(alarm): "over" for alarm in alarms if alarm.cleared_at is not None}


@dataclass
class _Way:
    settings: Settings
    send: Send
    known: Told
    now: float

    def tell(self, alarms: Sequence[KnownAlarm]) -> tuple[int, str]:
        """How many were told, and why the rest was not: what comes after one that could not be handed over waits, in order."""
        count = 0
        for alarm in alarms:
            if self.known.get(_key(alarm)) == _state(alarm):
                continue
            if self.now - (alarm.cleared_at or alarm.raised_at) <= PATIENCE_S:
                if why := _send(self.send, News(alarm, self.settings.site.name, self.settings.site.language)):
                    return count, why
                count += 1
            self.known[_key(alarm)] = _state(alarm)
        return count, ""


def _serious(alarm: KnownAlarm, least: str) -> bool:
    order = list(SEVERITIES)
    return order.index(alarm.severity) <= order.index(least)


def _state(alarm: KnownAlarm) -> str:
    return "raised" if alarm.cleared_at is None else "over"


def _key(alarm: KnownAlarm) -> str:
    return f"{alarm.kind} {alarm.subject} {to_text(alarm.raised_at)}"


def _send(send: Send, news: News) -> str:
    """Why it could not be handed over, "" when it could."""
    try:
        send(news)
    except OSError as error:
        log.warning("not told: %s: %s", news.alarm.kind, error)
        return str(error)
    return ""


def _read(store: Path) -> dict[str, Told]:
    try:
        document: dict[str, Told] = json.loads((store / FILE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return document


def _write(store: Path, told: dict[str, Told]) -> None:
    spare = store / f"{FILE}.new"
    spare.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    spare.replace(store / FILE)
