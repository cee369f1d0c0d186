"""Which alerts a person may see: those about calls, groups and agents that they see anyway."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from quality.access.scope import Scope
from quality.alerting.alerts import Alert
from quality.calls.views import Views

OF_CALLS = ("priority_call", "stuck_call")


def seen_alerts(store: Path, alerts: Iterable[Alert], scope: Scope) -> list[Alert]:
    """Those of the alerts that this person may see. Alerts about neither a call, a group nor an agent (a subject of customers'
    words, an inspector's bias) are for people who see everything."""
    found = list(alerts)
    if scope.everything:
        return found
    calls = {row.id: row for row in Views(store).rows([alert.subject for alert in found if alert.kind in OF_CALLS])}
    agents = scope.agents(store)

    def seen(alert: Alert) -> bool:
        if alert.kind in OF_CALLS:
            row = calls.get(alert.subject)
            return row is not None and scope.sees_call(row.agent_id, row.team)
        if alert.kind == "special_review":
            return scope.sees_group(alert.subject)
        return alert.kind == "agent_faults" and alert.subject in agents

    return [alert for alert in found if seen(alert)]
