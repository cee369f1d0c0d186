"""What is planted in a made centre, looked for with the figures alone: the same comparisons as on pages and in reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from quality.figures.book import Figure, marks, shipped_figures
from quality.figures.compare import change
from quality.figures.detail import DailyDetail
from quality.figures.moments import Part
from quality.figures.sheet import sheet_of
from quality.figures.standing import standings
from quality.figures.tables import days_of
from quality.figures.values import work_out
from quality.periods import Period, period_of, span_of

WEEKS_BEFORE = 4


@dataclass(frozen=True)
class Found:
    """A planted truth and what the figures found. expected, found: agents, groups or weeks."""

    truth: str
    figure: str
    where: str
    expected: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """What was planted and nothing else."""
        return self.expected == self.found


def look_for(detail: DailyDetail, truths: Mapping[str, object]) -> list[Found]:
    """The bad agent month by month, the rising repeats before and after they rise, the bad week of the product."""
    known = {figure.id: figure for figure in (*shipped_figures(), *marks())}
    months = sorted({period_of("month", day) for day in days_of(detail.first, detail.last)}, key=lambda p: p.first)
    found = [_worse(detail, (known["monitoring_score"], m, "agent"), "bad_agent", (str(truths["bad_agent"]),)) for m in months]
    rising, team = date.fromisoformat(str(truths["repeats_from"])), str(truths["repeat_team"])
    resolution = known["first_call_resolution"]
    quiet = [m for m in months if m.last < rising - timedelta(days=detail.rules.repeat_days)]
    found += [_worse(detail, (resolution, m, "group"), "no repeats yet", ()) for m in quiet]
    found.append(_worse(detail, (resolution, span_of(rising, detail.last), "group"), "repeat_team", (team,)))
    week = period_of("week", date.fromisoformat(str(truths["product_week"])))
    found.append(Found("product_week", "priority_rate", "weeks of the centre", (week.name,), _bad_weeks(detail, known)))
    # The product's week is no group's doing, and no group's figure says so.
    found.append(_worse(detail, (known["priority_rate"], week, "group"), "product_week by group", ()))
    return found


def _worse(detail: DailyDetail, asked: tuple[Figure, Period, str], truth: str, expected: tuple[str, ...]) -> Found:
    figure, period, by = asked
    sheet = sheet_of(detail, (period, period), by, (figure,))
    out = tuple(sorted(s.subject.key for s in standings(sheet, (figure,))[figure.id] if s.worse))
    return Found(truth, figure.id, period.name, expected, out)


def _bad_weeks(detail: DailyDetail, known: Mapping[str, Figure]) -> tuple[str, ...]:
    """Weeks in which more calls than in the four before are of high priority, by more than chance."""
    figure, found = known["priority_rate"], []
    weeks = sorted({period_of("week", day) for day in days_of(detail.first, detail.last)}, key=lambda p: p.first)
    for week in weeks:
        earlier = span_of(week.first - timedelta(weeks=WEEKS_BEFORE), week.first - timedelta(days=1))
        if earlier.first < detail.first or week.last > detail.last:
            continue
        now, before = (work_out(figure, Part.of(detail.of(p.first, p.last), len(p.days))) for p in (week, earlier))
        moved = change(figure, now, before)
        if moved.real and not moved.better:
            found.append(week.name)
    return tuple(found)
