"""The facts of a report from the kept days: what a page can show at once, of a year with a million calls."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from hw.messages import UserError
from quality.figures.detail import DailyDetail, daily_detail
from quality.figures.faultrows import FaultRows
from quality.figures.kept import DayKeeper
from quality.figures.rulestore import figure_rules
from quality.periods import Period
from quality.reports.facts import Box, Facts, begin_of, facts_of
from quality.reviewing.correctedresults import CorrectedResults

log = logging.getLogger(__name__)

AT_ONCE = 3000
"""Calls that are counted while somebody waits for the page (26 µs each on the reference machine); more is counted beside."""
_counting = threading.Lock()


@dataclass(frozen=True)
class KeptFacts:
    """facts: as `gather` gives them, of the groups asked for. as_of: UTC epoch seconds of the oldest count in them that may have
    changed since. missing: days that are not in them yet; they are being counted."""

    facts: Facts
    as_of: float | None
    missing: tuple[date, ...]


def gather_kept(box: Box, period: Period, weeks: int = 0, teams: frozenset[str] | None = None) -> KeptFacts:
    """The facts of a period from what is kept, brought up to date first where that is quick, else beside; faults of the period and
    the one before alone. teams: only these groups; None: all. Raises UserError when the databases cannot be used."""
    since, rules = begin_of(period, weeks), figure_rules(box.store).rules
    keeper, now = DayKeeper(box.store, box.timezone, rules), box.at
    CorrectedResults(box.store, box.judge_by).renew_due()
    keeper.look(now)
    due = keeper.due(since, period.last, now)
    if due and keeper.calls_on(due) <= AT_ONCE:
        keeper.keep(due, now)
    elif due:
        _count_beside(keeper, due, now)
    kept = keeper.read(since, period.last, now, period.before.first)
    detail = daily_detail(box.store, since, period.last, box.timezone, rules=rules, now=now, counted=kept.calls)
    return KeptFacts(facts_of(box, period, *_of_teams(detail, kept.faults, teams)), kept.as_of, kept.missing)


def keep_all(box: Box, first: date, last: date) -> int:
    """Count and keep what is due of these days, however long that takes; how many days that were. For the evening."""
    keeper, now = DayKeeper(box.store, box.timezone, figure_rules(box.store).rules), box.at
    CorrectedResults(box.store, box.judge_by).renew_due(None)
    keeper.look(now)
    due = keeper.due(first, last, now)
    keeper.keep(due, now)
    return len(due)


def _of_teams(detail: DailyDetail, faults: FaultRows, teams: frozenset[str] | None) -> tuple[DailyDetail, FaultRows]:
    if teams is None:
        return detail, faults

    def own(rows: Iterable[object]) -> tuple[object, ...]:
        return tuple(row for row in rows if getattr(row, "team", None) in teams)

    parts = {name: own(getattr(faults, name)) for name in ("items", "taboos", "rules")}
    return replace(detail, rows=own(detail.rows)), replace(faults, **parts)  # type: ignore[arg-type]


def _count_beside(keeper: DayKeeper, days: list[date], now: float) -> None:
    """In a thread of its own, one at a time in a process; the newest days first, since they are looked at first."""
    if not _counting.acquire(blocking=False):
        return

    def count() -> None:
        try:
            for n in range(0, len(days), 7):
                keeper.keep(days[n : n + 7], now)
        except UserError as error:
            log.error("the days cannot be kept: %s", error)
        finally:
            _counting.release()

    threading.Thread(target=count, name="callbox-kept-days", daemon=True).start()
