"""One of the 23: what it is, by day, group and agent, with the calls behind it."""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from quality.figures.book import Figure
from quality.figures.detail import DailyDetail
from quality.figures.sheet import Line, Subject, sheet_of
from quality.figures.standing import standings
from quality.periods import EXAMPLES, Period, period_of
from quality.reports.facts import Facts
from quality.reports.keptfacts import gather_kept
from webui.access import allow
from webui.manage import numbers
from webui.manage.dashboard import kind_name, picked
from webui.manage.room import TRAINING, blueprint, report_box, say, teams


@blueprint.get("/figures/<figure>")
@allow(*TRAINING)
def figure(figure: str) -> ResponseReturnValue:
    """A figure of a period for the centre, its groups, its agents and each day, with what it leaves out."""
    asked = picked()
    kept = gather_kept(report_box(), asked.period, teams=asked.teams)
    facts = kept.facts
    own = next((one for one in facts.figures if one.id == figure), None)
    if own is None:
        abort(404)
    periods = [asked.period.before, asked.period]
    by = {level: sheet_of(facts.detail, periods, level, [own]) for level in ("centre", "group", "agent")}
    out = {s.subject.key: s for s in standings(by["agent"], [own])[own.id]}
    return render_template(
        "manage/figure.html", figure=own, asked=asked, kinds=tuple(EXAMPLES), kind_name=kind_name, teams=teams(), numbers=numbers,
        say=say, whole=_whole(by["centre"].subjects, by["group"].subjects, asked.team), groups=_told(by["group"].subjects),
        agents=_told(by["agent"].subjects), out=out, days=_days(facts, own.id), as_of=kept.as_of, missing=len(kept.missing),
        filter=numbers.OF_FIGURE.get(own.id, {}), calls=partial(numbers.calls_address, asked.period.first, asked.period.last),
        calls_of=numbers.calls_address,
    )  # fmt: skip


def _whole(centre: tuple[Subject, ...], groups: tuple[Subject, ...], team: str) -> Line:
    found = next((s for s in groups if s.key == team), None) if team else None
    return (found or centre[0]).lines[0]


def _told(subjects: tuple[Subject, ...]) -> list[Subject]:
    return [s for s in subjects if s.key and (s.lines[0].value.volume or s.lines[0].value.value is not None)]


def _days(facts: Facts, figure: str) -> list[tuple[date, Line]]:
    """Day by day; by weeks in a quarter."""
    own = next(one for one in facts.figures if one.id == figure)
    kind = "week" if facts.period.kind == "quarter" else "day"
    first = period_of(kind, facts.period.first)
    found: list[tuple[date, Line]] = []
    while first.first <= facts.period.last:
        if facts.detail.knows(first.first, first.last):
            found.append((first.first, _line(facts.detail, first, own)))
        first = first.after
    return found


def _line(detail: DailyDetail, period: Period, figure: Figure) -> Line:
    return sheet_of(detail, [period.before, period], figures=[figure]).subjects[0].lines[0]
