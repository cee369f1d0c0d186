"""Weeks as people name them: ISO 8601, "2026-W47", Monday to Sunday."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from hw.messages import UserError


@dataclass(frozen=True)
class Week:
    """A calendar week by ISO 8601. first: its Monday."""

    first: date

    @property
    def name(self) -> str:
        """ "2026-W47"."""
        year, number, _ = self.first.isocalendar()
        return f"{year:04d}-W{number:02d}"

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def days(self) -> tuple[date, ...]:
        """Monday to Sunday."""
        return tuple(self.first + timedelta(days=n) for n in range(7))

    @classmethod
    def of(cls, day: date) -> Week:
        """The week a day is in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> Week:
        """ "2026-W47", also "2026W47" and in small letters. Raises UserError."""
        match = re.fullmatch(r"\s*([0-9]{4})-?[wW]([0-9]{1,2})\s*", text)
        if match is None:
            raise UserError(
                f"“{text}” is no week. Write year and ISO week, for example 2026-W47.",
                f"“{text}”不是有效的周。请写年份和 ISO 周数，例如 2026-W47。",
            )
        year, number = int(match[1]), int(match[2])
        if not 2000 <= year <= 2100:
            raise UserError(f"The year {year} is out of range: 2000 to 2100.", f"年份 {year} 超出范围：2000 至 2100。")
        try:
            return cls(date.fromisocalendar(year, number, 1))
        except ValueError:
            last = date(year, 12, 28).isocalendar()[1]  # 28 December is always in the last week
            raise UserError(
                f"{year} has no week {number}: its weeks are 1 to {last}.",
                f"{year} 年没有第 {number} 周：该年为第 1 至 {last} 周。",
            ) from None
