"""状态观察记录表: an agent's three marks, four periods a day: the curves, the sheet, and marking."""

from __future__ import annotations

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import STAFF
from quality.periods import Period, parse, period_of
from quality.reviewing.observation import MACHINE, MARKS, PERIODS, Observations
from webui.access import allow
from webui.context import box, person
from webui.languages import language
from webui.manage.plots import Plot, Share, line_plot
from webui.manage.room import agent_or_404, agents, asked, blueprint, carried_out, day_field, number_field, say, today

KINDS = ("week", "month")
LINES = ("line", "second", "third")


@blueprint.route("/observations", methods=["GET", "POST"])
@allow(*STAFF)
def observations() -> ResponseReturnValue:
    """One agent's sheet of a week or month; marks are sent back to it."""
    if request.method == "GET":
        return _page()
    agent = agent_or_404(request.form.get("agent", ""))
    return carried_out(
        lambda: _mark(agent.id), gettext("The marks are kept."),
        url_for("manage.observations", agent=agent.id, kind=asked("kind") or None, period=asked("period") or None), _page,
    )  # fmt: skip


def _mark(agent: str) -> None:
    form, kept = request.form, Observations(box().store, box().settings.site.timezone)
    day, period = day_field(form, "day"), int(number_field(form, "slot", 1, len(PERIODS)))
    given = {mark: number_field(form, mark, 0, 100) for mark in MARKS if form.get(mark, "").strip()}
    if not given:
        raise UserError("Give at least one mark, 0 to 100.", "请至少填写一项评分（0–100）。")
    if day > today():
        raise UserError(f"{day} has not come yet.", f"{day} 尚未到来。")
    for mark, value in given.items():
        kept.mark(agent, day, period, mark, value, person().account)


def _period() -> tuple[Period, str]:
    kind = asked("kind") if asked("kind") in KINDS else "week"
    try:
        return (parse(kind, asked("period")) if asked("period") else period_of(kind, today())), ""
    except UserError as error:
        return period_of(kind, today()), error.message.text(language())


def _page(problem: str = "") -> str:
    known = agents()
    period, wrong = _period()
    agent = request.values.get("agent", "").strip() or next(iter(known), "")
    shown = agent_or_404(agent) if agent else None
    kept = Observations(box().store, box().settings.site.timezone)
    curve = kept.curve(agent, period.first, period.last) if agent else {}
    return render_template(
        "manage/observations.html", agents=known, agent=shown, period=period, kinds=KINDS, marks=MARKS, slots=PERIODS,
        problem=problem or wrong, say=say, plots=[(MARKS[mark], curve_plot(points)) for mark, points in curve.items()],
        sheet=_sheet(kept, agent, period) if agent else [], today=today(), given=request.form,
    )  # fmt: skip


def curve_plot(points: list[tuple[date, float | None]]) -> Plot:
    """A mark (0–100) day by day."""
    shares = [
        Share(f"{day:%m-%d}", None if value is None else value / 100, None, None, 1, "", f"{day}: {value}") for day, value in points
    ]  # fmt: skip
    return line_plot(shares, unit="")


def _sheet(kept: Observations, agent: str, period: Period) -> list[tuple[date, int, dict[str, tuple[float, str]]]]:
    """By day and period: each mark with who gave it; a person's before the machine's."""
    found: dict[tuple[date, int], dict[str, tuple[float, str]]] = {}
    for one in kept.sheet(agent, period.first, period.last):
        own = found.setdefault((one.day, one.period), {})
        if one.mark not in own or one.by != MACHINE:
            own[one.mark] = (one.value, one.by)
    return [(day, slot, own) for (day, slot), own in sorted(found.items(), reverse=True)]
