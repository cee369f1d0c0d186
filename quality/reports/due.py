"""Which reports are due, and making them: what the timer does (`callbox reports due`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hw.messages import Message, UserError
from quality.calls.filter import day_start
from quality.periods import Period, period_of
from quality.reports.archive import Archive, Kept
from quality.reports.build import KINDS, build
from quality.reports.facts import Box
from quality.store import reading
from recorder.times import from_text

LOOK_BACK = {"day": 7, "week": 2, "month": 1, "quarter": 1}
"""Periods that are over and still made when the box was off at their time."""
FORMATS = {"daily": ("xlsx",)}
"""What is kept of a kind; of the others a workbook, print and page."""
_ALL = ("xlsx", "pdf", "html")


@dataclass(frozen=True)
class Made:
    """kept: what was written. left_out: what could not be, and why. deleted: files that were old enough."""

    kept: tuple[Kept, ...]
    left_out: tuple[Message, ...]
    deleted: int = 0


def due(box: Box) -> list[tuple[str, Period]]:
    """Kinds and periods that are over, in which or before which the box has calls, and of which nothing is kept; a day
    without a call (a holiday) owes no report. Oldest first."""
    begun = _first_day(box)
    if begun is None:
        return []
    archive = Archive(box.store)
    found = [
        (kind.id, period) for kind in KINDS.values() for period in _over(kind.periods[0], box.today)
        if period.last >= begun and not archive.has(kind.id, period.name) and (period.kind != "day" or _worked(box, period.first))
    ]  # fmt: skip
    return sorted(found, key=lambda pair: (pair[1].last, pair[1].kind))


def make_due(box: Box, language: str, by: str = "callbox", *, keep_days: int = 0) -> Made:
    """Make and keep all that is due, and delete what is older than keep_days (0: nothing). One that fails does not keep the
    others."""
    kept: list[Kept] = []
    left_out: list[Message] = []
    for kind, period in due(box):
        made = keep(box, kind, period, language, by)
        kept += made.kept
        left_out += made.left_out
    return Made(tuple(kept), tuple(left_out), Archive(box.store).prune(keep_days, box.today, by))


def keep(box: Box, kind: str, period: Period, language: str, by: str) -> Made:
    """Make one report and keep it in all its formats."""
    report, kept, left_out = build(box, kind, period), [], []
    for format_ in FORMATS.get(kind, _ALL):
        try:
            kept.append(Archive(box.store).keep(report, format_, language, by))
        except UserError as error:
            about = f"{kind} {period.name} {format_}"
            left_out.append(Message(f"{about}: {error.message.en}", f"{about}：{error.message.zh}"))
    return Made(tuple(kept), tuple(left_out))


def _over(kind: str, today: date) -> Iterator[Period]:
    period = period_of(kind, today).before
    for _ in range(LOOK_BACK[kind]):
        yield period
        period = period.before


def _first_day(box: Box) -> date | None:
    with reading(box.store) as connection:
        text = connection.execute("SELECT min(started_at) FROM calls.calls").fetchone()[0]
    return datetime.fromtimestamp(from_text(text), ZoneInfo(box.timezone)).date() if text else None


def _worked(box: Box, day: date) -> bool:
    zone = ZoneInfo(box.timezone)
    bounds = (day_start(day, zone), day_start(day + timedelta(days=1), zone))
    with reading(box.store) as connection:
        sql = "SELECT 1 FROM calls.calls WHERE started_at >= ? AND started_at < ? LIMIT 1"
        return connection.execute(sql, bounds).fetchone() is not None
