"""How a PBX maker prints its call records: a layout is a TOML file in hw/smdr_layouts, so another maker needs no code.

kind "columns" cuts each line at fixed columns, "csv" at commas. The file for the Panasonic KX-NS1000 explains every entry.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hw.interfaces import CallRecord
from hw.messages import UserError

FOLDER = Path(__file__).parent / "smdr_layouts"


@dataclass(frozen=True)
class Rule:
    """A pattern looked for in a field. outcome: the direction it means; "" in a number rule, whose group "number" is the number."""

    field: str
    pattern: re.Pattern[str]
    outcome: str = ""


@dataclass(frozen=True)
class Layout:
    """A record layout.

    fields: first and last column from 1 ("columns"), or the place from 1, twice ("csv"). time_is: "start" or "end" of the talk.
    date_format: "" when records carry no date. resolution_s: seconds to which the time is printed.
    """

    name: str
    kind: str
    fields: Mapping[str, tuple[int, int]]
    skip: tuple[re.Pattern[str], ...]
    time_is: str
    date_format: str
    clock_format: str
    unknown_time: re.Pattern[str] | None
    resolution_s: float
    spans: Mapping[str, re.Pattern[str]]
    directions: tuple[Rule, ...]
    numbers: tuple[Rule, ...]
    write: Mapping[str, Any]

    def skips(self, line: str) -> bool:
        """Whether the line is a header or the like, and no record."""
        return any(pattern.search(line) for pattern in self.skip)

    def parse(self, line: str, zone: tzinfo, now: float) -> CallRecord:
        """A record from its line, without its line end. zone: of the PBX's clock. now: UTC epoch seconds, which supply what the
        printed time leaves out. Raises ValueError when the line is no record.

        started_at is when the talk began; of a call that nobody answered, when it ended.
        """
        field = self.cut(line)
        duration_s, ring_s = self._span("duration", field), self._span("ring", field)
        printed = self._instant(field, zone, now)
        started_at = printed - (duration_s or 0.0) if self.time_is == "end" else printed
        direction = next((rule.outcome for rule in self.directions if rule.pattern.search(field[rule.field])), "unknown")
        found = (rule.pattern.search(field[rule.field]) for rule in self.numbers)
        number = next((match["number"] for match in found if match), "")
        return CallRecord(
            self.name, started_at, duration_s, field.get("extension", ""), field.get("trunk", ""), direction, number, ring_s, line
        )

    def cut(self, line: str) -> dict[str, str]:
        """The line's fields by name, trimmed."""
        if self.kind == "csv":
            cells = ["", *next(csv.reader([line]), [])]
            return {name: cells[at].strip() if at < len(cells) else "" for name, (at, _) in self.fields.items()}
        return {name: line[first - 1 : last].strip() for name, (first, last) in self.fields.items()}

    def _span(self, name: str, field: Mapping[str, str]) -> float | None:
        """Seconds, from the groups h, m, s and t (tenths of a minute). None when the field is empty or the layout has none."""
        text = field.get(name, "")
        if not text:
            return None
        match = self.spans[name].fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no {name}")
        part = {unit: float(value) for unit, value in match.groupdict().items()}
        return part.get("h", 0.0) * 3600 + part.get("m", 0.0) * 60 + part.get("s", 0.0) + part.get("t", 0.0) * 6

    def _instant(self, field: Mapping[str, str], zone: tzinfo, now: float) -> float:
        date, clock = field.get("date", ""), field["time"]
        if self.unknown_time and self.unknown_time.search(clock):
            return now
        dated = bool(self.date_format) and not (self.unknown_time and self.unknown_time.search(date))
        today = datetime.fromtimestamp(now, zone)
        if not dated:
            days = (today + timedelta(days=by) for by in (-1, 0, 1))
            return _nearest([_local(f"{day:%Y-%m-%d} {clock}", f"%Y-%m-%d {self.clock_format}", zone) for day in days], now)
        if "%y" in self.date_format.lower():
            return _nearest([_local(f"{date} {clock}", f"{self.date_format} {self.clock_format}", zone)], now)
        text, pattern = f"{date} {clock}", f"%Y {self.date_format} {self.clock_format}"
        return _nearest([_local(f"{today.year + by} {text}", pattern, zone) for by in (-1, 0, 1)], now)

    def format(self, record: CallRecord, zone: tzinfo) -> str:
        """The line, without its line end, in which this PBX would print a record; for its simulated twin ("columns" only)."""
        printed = record.started_at + (record.duration_s or 0.0 if self.time_is == "end" else 0.0)
        moment = datetime.fromtimestamp(printed, zone)
        text = {
            "date": moment.strftime(self.date_format),
            "time": moment.strftime(self.clock_format),
            "extension": record.extension,
            "trunk": record.trunk,
            "dialled": self.write["dialled"][record.direction].format(number=record.number),
            "ring": self._print_span("ring", record.ring_s),
            "duration": self._print_span("duration", record.duration_s),
        }
        line = ""
        for name, (first, last) in sorted(self.fields.items(), key=lambda item: item[1]):
            line = line.ljust(first - 1) + text.get(name, "")[: last - first + 1]
        return line.rstrip()

    def _print_span(self, name: str, seconds: float | None) -> str:
        if seconds is None:
            return ""
        minutes, s = divmod(round(seconds), 60)
        hours, m = divmod(minutes, 60)
        pattern: str = self.write[name]
        return pattern.format(h=hours, m=m if "{h" in pattern else min(minutes, 9), s=s)


def load_layout(name: str, folder: Path = FOLDER) -> Layout:
    """A layout by its file's name without ".toml". Raises UserError, naming the nearest, when there is none."""
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if name not in known:
        nearest = (get_close_matches(name, known, 1) or known)[0]
        raise UserError(
            f"No call record layout is called {name!r}; did you mean {nearest!r}? There are: {', '.join(known)}.",
            f"没有名为 {name!r} 的话单格式,是否想用 {nearest!r}?可用的有:{', '.join(known)}。",
        )
    return _read(name, tomllib.loads((folder / f"{name}.toml").read_text("utf-8")))


def _read(name: str, data: Mapping[str, Any]) -> Layout:
    time = data["time"]
    places = {field: (place, place) if isinstance(place, int) else tuple(place) for field, place in data["fields"].items()}
    return Layout(
        name=name,
        kind=data["kind"],
        fields=places,
        skip=tuple(map(re.compile, data.get("skip", ()))),
        time_is=time["is"],
        date_format=time.get("date", ""),
        clock_format=time["clock"],
        unknown_time=re.compile(time["unknown"]) if "unknown" in time else None,
        resolution_s=time["resolution_s"],
        spans={span: re.compile(pattern) for span, pattern in data["spans"].items()},
        directions=tuple(Rule(rule["field"], re.compile(rule["pattern"]), rule["is"]) for rule in data.get("direction", ())),
        numbers=tuple(Rule(rule["field"], re.compile(rule["pattern"])) for rule in data.get("number", ())),
        write=data.get("write", {}),
    )


def _local(text: str, pattern: str, zone: tzinfo) -> float | None:
    """UTC epoch seconds of a local time; None for a day that is not in the calendar (29 February of another year)."""
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=zone).timestamp()
    except ValueError:
        return None


def _nearest(instants: list[float | None], now: float) -> float:
    real = [instant for instant in instants if instant is not None]
    if not real:
        raise ValueError("no date or time")
    return min(real, key=lambda instant: abs(instant - now))
