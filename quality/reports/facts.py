"""What a report is made of: the daily detail of its period, of the one before and of the weeks behind them, read once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message
from quality.figures.book import Figure
from quality.figures.detail import DailyDetail, DetailRow, daily_detail
from quality.figures.faultrows import FaultRows, fault_rows
from quality.figures.rulestore import figure_rules
from quality.figures.sums import Sums, total
from quality.forms.form import Form
from quality.forms.store import Forms
from quality.improving.problems import Count, Limits
from quality.periods import Period
from quality.reviewing.correctedresults import CorrectedResults, JudgeBy
from quality.rules.names import rule_names
from recorder.settings.sections import Settings


@dataclass(frozen=True)
class Box:
    """Whose reports they are. site: its name. timezone: IANA. rulebook: the settings' one; None: the one that ships.
    now: UTC epoch seconds, the present when None. limits: from when on a problem is common or individual. company: as settings know
    its names."""

    store: Path
    site: str = "callbox"
    timezone: str = "Asia/Shanghai"
    rulebook: Path | None = None
    now: float | None = None
    limits: Limits = field(default_factory=Limits)
    company: Sequence[str] = ()

    @classmethod
    def of(cls, settings: Settings) -> Box:
        """The box of these settings."""
        rulebook = Path(settings.analysis.rulebook) if settings.analysis.rulebook else None
        limits = Limits.of(settings.quality)
        site = settings.site
        return cls(Path(settings.store.path), site.name, site.timezone, rulebook, limits=limits, company=site.company)

    @property
    def at(self) -> float:
        """UTC epoch seconds."""
        return time.time() if self.now is None else self.now

    @property
    def judge_by(self) -> JudgeBy:
        """What its calls are judged by."""
        return JudgeBy(str(self.rulebook or ""), tuple(self.company))

    @property
    def today(self) -> date:
        """The local day it is."""
        return datetime.fromtimestamp(self.at, ZoneInfo(self.timezone)).date()


@dataclass(frozen=True, repr=False)
class Facts:
    """detail, faults: of all days from `since` to the period's last; everything a report says is added up from these.
    figures: the 23, with the box's own targets."""

    box: Box
    period: Period
    since: date
    detail: DailyDetail
    faults: FaultRows
    form: Form
    rule_names: Mapping[str, Message]
    figures: tuple[Figure, ...]
    _memory: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def rows(self, period: Period | None = None) -> tuple[DetailRow, ...]:
        """The detail of a period, of the report's own when None."""
        period = period or self.period
        return self.detail.of(period.first, period.last)

    def total(self, period: Period | None = None) -> Sums:
        """A period added up."""
        return total(row.sums for row in self.rows(period))

    def by_team(self, period: Period | None = None) -> dict[str, Sums]:
        """Groups with calls, by name; "" where none is known, last."""
        return self._by("team", period or self.period)

    def by_agent(self, period: Period | None = None) -> dict[str, Sums]:
        """Agents with calls, by id; "" where none is known, last."""
        return self._by("agent", period or self.period)

    def by_day(self, period: Period | None = None) -> dict[date, Sums]:
        """Every day of the period, in order, also those without a call."""
        period = period or self.period
        parts: dict[date, list[Sums]] = {day: [] for day in period.days}
        for row in self.rows(period):
            parts[row.day].append(row.sums)
        return {day: total(own) for day, own in parts.items()}

    def found(self, period: Period | None = None) -> FaultRows:
        """What was found wrong in a period."""
        period = period or self.period
        key = ("found", period)
        if key not in self._memory:
            self._memory[key] = self.faults.of(period.first, period.last)
        found = self._memory[key]
        assert isinstance(found, FaultRows)
        return found

    def knows(self, period: Period) -> bool:
        """Whether the box was there in that period: else its figures are unknown, not 0."""
        return self.detail.knows(period.first, period.last)

    def agent_name(self, agent: str) -> str:
        """ "8002 王伟"; the id alone when the name is not known."""
        return f"{agent} {self.detail.names.get(agent, '')}".strip()

    def team_of(self, agent: str) -> str:
        """The agent's group in the period: where most of their calls were."""
        calls: Counter[str] = Counter()
        for row in self.rows():
            if row.agent == agent:
                calls[row.team] += row.sums.calls
        return calls.most_common(1)[0][0] if calls else ""

    def item_name(self, form: str, item: str) -> Message:
        """An item as the form calls it, its id when the form no longer has it."""
        kept = self.faults.forms.get(form)
        return kept.items[item].name if kept and item in kept.items else Message(item, item)

    def rule_name(self, rule: str) -> Message:
        """A rule as the rulebook calls it, else its id."""
        return self.rule_names.get(rule, Message(rule, rule))

    def _by(self, name: str, period: Period) -> dict[str, Sums]:
        parts: dict[str, list[Sums]] = {}
        for row in self.rows(period):
            parts.setdefault(getattr(row, name), []).append(row.sums)
        added = {key: total(parts[key]) for key in sorted(parts, key=lambda k: (not k, k))}
        return {key: sums for key, sums in added.items() if sums.calls}


def gather(box: Box, period: Period, weeks: int = 0) -> Facts:
    """The facts of a period, of the one before it and of at least `weeks` weeks up to its end. Raises UserError when the databases
    cannot be read."""
    since, rules = begin_of(period, weeks), figure_rules(box.store).rules
    CorrectedResults(box.store, box.judge_by).renew_due(None)
    detail = daily_detail(box.store, since, period.last, box.timezone, rules=rules, now=box.at)
    return facts_of(box, period, detail, fault_rows(box.store, since, min(period.last, box.today), box.timezone))


def begin_of(period: Period, weeks: int) -> date:
    """The first day that the facts of a period and of so many weeks up to its end are made of."""
    return min(period.before.first, period.last - timedelta(days=7 * weeks + 6))


def facts_of(box: Box, period: Period, detail: DailyDetail, faults: FaultRows) -> Facts:
    """The same of a detail that is there already."""
    return Facts(
        box, period, detail.first, detail, faults, Forms(box.store).current(), rule_names(box.store, box.rulebook),
        figure_rules(box.store).figures,
    )  # fmt: skip


def share(top: float, bottom: float) -> float | None:
    """top / bottom; None when bottom is 0: nothing is known of nothing."""
    return top / bottom if bottom else None


def pass_rate(sums: Sums) -> float | None:
    """Of the reviewed calls, 0–1."""
    return share(sums.passed, sums.reviewed)


def mean_score(sums: Sums) -> float | None:
    """Of the reviews, 0–100."""
    return share(sums.review_points, sums.reviewed)


def repeat_count(sums: Sums) -> Count:
    """Incoming calls whose days of grace are over, and those of them whose number was on the line again within them."""
    return Count(sums.decided, sums.decided - sums.resolved)
