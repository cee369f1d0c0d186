"""The instants a PBX prints: local time, often without year, day or seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from re import Pattern


@dataclass(frozen=True)
class PrintedTime:
    """How a layout prints times.

    means: "start" or "end" of the talk. dates, clocks: strptime patterns, tried in turn; the first is the one that is printed; no
    dates when records carry none. pm: what marks the afternoon on a 12-hour clock without AM and PM. unknown: what stands there
    when the PBX does not know. resolution_s: seconds.
    """

    means: str
    dates: tuple[str, ...]
    clocks: tuple[str, ...]
    pm: Pattern[str] | None
    unknown: Pattern[str] | None
    resolution_s: float

    def instant(self, field: Mapping[str, str], zone: tzinfo, now: float) -> float:
        """UTC epoch seconds of fields "date" and "time". zone: of the PBX's clock. now: when the line came, which supplies what was
        not printed: of the possible instants the nearest is taken. Raises ValueError when no pattern fits."""
        date, clock = field.get("date", ""), field["time"]
        if self.unknown and self.unknown.search(clock):
            return now
        dated = bool(self.dates) and not (self.unknown and self.unknown.search(date))
        moments = [moment for pattern in self.clocks if (moment := self._clock(clock, pattern)) is not None]
        days = list(self._days(date if dated else "", datetime.fromtimestamp(now, zone)))
        instants = [_local(day, moment, zone) for day in days for moment in moments]
        if not instants:
            raise ValueError("no date or time")
        return min(instants, key=lambda instant: abs(instant - now))

    def _clock(self, text: str, pattern: str) -> datetime | None:
        afternoon = self.pm is not None and self.pm.search(text) is not None
        moment = _parsed(self.pm.sub("", text) if self.pm else text, pattern)
        if moment is not None and afternoon and moment.hour < 12:
            return moment + timedelta(hours=12)
        return moment

    def _days(self, date: str, today: datetime) -> list[datetime]:
        if not date:
            return [today + timedelta(days=by) for by in (-1, 0, 1)]
        whole = [day for pattern in self.dates if "%y" in pattern.lower() and (day := _parsed(date, pattern))]
        short = [pattern for pattern in self.dates if "%y" not in pattern.lower()]
        years = (str(today.year + by) for by in (-1, 0, 1))
        return whole + [
            day for year in years for pattern in short if (day := _parsed(f"{year} {date}", f"%Y {pattern}")) is not None
        ]


def _parsed(text: str, pattern: str) -> datetime | None:
    """A naive moment; None for what the pattern does not fit and for days that are not in the calendar (29 February)."""
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None


def _local(day: datetime, clock: datetime, zone: tzinfo) -> float:
    moment = datetime(day.year, day.month, day.day, clock.hour, clock.minute, clock.second, tzinfo=zone)
    return moment.timestamp()
