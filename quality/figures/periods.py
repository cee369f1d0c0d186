"""Days, weeks and months as figures are told for, and the ones before."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from hw.messages import Message, UserError
from quality.week import Week

KINDS = {
    "day": Message("day", "日"), "week": Message("week", "周"), "month": Message("month", "月"), "span": Message("days", "时段"),
}  # fmt: skip


@dataclass(frozen=True)
class Period:
    """kind: one of KINDS. first, last: local days, both included."""

    kind: str
    first: date
    last: date

    @property
    def name(self) -> str:
        """ "2026-08-01", "2026-W31", "2026-08" or "2026-08-01 – 2026-08-20"."""
        if self.kind == "day":
            return self.first.isoformat()
        if self.kind == "week":
            return Week(self.first).name
        return f"{self.first:%Y-%m}" if self.kind == "month" else f"{self.first} – {self.last}"

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The one before: the month before, the week before, else as many days."""
        if self.kind == "month":
            return month_of(self.first - timedelta(days=1))
        return Period(self.kind, self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def run(self, count: int) -> tuple[Period, ...]:
        """This one and count - 1 before it, oldest first."""
        found = [self]
        while len(found) < count:
            found.append(found[-1].before())
        return tuple(reversed(found))


def day_of(day: date) -> Period:
    """A day as a period."""
    return Period("day", day, day)


def week_of(day: date) -> Period:
    """The ISO week a day is in."""
    week = Week.of(day)
    return Period("week", week.first, week.last)


def month_of(day: date) -> Period:
    """The calendar month a day is in."""
    first = day.replace(day=1)
    return Period("month", first, first.replace(day=calendar.monthrange(day.year, day.month)[1]))


def period_of(first: date, last: date) -> Period:
    """The days first to last, named as a day, a week or a month when they are one. Raises UserError when last is before first."""
    if last < first:
        raise UserError(f"{last} is before {first}", f"{last} 早于 {first}")
    for whole in (day_of(first), week_of(first), month_of(first)):
        if (whole.first, whole.last) == (first, last):
            return whole
    return Period("span", first, last)
