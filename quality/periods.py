"""Days, weeks, months and quarters as people name them, any other run of days, and the one before."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hw.messages import Message, UserError
from quality.weekly.week import Week

EXAMPLES = {"day": "2026-11-22", "week": "2026-W47", "month": "2026-11", "quarter": "2026-Q4"}
"""The kinds of period that have names, with a name of each."""

SPAN = "span"
"""The kind of any other run of days."""


@dataclass(frozen=True)
class Period:
    """kind: one of EXAMPLES, or SPAN. first, last: local days, both included."""

    kind: str
    first: date
    last: date

    @property
    def name(self) -> str:
        """As people type it and files are named: "2026-11"; a span by its days."""
        return {
            "day": f"{self.first}", "week": Week(self.first).name, "month": f"{self.first:%Y-%m}",
            "quarter": f"{self.first:%Y}-Q{(self.first.month + 2) // 3}", SPAN: f"{self.first} – {self.last}",
        }[self.kind]  # fmt: skip

    @property
    def title(self) -> Message:
        """As a heading reads."""
        year, day = self.first.year, f"{self.first.month} 月 {self.first.day} 日"
        iso_year, number, _ = self.first.isocalendar()
        return {
            "day": Message(f"{self.first:%d %B %Y}", f"{year} 年 {day}"),
            "week": Message(f"week {number} of {iso_year}", f"{iso_year} 年第 {number} 周"),
            "month": Message(f"{self.first:%B %Y}", f"{year} 年 {self.first.month} 月"),
            "quarter": Message(f"{self.name[5:]} {year}", f"{year} 年第 {self.name[-1]} 季度"),
            SPAN: Message(self.name, self.name),
        }[self.kind]

    @property
    def days(self) -> tuple[date, ...]:
        """Every day."""
        return tuple(days(self.first, self.last))

    @property
    def before(self) -> Period:
        """The period before it; before a span, as many days."""
        if self.kind == SPAN:
            return Period(SPAN, self.first - timedelta(days=len(self.days)), self.first - timedelta(days=1))
        return period_of(self.kind, self.first - timedelta(days=1))

    @property
    def after(self) -> Period:
        """The next one; after a span, as many days."""
        if self.kind == SPAN:
            return Period(SPAN, self.last + timedelta(days=1), self.last + timedelta(days=len(self.days)))
        return period_of(self.kind, self.last + timedelta(days=1))

    def run(self, count: int) -> tuple[Period, ...]:
        """This one and count - 1 before it, oldest first."""
        found = [self]
        while len(found) < count:
            found.append(found[-1].before)
        return tuple(reversed(found))


def days(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def period_of(kind: str, day: date) -> Period:
    """The period of that kind a day is in."""
    if kind == "day":
        return Period(kind, day, day)
    if kind == "week":
        week = Week.of(day)
        return Period(kind, week.first, week.last)
    month = day.month if kind == "month" else day.month - (day.month - 1) % 3
    last = month if kind == "month" else month + 2
    return Period(kind, date(day.year, month, 1), date(day.year, last, calendar.monthrange(day.year, last)[1]))


def span_of(first: date, last: date) -> Period:
    """The days first to last, named as a day, a week or a month when they are one. Raises UserError when last is before first."""
    if last < first:
        raise UserError(f"{last} is before {first}", f"{last} 早于 {first}")
    wholes = (period_of(kind, first) for kind in ("day", "week", "month"))
    return next((whole for whole in wholes if (whole.first, whole.last) == (first, last)), Period(SPAN, first, last))


def parse(kind: str, text: str) -> Period:
    """The period of that name, as in EXAMPLES. Raises UserError."""
    text = text.strip()
    if kind == "week":
        return period_of(kind, Week.parse(text).first)
    patterns = {"day": r"(\d{4})-(\d{1,2})-(\d{1,2})", "month": r"(\d{4})-(\d{1,2})()", "quarter": r"(\d{4})-?[qQ]([1-4])()"}
    match = re.fullmatch(patterns[kind], text, re.ASCII)
    try:
        if match is None or not 2000 <= int(match[1]) <= 2100:
            raise ValueError
        month = int(match[2]) if kind != "quarter" else 3 * int(match[2])
        return period_of(kind, date(int(match[1]), month, int(match[3] or 1)))
    except ValueError:
        zh = {"day": "日期", "month": "月份", "quarter": "季度"}[kind]
        raise UserError(
            f"“{text}” is no {kind}. Write it like {EXAMPLES[kind]}.", f"“{text}”不是有效的{zh}，请写成 {EXAMPLES[kind]} 这样。"
        ) from None
