"""What the department has done for it after every day, by a timer or by `callbox evening`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message, UserError
from quality.alerting.watch import WatchRules, watch
from quality.forms.automatic import Automatic
from quality.improving.problems import Limits
from quality.improving.trainings import Trainings
from quality.mystery.calls import MysteryCalls
from quality.reports.facts import Box
from quality.reports.keptfacts import keep_all
from quality.reviewing.correctedresults import CorrectedResults, JudgeBy, judged_anew
from quality.reviewing.observation import Observations
from quality.sampling.plans import Plans
from quality.store import reading
from recorder.settings.sections import QualityRules

TRAINING_WEEKS = 4  # whose reviews tell a common problem
MOST_MISSED = 14  # days that are caught up on
JUST_S = 2 * 86400.0  # seconds before the day's end since when corrections make the machine's marks of earlier days anew
KEPT = timedelta(days=400)  # whose detail is kept ready for the pages: a year and the period before


@dataclass(frozen=True)
class Evening:
    """planned: calls given out. short: calls the duty asks for beyond the inspectors' hours. alerts, needs: opened. rechecked:
    trainings settled. observed: marks the machine made. scored: calls by trusted items. linked, missed: mystery calls. left_out:
    what could not be done, and why."""

    planned: int
    short: int
    alerts: int
    needs: int
    rechecked: int
    observed: int
    scored: int
    linked: int
    missed: int
    left_out: tuple[Message, ...]


def evening(
    store: Path, day: date, timezone: str, rules: QualityRules | None = None, by: str = "callbox", *,
    judge_by: JudgeBy | None = None,
) -> Evening:  # fmt: skip
    """Do it all for a local day that is over; trainings and trusted items are looked at on Sundays. Doing it again does nothing
    twice. judge_by: of the settings; None: the rulebook that ships."""
    rules, judge_by = rules or QualityRules(), judge_by or JudgeBy()
    CorrectedResults(store, judge_by).renew_due(None)
    planned, short, left_out = _plan(store, day, timezone, by)
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone)).timestamp()
    linked, missed = MysteryCalls(store, timezone).link(end)
    observed = Observations(store, timezone).fill(day)
    for other in judged_anew(store, end - JUST_S, timezone) - {day}:
        Observations(store, timezone).fill(other)
    rechecked, needs = _sunday(store, day, timezone, rules, by) if day.weekday() == 6 else (0, 0)
    scored = Automatic(store, timezone, rules).score(day)
    alerts = watch(store, day, timezone, WatchRules.of(rules))
    rulebook = Path(judge_by.rulebook) if judge_by.rulebook else None
    keep_all(Box(store, timezone=timezone, rulebook=rulebook, company=judge_by.company), day - KEPT, day)
    return Evening(planned, short, len(alerts), needs, rechecked, len(observed), scored, linked, missed, left_out)


def due_days(store: Path, today: date) -> list[date]:
    """The days that are over and whose evening is still to come: yesterday, and those before it that a box that was off has
    missed, two weeks at most. Oldest first; empty when yesterday's is done."""
    with reading(store) as connection:
        sql = "SELECT max(subject) FROM review.changes WHERE action = 'observation.fill' AND subject < ?"
        row = connection.execute(sql, (today.isoformat(),)).fetchone()
    yesterday = today - timedelta(days=1)
    begin = date.fromisoformat(row[0]) + timedelta(days=1) if row[0] else yesterday
    begin = max(begin, yesterday - timedelta(days=MOST_MISSED - 1))
    return [begin + timedelta(days=n) for n in range((yesterday - begin).days + 1)]


def _sunday(store: Path, day: date, timezone: str, rules: QualityRules, by: str) -> tuple[int, int]:
    """Trainings settled, needs opened; and which items may score by themselves from now on."""
    trainings = Trainings(store, timezone, Limits.of(rules))
    rechecked = trainings.recheck(day, by)
    needs = trainings.open_needs(day - timedelta(weeks=TRAINING_WEEKS), day, by)
    Automatic(store, timezone, rules).renew(day, by)
    return len(rechecked), len(needs)


def _plan(store: Path, day: date, timezone: str, by: str) -> tuple[int, int, tuple[Message, ...]]:
    try:
        made = Plans(store, timezone).make(day, by)
    except UserError as error:  # no inspectors yet, no calls that day, planned already: the rest is still to be done
        return 0, 0, (error.message,)
    return sum(sheet.given for sheet in made.sheets), made.short, ()
