"""What the department has done for it after every day, by a timer or by `callbox evening`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hw.messages import Message, UserError
from quality.mystery import MysteryCalls
from quality.observation import Observations
from quality.sampling.plans import Plans
from quality.trainings import Trainings
from quality.watch import watch

TRAINING_WEEKS = 4  # whose reviews tell a common problem


@dataclass(frozen=True)
class Evening:
    """planned: calls given out. short: calls the duty asks for beyond the inspectors' hours. alerts, needs: opened. observed:
    marks the machine made. linked, missed: mystery calls. left_out: what could not be done, and why."""

    planned: int
    short: int
    alerts: int
    needs: int
    observed: int
    linked: int
    missed: int
    left_out: tuple[Message, ...]


def evening(store: Path, day: date, timezone: str, by: str = "callbox") -> Evening:
    """Do it all for a local day that is over; training needs are looked for on Sundays. Doing it again does nothing twice."""
    planned, short, left_out = _plan(store, day, timezone, by)
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone)).timestamp()
    linked, missed = MysteryCalls(store, timezone).link(end)
    observed = Observations(store, timezone).fill(day)
    sunday = day.weekday() == 6
    needs = Trainings(store, timezone).open_needs(day - timedelta(weeks=TRAINING_WEEKS), day, by) if sunday else []
    return Evening(planned, short, len(watch(store, day, timezone)), len(needs), len(observed), linked, missed, left_out)


def _plan(store: Path, day: date, timezone: str, by: str) -> tuple[int, int, tuple[Message, ...]]:
    try:
        made = Plans(store, timezone).make(day, by)
    except UserError as error:  # no inspectors yet, no calls that day, planned already: the rest is still to be done
        return 0, 0, (error.message,)
    return sum(sheet.given for sheet in made.sheets), made.short, ()
