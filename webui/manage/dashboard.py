"""The dashboard: five minutes on Friday."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.managing.dashboard import Compared, Dashboard, latest
from quality.managing.duties import Duties, duties
from quality.periods import EXAMPLES, Period, parse
from quality.reports.page import verdict
from quality.weekly.week import Week
from webui.access import allow
from webui.context import box, person
from webui.languages import language
from webui.manage import numbers
from webui.manage.boards import board
from webui.manage.plots import Plot, Share, funnel_plot, line_plot
from webui.manage.room import TRAINING, blueprint, report_box, say, team_or_404, teams

KINDS = tuple(EXAMPLES)


@dataclass(frozen=True)
class Picked:
    """What the address asks for. teams: the groups shown, None: all. problem: what could not be read."""

    period: Period
    team: str
    teams: frozenset[str] | None
    problem: str = ""

    def address(self, period: Period, endpoint: str = "manage.dashboard", **more: str) -> str:
        """The same page of another period."""
        parts: dict[str, Any] = {"kind": period.kind, "period": period.name, "team": self.team or None, **more}
        return url_for(endpoint, **parts)


def picked() -> Picked:
    """The period and the group of the address; the week of yesterday when it names none."""
    kind = request.args.get("kind", "week")
    kind = kind if kind in KINDS else "week"
    team, text, problem = request.args.get("team", "").strip(), request.args.get("period", "").strip(), ""
    period = latest(report_box(), kind)
    try:
        period = parse(kind, text) if text else period
    except UserError as error:
        problem = error.message.text(language())
    shown = frozenset({team_or_404(team)}) if team else person().scope.groups
    return Picked(period, team, shown, problem)


@blueprint.get("/dashboard")
@allow(*TRAINING)
def dashboard() -> ResponseReturnValue:
    """The figures of a period, everything beside the period before, every number a way to its calls."""
    asked = picked()
    shown = board(report_box(), asked.period, asked.teams, fresh="fresh" in request.args)
    return render_template(
        "manage/dashboard.html", asked=asked, board=shown, kinds=KINDS, teams=teams(), due=_due(), numbers=numbers, say=say,
        verdict=verdict, trend=trend_plot(shown), funnel=funnel(shown.agents, shown.pass_rate),
        calls=partial(numbers.calls_address, asked.period.first, asked.period.last), kind_name=kind_name, week=Week.of,
    )  # fmt: skip


def _due() -> Duties:
    return duties(box().store, box().settings.site.timezone, person().scope)


def kind_name(kind: str) -> str:
    """day, week, month, quarter."""
    names: dict[str, str] = {
        "day": gettext("Day"), "week": gettext("Week"), "month": gettext("Month"), "quarter": gettext("Quarter"),
    }  # fmt: skip
    return names[kind]


def trend_plot(shown: Dashboard) -> Plot:
    """The pass rate of the weeks."""
    points = []
    for point in shown.trend:
        value = point.passed
        text = f"{point.period.name}: {numbers.key_text(value.value, 'percent')} ({value.volume})"
        kind = "open" if point.partly else ""
        points.append(Share(point.period.name[5:], value.value, value.low, value.high, value.volume, kind, text))
    return line_plot(points)


def funnel(rows: tuple[Compared, ...], centre: float | None) -> Plot:
    """Everybody's pass rate over how many of their calls were listened to."""
    points = []
    for row in rows:
        text = f"{row.key} {row.name}: {numbers.key_text(row.passed.value, 'percent')} ({row.passed.volume})"
        points.append(
            Share(row.key, row.passed.value, row.passed.low, row.passed.high, row.passed.volume, standing_class(row), text)
        )  # fmt: skip
    return funnel_plot(points, centre)


def standing_class(row: Compared) -> str:
    """How somebody who differs from the others by more than chance is drawn; "" for everybody else."""
    if row.standing is None or not row.standing.out:
        return ""
    return "worse" if row.standing.worse else "better"
