"""Calibrations: set up, rated blind, differences first, decided."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS, REVIEWERS
from quality.access.users import User, Users
from quality.calibrating.bias import calibration_bias
from quality.calibrating.calibration import Calibration, Calibrations, agreement
from quality.calls.filter import day_start
from quality.reviewing.check import Marks
from webui.access import allow
from webui.context import box, call_or_404, person, views
from webui.desk.filled import filled
from webui.manage.room import asked, blueprint, carried_out, day_field, say, today

LOOK_BACK = timedelta(days=180)
DUE = timedelta(days=7)


def store_calibrations() -> Calibrations:
    """The box's."""
    return Calibrations(box().store, box().settings.quality.calibration_points)


@blueprint.route("/calibrations", methods=["GET", "POST"])
@allow(*REVIEWERS)
def calibrations() -> ResponseReturnValue:
    """Those to rate, the closed ones of half a year with the agreement, and the form to set one up."""
    if request.method == "GET":
        return _listing()
    return carried_out(_open, gettext("The calibration is set up; everybody rates without seeing the others."),
                       url_for("manage.calibrations"), _listing)  # fmt: skip


@blueprint.get("/calibrations/<uuid:key>")
@allow(*REVIEWERS)
def calibration(key: object) -> ResponseReturnValue:
    """One: the form to rate, or what came of it."""
    return _page(_held(str(key)))


@blueprint.post("/calibrations/<uuid:key>/rate")
@allow(*REVIEWERS)
def rate(key: object) -> ResponseReturnValue:
    """Hand in one's own grades, once."""
    held, marks = _held(str(key)), filled()
    return carried_out(
        lambda: store_calibrations().submit(held.id, person().account, marks), gettext("Your rating is handed in."),
        url_for("manage.calibration", key=held.id), lambda problem: _page(held, marks, problem),
    )  # fmt: skip


@blueprint.post("/calibrations/<uuid:key>/close")
@allow(*LEADS)
def close(key: object) -> ResponseReturnValue:
    """The lead settles what is left open."""
    held = _held(str(key))
    settled = {item: grade for item, grade in filled().grades.items() if grade}
    said = request.form.get("decision", "")
    return carried_out(
        lambda: store_calibrations().close(held.id, person().account, said, settled), gettext("The calibration is closed."),
        url_for("manage.calibration", key=held.id), lambda problem: _page(held, None, problem),
    )  # fmt: skip


def _open() -> object:
    call_id = request.form.get("call", "").strip().rpartition("/")[2].partition("?")[0].partition("#")[0]
    call = views().call(call_id)
    if call is None or not person().scope.sees_call(call.row.agent_id, call.row.team):
        raise UserError("There is no such call: copy its address or number here.", "没有此通话：请复制该通话的网址或编号。")
    raters = [user for user in _raters() if user.id in request.form.getlist("rater")]
    return store_calibrations().open(call_id, raters, day_field(request.form, "due_on"), person().account)


def _raters() -> list[User]:
    return [user for user in Users(box().store).list() if user.role in REVIEWERS and not user.disabled]


def _listing(problem: str = "") -> str:
    kept, zone = store_calibrations(), ZoneInfo(box().settings.site.timezone)
    since, until = day_start(today() - LOOK_BACK, zone), day_start(today() + timedelta(days=1), zone)
    every = [_blind(c) for c in kept.between(since, until) if _may_see(c)]
    closed = [c for c in every if c.closed_at is not None]
    open_ones = [_blind(c) for c in kept.standing() if _may_see(c)]
    return render_template(
        "manage/calibrations.html", open=open_ones, closed=closed[::-1], agreement=agreement(closed),
        biases=calibration_bias(closed) if person().role in LEADS else [], raters=_raters(),
        problem=problem, today=today(), due_on=today() + DUE, call=request.form.get("call") or asked("call"),
        mine=person().account.id,
    )  # fmt: skip


def _held(key: str) -> Calibration:
    held = store_calibrations().get(key)
    if not any(r.rater_id == person().account.id for r in held.ratings):
        call_or_404(held.call_id)
    return held


def _may_see(held: Calibration) -> bool:
    if person().scope.everything or any(r.rater_id == person().account.id for r in held.ratings):
        return True
    row = next(iter(views().rows([held.call_id])), None)
    return row is not None and person().scope.sees_call(row.agent_id, row.team)


def _blind(held: Calibration) -> Calibration:
    return store_calibrations().blind(held.id, person().account)


def _page(held: Calibration, marks: Marks | None = None, problem: str = "") -> str:
    shown = _blind(held)
    mine = next((r for r in held.ratings if r.rater_id == person().account.id), None)
    items = list(shown.form.items.values())
    first = list(shown.differences)
    ordered = sorted(items, key=lambda item: first.index(item.id) if item.id in first else len(first))
    return render_template(
        "manage/calibration.html", held=shown, mine=mine, items=ordered, differences=shown.differences, given=marks or Marks({}),
        problem=problem, say=say, today=today(),
        may_close=person().role in LEADS and shown.closed_at is None and (mine is None or bool(mine.submitted_at)),
    )  # fmt: skip
