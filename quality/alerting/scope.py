"""Which alerts a person may see: those about calls, groups and agents that they see anyway."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from pathlib import Path

from quality.access.scope import Scope
from quality.alerting.alerts import OF_CALLS, Alert, Alerts
from quality.store import reading


def seen_alerts(store: Path, scope: Scope, kind: str | None = None, *, open_only: bool = True, limit: int = 500) -> list[Alert]:
    """Those of the alerts that this person may see, the newest first. A subject of customers' words and an inspector's bias are for
    people who see everything; that calibration is due is for all staff, since it is about nobody."""
    return Alerts(store).list(kind, open_only, limit, seen_where(store, scope, "a"))


def sees_alerts(store: Path, scope: Scope, keys: Collection[str]) -> bool:
    """Whether this person may see each of the alerts of these ids."""
    seen, values = seen_where(store, scope, "a")
    sql = f"SELECT count(*) FROM review.alerts a WHERE a.id IN (SELECT value FROM json_each(?)) AND {seen}"  # noqa: S608
    with reading(store) as connection:
        found = connection.execute(sql, (json.dumps(list(keys)), *values)).fetchone()[0]
    return bool(found == len(set(keys)))


def open_alerts(store: Path, connection: sqlite3.Connection, scope: Scope) -> dict[str, int]:
    """Kind → how many that this person may see are open. connection: of `quality.store.reading`."""
    seen, values = seen_where(store, scope, "a")
    sql = f"SELECT a.kind, count(*) FROM review.alerts a WHERE a.closed_at IS NULL AND {seen} GROUP BY a.kind"  # noqa: S608
    return {row[0]: row[1] for row in connection.execute(sql, values)}


def seen_where(store: Path, scope: Scope, row: str) -> tuple[str, tuple[object, ...]]:
    """SQL that holds for those rows of review.db's `alerts`, where calls.db is attached as `calls`, and its values. row: the
    table's name in the query."""
    if scope.everything:
        return "1", ()
    call, values = scope.where("c")
    kinds = ", ".join(f"'{kind}'" for kind in OF_CALLS)
    groups = sorted(scope.groups or ()) if scope.agent is None else []
    sql = f"""(({row}.kind IN ({kinds}) AND EXISTS (SELECT 1 FROM calls.calls c WHERE c.id = {row}.subject AND {call}))
        OR ({row}.kind = 'special_review' AND {row}.subject IN (SELECT value FROM json_each(?)))
        OR ({row}.kind = 'calibration_due' AND ?)
        OR ({row}.kind = 'agent_faults' AND {row}.subject IN (SELECT value FROM json_each(?))))"""  # noqa: S608
    return sql, (*values, json.dumps(groups), scope.agent is None, json.dumps(sorted(scope.agents(store))))
