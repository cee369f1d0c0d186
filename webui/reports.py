"""The weekly summary: looked at, and taken away as a file."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from hw.messages import UserError
from quality.access.roles import STAFF
from quality.calls.filter import CallFilter
from quality.calls.rows import CallRow
from quality.periods import period_of
from quality.reports.build import build
from quality.reports.csvfile import csv_bytes
from quality.reports.facts import Box
from quality.reports.workbook import xlsx
from quality.weekly.figures import RuleCount, grouped, rule_counts
from quality.weekly.page import WeeklySummary, weekly_summary
from quality.weekly.week import Week
from webui.access import allow
from webui.context import box, person, views
from webui.formats import local
from webui.languages import language
from webui.safety.noting import taken

blueprint = Blueprint("reports", __name__)

TOP_RULES = 2  # named beside each agent and team
FILES = {
    "xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (csv_bytes, "text/csv"),
}


@blueprint.get("/weekly")
@allow(*STAFF)
def weekly() -> ResponseReturnValue:
    """A week's figures; without a week the latest that has calls."""
    asked = request.args.get("week", "").strip()
    week = Week.parse(asked) if asked else _latest_week()
    summary = _summary(week)
    return render_template(
        "weekly.html", week=week, title=period_of("week", week.first).title.text(language()),
        before=_weeks_on(week, -1), after=_weeks_on(week, 1), summary=summary,
        most_calls=max([group.figures.calls for group in summary.days] + [1]), day_name=_day_name, week_calls=partial(_calls, week),
        top_agent=_top_rules(summary, lambda row: row.agent_id or ""), top_team=_top_rules(summary, lambda row: row.team),
    )  # fmt: skip


@blueprint.get("/weekly/<week>.<any(xlsx, csv):kind>")
@allow(*STAFF)
def download(week: str, kind: str) -> ResponseReturnValue:
    """The same as a file, which is of the whole centre: not for who is bound to groups."""
    if not person().scope.everything:
        abort(403)
    try:
        chosen = Week.parse(week)
    except UserError:
        abort(404)
    made, mimetype = FILES[kind]
    report = build(Box.of(box().settings), "weekly", period_of("week", chosen.first))
    answer = Response(made(report, language()), mimetype=mimetype)
    taken("report.download", f"weekly {chosen.name}", {"format": kind})
    answer.headers.set("Content-Disposition", "attachment", filename=f"callbox-{chosen.name}.{kind}")
    return answer


def _summary(week: Week) -> WeeklySummary:
    return weekly_summary(box().store, week, box().settings.site.timezone, rulebook=_rulebook(), scope=person().scope,
                          company=box().settings.site.company)


def _rulebook() -> Path | None:
    own = box().settings.analysis.rulebook
    return Path(own) if own else None


def _top_rules(summary: WeeklySummary, key: Callable[[CallRow], str]) -> dict[str, tuple[RuleCount, ...]]:
    """The rules that each agent or team broke most."""
    groups = grouped(summary.detail, lambda detail: key(detail.row))
    return {name: tuple(rule_counts(details)[:TOP_RULES]) for name, details in groups.items()}


def _latest_week() -> Week:
    rows = views().list_calls(CallFilter(scope=person().scope), limit=1).rows
    return Week.of(local(rows[0].started_at).date()) if rows else Week.of(local(time.time()).date())


def _weeks_on(week: Week, weeks: int) -> Week:
    return Week(week.first + timedelta(weeks=weeks))


def _day_name(key: str) -> str:
    return str(format_date(date.fromisoformat(key), "EEE MM-dd"))


def _calls(week: Week, **filters: str) -> str:
    """The list of the week's calls that a figure was counted from."""
    parts: dict[str, Any] = {"since": week.first.isoformat(), "until": week.last.isoformat(), **filters}
    return url_for("calls.listing", **parts)
