"""Sample lines read by a layout: what would come of each, and which layout reads most of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from console.output import table
from hw.interfaces import CallRecord
from hw.messages import Message, UserError
from hw.smdr_layout import Layout, Refused
from hw.smdr_layoutfile import layout_files, read_layout

WIDEST = 79
"""Columns of a serial terminal, less one: many wrap at the last."""

LARGEST = 10 * 1024 * 1024
"""Bytes of a file of samples that are read."""


@dataclass(frozen=True)
class Reading:
    """One line and what came of it: a record, a reason, or neither for a heading."""

    line: str
    record: CallRecord | None = None
    notice: str = ""
    refused: Message | None = None


def sample_lines(path: Path) -> list[str]:
    """The lines of a file of samples, empty ones left out. Raises UserError when there are none."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).replace(b"\x00", b"").decode("ascii", "replace")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})", f"{path}:无法读取({error.strerror})") from error
    lines = [line.rstrip() for line in text.replace("\f", "\n").splitlines() if line.strip()]
    if not lines:
        raise UserError(f"{path}: holds no lines", f"{path}:没有内容")
    return lines


def read_lines(layout: Layout, lines: Sequence[str], timezone: str, now: float) -> list[Reading]:
    """What a layout makes of each line."""
    zone, readings = ZoneInfo(timezone), []
    for line in lines:
        if layout.skips(line):
            readings.append(Reading(line))
            continue
        if notice := layout.notice(line):
            readings.append(Reading(line, notice=notice))
            continue
        try:
            readings.append(Reading(line, layout.parse(line, zone, now)))
        except Refused as refused:
            readings.append(Reading(line, refused=refused.message))
    return readings


def scores(lines: Sequence[str], timezone: str, now: float, own: Path) -> list[tuple[int, str]]:
    """How many lines each layout reads, the best first; a layout file that is wrong reads none."""
    found = []
    for name, path in layout_files(own).items():
        try:
            layout = read_layout(path)
        except UserError:
            continue
        found.append((sum(reading.record is not None for reading in read_lines(layout, lines, timezone, now)), name))
    return sorted(found, key=lambda one: (-one[0], one[1]))


def shown(readings: Sequence[Reading], timezone: str, language: str) -> str:
    """A table that fits a serial terminal, and under it what was not read, with the reason."""
    heads = (
        ("", "时间", "时长", "振铃", "方向", "分机", "中继", "号码")
        if language == "zh"
        else ("", "time", "talk", "ring", "way", "ext", "trunk", "number")
    )
    rows = [_row(number, reading.record, timezone) for number, reading in enumerate(readings, 1) if reading.record]
    parts = [table(heads, rows)] if rows else []
    for number, reading in enumerate(readings, 1):
        if reading.refused is not None:
            parts.append(f"{number}: {reading.line[: WIDEST - 6]}\n   {reading.refused.text(language)}")
        elif reading.notice:
            parts.append(f"{number}: {reading.notice}: {reading.line[: WIDEST - 24]}")
    return "\n".join(parts)


def _row(number: int, record: CallRecord, timezone: str) -> tuple[str, ...]:
    moment = datetime.fromtimestamp(record.started_at, ZoneInfo(timezone))
    way = record.direction + (f"/{record.condition}" if record.condition else "")
    talked, rang = _seconds(record.duration_s), _seconds(record.ring_s)
    return (
        str(number),
        f"{moment:%y-%m-%d %H:%M:%S}",
        talked,
        rang,
        way[:12],
        record.extension[:6],
        record.trunk[:5],
        record.number[:18],
    )


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
