"""How long audio is kept, by line and direction. Pure: settings in, days out."""

from __future__ import annotations

from recorder.settings.sections import Retention, RetentionRule, Settings

OUTBOUND_FLOOR_DAYS = 30
"""China: audio of outbound calls is kept at least 30 days (../shared/domain.md, "Telephone facts")."""

DAY_S = 86_400.0
GIB = float(1 << 30)


class Policy:
    """The settings' answer for each call."""

    def __init__(self, settings: Settings) -> None:
        self.general: Retention = settings.retention
        self.rules = settings.retention_rule
        self.min_free = settings.store.min_free_mb << 20

    def days(self, line: str, direction: str) -> int:
        """Days after which audio goes by age; 0: never. The first [[retention_rule]] that fits decides, else [retention] days."""
        rule = self._rule(line, direction)
        return self.general.days if rule is None else rule.days

    def floor_days(self, direction: str) -> int:
        """Days for which nothing may delete audio. A call of unknown direction may have been an outbound one."""
        return 0 if direction == "in" else OUTBOUND_FLOOR_DAYS

    def shortest_days(self) -> int:
        """The shortest limit by age of any rule; 0: none has one."""
        limits = [days for days in (self.general.days, *(rule.days for rule in self.rules)) if days]
        return min(limits, default=0)

    def _rule(self, line: str, direction: str) -> RetentionRule | None:
        return next((rule for rule in self.rules if fits(rule, line, direction)), None)


def fits(rule: RetentionRule, line: str, direction: str) -> bool:
    """Whether a rule is about such calls."""
    return rule.line in ("", line) and rule.direction in ("", direction)
