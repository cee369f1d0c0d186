"""How a PBX maker prints its call records. A layout is data (see hw/smdr_layouts), so another maker needs no code.

kind "columns" cuts each line at fixed columns, "csv" at commas. Everything after that is the same for both.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from hw.interfaces import CallRecord
from hw.messages import Message
from hw.smdr_clock import PrintedTime

UNTALKED = ("unanswered", "busy")
"""Conditions of a call in which nobody talked."""


class Refused(ValueError):  # noqa: N818  the line is refused, nothing went wrong
    """A line is no record of this layout. message: why, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.message = Message(en, zh)


@dataclass(frozen=True)
class Rule:
    """A pattern looked for in a field. outcome: what it means. when: the only direction for which it counts, "" for all.

    A rule that takes a value out of a field names it as its group: "number", "extension", "trunk" or "account".
    """

    field: str
    pattern: re.Pattern[str]
    outcome: str = ""
    when: str = ""

    def finds(self, fields: Mapping[str, str], direction: str = "") -> re.Match[str] | None:
        """Where the pattern fits, or None."""
        if self.when and self.when != direction:
            return None
        return self.pattern.search(fields.get(self.field, ""))


@dataclass(frozen=True)
class Layout:
    """A record layout.

    fields: first and last column from 1 ("columns"), or the place from 1, twice ("csv"). blank: columns in which nothing may stand.
    notices: patterns of lines that are no records but mean something, outcome: a kind of PortLine. values: rules for extension,
    trunk, number and account, by name; without any the field of that name is taken. untalked_is_ring: of a call nobody answered the
    printed duration is the ringing. write: how the simulated PBX prints.
    """

    name: str
    kind: str
    fields: Mapping[str, tuple[int, int]]
    time: PrintedTime
    spans: Mapping[str, re.Pattern[str]]
    duration_resolution_s: float = 1.0
    blank: tuple[int, ...] = ()
    skip: tuple[re.Pattern[str], ...] = ()
    notices: tuple[Rule, ...] = ()
    directions: tuple[Rule, ...] = ()
    conditions: tuple[Rule, ...] = ()
    values: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    untalked_is_ring: bool = False
    write: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def skips(self, line: str) -> bool:
        """Whether the line is a header or the like, and no record."""
        return any(pattern.search(line) for pattern in self.skip)

    def notice(self, line: str) -> str:
        """The kind of PortLine that the line is, "" when it is none."""
        return next((rule.outcome for rule in self.notices if rule.pattern.search(line)), "")

    def parse(self, line: str, zone: tzinfo, now: float) -> CallRecord:
        """A record from its line, without its line end. zone: of the PBX's clock. now: UTC epoch seconds, which supply what the
        printed time leaves out. Raises Refused when the line is no record.

        started_at is when the talk began; of a call that nobody answered, when it ended.
        """
        self._check_blank(line)
        fields = self.cut(line)
        direction = self._outcome(self.directions, fields) or "unknown"
        condition = self._outcome(self.conditions, fields, direction)
        duration_s, ring_s = self._span("duration", fields), self._span("ring", fields)
        if condition in UNTALKED:
            ring_s = ring_s if ring_s is not None or not self.untalked_is_ring else duration_s
            duration_s = 0.0
        return CallRecord(
            layout=self.name,
            started_at=self._started_at(fields, zone, now, duration_s or 0.0),
            duration_s=duration_s,
            extension=self._value("extension", fields, direction),
            trunk=self._value("trunk", fields, direction),
            direction=direction,
            number=self._value("number", fields, direction),
            ring_s=ring_s,
            raw=line,
            account=self._value("account", fields, direction),
            condition=condition,
            queue_s=self._span("queue", fields),
            resolution_s=self.time.resolution_s,
            duration_resolution_s=self.duration_resolution_s,
        )

    def cut(self, line: str) -> dict[str, str]:
        """The line's fields by name, trimmed. Raises Refused when it cannot be cut."""
        if self.kind == "csv":
            cells = ["", *_cells(line)]
            return {name: cells[at].strip() if at < len(cells) else "" for name, (at, _) in self.fields.items()}
        return {name: line[first - 1 : last].strip() for name, (first, last) in self.fields.items()}

    def _check_blank(self, line: str) -> None:
        for column in self.blank:
            if line[column - 1 : column].strip():
                raise Refused(
                    f"column {column} should be blank and holds {line[column - 1]!r}: are other columns set up in the PBX?",
                    f"第 {column} 列应为空白,实际是 {line[column - 1]!r}:PBX 的话单列设置是否不同?",
                )

    def _started_at(self, fields: Mapping[str, str], zone: tzinfo, now: float, duration_s: float) -> float:
        try:
            printed = self.time.instant(fields, zone, now)
        except (ValueError, OverflowError) as error:
            shown = " ".join(filter(None, (fields.get("date", ""), fields["time"])))
            raise Refused(f"{shown!r} is no date and time", f"{shown!r} 不是日期和时间") from error
        return printed - duration_s if self.time.means == "end" else printed

    def _outcome(self, rules: Sequence[Rule], fields: Mapping[str, str], direction: str = "") -> str:
        return next((rule.outcome for rule in rules if rule.finds(fields, direction)), "")

    def _value(self, name: str, fields: Mapping[str, str], direction: str) -> str:
        rules = self.values.get(name)
        if not rules:
            return fields.get(name, "")
        return next((match[name] for rule in rules if (match := rule.finds(fields, direction))), "")

    def _span(self, name: str, fields: Mapping[str, str]) -> float | None:
        """Seconds, from the groups h, m, s and t (tenths of a minute). None when the field is empty, the layout has none, or the
        PBX printed that it does not know."""
        text = fields.get(name, "")
        if not text or (self.time.unknown and self.time.unknown.search(text)):
            return None
        match = self.spans[name].fullmatch(text)
        if match is None:
            zh = {"duration": "通话时长", "ring": "振铃时长", "queue": "排队时长"}[name]
            raise Refused(f"{text!r} is no {name}", f"{text!r} 不是{zh}")
        part = {unit: float(value) for unit, value in match.groupdict().items() if value}
        if not part:
            return None
        return part.get("h", 0.0) * 3600 + part.get("m", 0.0) * 60 + part.get("s", 0.0) + part.get("t", 0.0) * 6


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error as error:
        raise Refused(f"the commas and quotes do not fit together ({error})", f"逗号与引号不配对({error})") from error
