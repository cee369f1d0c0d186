"""Alerts of calls as they come: from what is said in calls that go on (analyzer.live), and from every analysis that is done.

The analyzer does not write review.db; this looks at analysis.db, where a change is seen for a few microseconds a look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from analyzer.live.rules import ANGER
from analyzer.livestore import LiveReader, LiveSaid
from quality.alerting.alerts import Alert, Alerts, raise_alert
from quality.alerting.watch import watch_calls
from quality.store import reading, writing
from recorder.times import from_text

STEP_S = 1.0
"""Seconds between two looks."""

ANYWAY_S = 60.0
"""Seconds after which everything is looked at again, changed or not: calls that were judged anew, days that began."""

ANGRY, PRIORITY = "angry_now", "priority_call"


class Follower:
    """Of one store; step() opens what is new and never opens the same twice. timezone: of the site, whose days calls are looked at
    by."""

    def __init__(self, store: Path, timezone: str) -> None:
        self._store = store
        self._zone = ZoneInfo(timezone)
        self._timezone = timezone
        self._reader = LiveReader(store)
        self._seen = (-1, -1)  # changes of the file, results in it
        self._number = 0
        self._anyway_at = float("-inf")

    def step(self, now: float) -> list[Alert]:
        """The new alerts. now: UTC epoch seconds. Raises UserError when a database cannot be used; the next step tries again."""
        due = now - self._anyway_at >= ANYWAY_S
        if due:
            self._reader.close()
            self._reader = LiveReader(self._store)  # the file may be another one by now
        changes = self._reader.changes()
        if not due and changes == self._seen[0]:
            return []
        found = self._live()
        results = self._reader.results()
        if due or results != self._seen[1]:
            found += self._analysed(now)
            confirm(self._store)
            self._anyway_at = now if due else self._anyway_at
        self._seen = (changes, results)
        return found

    def close(self) -> None:
        """Let the database go."""
        self._reader.close()

    def _live(self) -> list[Alert]:
        said = self._reader.urgent(self._number)
        opened = open_live(self._store, said) if said else []
        self._number = said[-1].number if said else self._number
        return opened

    def _analysed(self, now: float) -> list[Alert]:
        today = datetime.fromtimestamp(now, self._zone).date()
        return watch_calls(self._store, (today - timedelta(days=1), today), self._timezone)


def open_live(store: Path, said: Iterable[LiveSaid]) -> list[Alert]:
    """Open the alerts of what was said in calls that go on; one that stands learns what came since. The new ones."""
    by_call: dict[tuple[str, str], list[LiveSaid]] = {}
    for one in said:
        for kind in {_kind(hit.rule) for hit in one.hits if hit.alert}:
            by_call.setdefault((kind, one.call_id), []).append(one)
    begun = _begun(store, {call_id for _, call_id in by_call})
    opened = []
    with writing(store) as database:
        for (kind, call_id), rows in by_call.items():
            detail = _detail(kind, rows)
            key = raise_alert(database, kind, call_id, detail, begun.get(call_id, rows[0].said_at - rows[0].end_s))
            opened += [key] if key else []
            before = _standing(database, kind, call_id) if key is None else {}
            if before.get("live"):  # one that the full analysis opened stays as it is
                _put(database, kind, call_id, _joined(before, detail))
    return [Alerts(store).get(key) for key in opened]


def confirm(store: Path) -> None:
    """Say of alerts that were opened live whether the call's full analysis found the same."""
    with reading(store) as connection:
        rows = connection.execute(
            """SELECT a.kind, a.subject, r.high_priority, EXISTS (
                SELECT 1 FROM analysis.hits WHERE call_id = a.subject AND rule = ?) AS angry
            FROM review.alerts a JOIN analysis.results r ON r.call_id = a.subject
            WHERE a.closed_at IS NULL AND a.kind IN (?, ?)
                AND json_extract(a.detail, '$.live') AND json_extract(a.detail, '$.confirmed') IS NULL""",
            (ANGER, ANGRY, PRIORITY),
        ).fetchall()
    if rows:
        with writing(store) as database:
            for row in rows:
                found = bool(row["angry"] if row["kind"] == ANGRY else row["high_priority"])
                before = _standing(database, row["kind"], row["subject"])
                _put(database, row["kind"], row["subject"], {**before, "confirmed": found})


def _kind(rule: str) -> str:
    return ANGRY if rule == ANGER else PRIORITY


def _detail(kind: str, rows: Iterable[LiveSaid]) -> dict[str, object]:
    """Which rules, where: no words, for those go with the audio one day."""
    hits = [hit for row in rows for hit in row.hits if hit.alert and _kind(hit.rule) == kind]
    said = [{"rule": hit.rule, "side": hit.side, "at_s": hit.start, "until_s": hit.end} for hit in hits]
    return {"rules": sorted({hit.rule for hit in hits}), "live": True, "said": said}


def _joined(before: Mapping[str, object], detail: Mapping[str, object]) -> dict[str, object]:
    """An alert's detail with what came since."""
    rules, said = ([*_list(before, name), *_list(detail, name)] for name in ("rules", "said"))
    kept = [one for number, one in enumerate(said) if one not in said[:number]]
    return {**before, "rules": sorted(set(map(str, rules))), "said": kept}


def _list(detail: Mapping[str, object], name: str) -> list[object]:
    value = detail.get(name)
    return value if isinstance(value, list) else []


_STANDING = "kind = ? AND subject = ? AND closed_at IS NULL"


def _standing(database: Database, kind: str, subject: str) -> dict[str, Any]:
    """The detail of an alert that stands; nothing when somebody has just closed it."""
    row = database.execute(f"SELECT detail FROM alerts WHERE {_STANDING}", (kind, subject)).fetchone()  # noqa: S608  from here
    return dict(json.loads(row[0])) if row else {}


def _put(database: Database, kind: str, subject: str, detail: Mapping[str, object]) -> None:
    text = json.dumps(detail, ensure_ascii=False)
    database.execute(f"UPDATE alerts SET detail = ? WHERE {_STANDING}", (text, kind, subject))  # noqa: S608  from here


def _begun(store: Path, calls: set[str]) -> dict[str, float]:
    """When these calls began: an alert is of that moment, so that the full analysis opens no second one."""
    with reading(store) as connection:
        sql = "SELECT id, started_at FROM calls.calls WHERE id IN (SELECT value FROM json_each(?))"
        return {row["id"]: from_text(row["started_at"]) for row in connection.execute(sql, (json.dumps(sorted(calls)),))}
