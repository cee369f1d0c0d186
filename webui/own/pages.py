"""An agent's own pages: how I am doing, my reviews, what I am to practise. Nothing of others."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from quality.calls.filter import day_start
from quality.calls.rows import CallView
from quality.forms.assess import assess
from quality.forms.automatic import Automatic
from quality.forms.form import Form
from quality.forms.store import Forms
from quality.improving.cases import Cases
from quality.improving.coaching import CoachingTasks
from quality.managing.ownview import (
    LEAST_OTHERS,
    Means,
    Week,
    centre_means,
    lost,
    may_appeal,
    own_reviews,
    own_weeks,
    parted,
    strong_items,
)
from quality.reviewing.appeals import Appeals
from quality.reviewing.correctedresults import CorrectedResult, corrected_view
from quality.reviewing.labels import Labels
from quality.reviewing.notes import Notes
from quality.reviewing.reviews import Review, Reviews
from webui.access import allow
from webui.context import box, call_or_404, not_yours, person
from webui.corrected import corrected_of
from webui.manage.numbers import key_text
from webui.manage.plots import Plot, Share, line_plot
from webui.manage.room import carried_out, report_box, say, today

blueprint = Blueprint("own", __name__)

LOOK_BACK = timedelta(days=92)
MONTH = timedelta(days=30)
KEPT_S = 300.0
"""Seconds for which the weeks of the centre are kept: everybody's page is made from the same."""
_kept: dict[str, tuple[float, Means]] = {}
_lock = threading.Lock()


@blueprint.get("/own")
@allow("agent")
def home() -> ResponseReturnValue:
    """The day's beginning: what is new, the curve, what was good, what to practise."""
    return _home()


@blueprint.get("/own/reviews/<uuid:call_id>")
@allow("agent")
def review(call_id: object) -> ResponseReturnValue:
    """One review of an own call: what was good, what to do otherwise, and what one may say to it."""
    return _review(str(call_id))


@blueprint.post("/own/reviews/<uuid:call_id>/acknowledge")
@allow("agent")
def acknowledge(call_id: object) -> ResponseReturnValue:
    """I have seen it."""
    call = call_or_404(str(call_id))
    return carried_out(
        lambda: _appeals().acknowledge(call.row.id, person().account, request.form.get("comment", "")[:2000]),
        gettext("Thank you. Your inspector sees that you have read it."), url_for("own.review", call_id=call.row.id),
        lambda problem: _review(call.row.id, problem),
    )  # fmt: skip


@blueprint.post("/own/reviews/<uuid:call_id>/appeal")
@allow("agent")
def appeal(call_id: object) -> ResponseReturnValue:
    """I see it otherwise, and why."""
    call = call_or_404(str(call_id))
    return carried_out(
        lambda: _appeals().file(call.row.id, person().account, request.form.get("reason", "")[:4000]),
        gettext("Your appeal is filed. A lead who did not give the review decides."), url_for("own.review", call_id=call.row.id),
        lambda problem: _review(call.row.id, problem),
    )  # fmt: skip


@blueprint.post("/own/coaching/<uuid:key>/done")
@allow("agent")
def task_done(key: object) -> ResponseReturnValue:
    """I have done the task."""
    tasks = CoachingTasks(box().store)
    task = tasks.get(str(key))
    if task.agent_id != person().account.agent_id:
        not_yours(task.id)
    return carried_out(lambda: tasks.done(task.id, person().account), gettext("Well done. A later call shows whether it helped."),
                       url_for("own.home"), _home)  # fmt: skip


def _home(problem: str = "") -> str:
    store, agent, zone = box().store, person().account.agent_id or "", ZoneInfo(box().settings.site.timezone)
    form = Forms(store).current()
    since = day_start(today() - LOOK_BACK, zone)
    reviews = own_reviews(store, agent, since) if agent else []
    weeks = own_weeks(_means(), agent) if agent else []
    automatic = Automatic(store, box().settings.site.timezone, box().settings.quality)
    mean, scored = automatic.mean_of(agent, day_start(today() - MONTH, zone)) if agent else (None, 0)
    tasks = CoachingTasks(store).of_agent(agent) if agent else []
    return render_template(
        "own/home.html", reviews=reviews, fresh=[r for r in reviews if not r.seen], weeks=weeks, curve=own_plot(weeks), say=say,
        strong=strong_items(store, reviews[:10], form), form=form, tasks=[t for t in tasks if t.state in ("open", "done")],
        past=[t for t in tasks if t.state in ("improved", "not_improved")], today=today(), mean=mean, scored=scored,
        problem=problem, cases=Cases(store).browse(for_agents=True)[:3], key_text=key_text, least=LEAST_OTHERS, bound=bool(agent),
    )  # fmt: skip


def own_plot(weeks: list[Week]) -> Plot:
    """Own weekly means as dots and a line, the group's median as a dashed one."""
    both = [w.score for w in weeks if w.score is not None] + [w.group for w in weeks if w.group is not None]
    own = [
        Share(w.period.name[5:], None if w.score is None else w.score / 100, None, None, w.reviewed, "own",
              f"{w.period.name}: {w.score:.1f}" if w.score is not None else "")
        for w in weeks
    ]  # fmt: skip
    group = [Share(w.period.name[5:], None if w.group is None else w.group / 100, None, None, 0) for w in weeks]
    low, high = min(both, default=0.0) / 100, max(both, default=100.0) / 100
    drawn, beside = line_plot(own, (low, high), ""), line_plot(group, (low, high), "")
    lines = tuple((("second" if name == "line" else name), points) for name, points in beside.lines)
    return Plot(drawn.dots, (*lines, *drawn.lines), (), drawn.across, drawn.up)


def _review(call_id: str, problem: str = "") -> str:
    call = call_or_404(call_id)
    store, found = box().store, Reviews(box().store).latest(call_id)
    if found is None:
        scores = Automatic(store, box().settings.site.timezone, box().settings.quality)
        automatic = scores.of_call(call_id)
        if automatic is None:
            abort(404)
        own = scores.before_correction(call, automatic)
        return render_template("own/automatic.html", call=call, automatic=automatic, own=own, held=corrected_of(call))
    form, held = _form(found), corrected_of(call)
    good, rest = parted(found, form)
    appeals = _appeals()
    return render_template(
        "own/review.html", call=call, review=found, form=form, good=good, rest=rest, lost=lost(found, form), say=say,
        problem=problem, notes=Notes(store).of_call(call_id), seen=appeals.acknowledgement(found.id),
        appeals=appeals.of_call(call_id), last_day=appeals.last_day(found),
        may_appeal=may_appeal(appeals, found, person().account, today()), given=request.form,
        taboos=[taboo for taboo in form.taboos if taboo.id in found.taboos], held=held,
        machine_after=_machine_after(call, form, held),
    )  # fmt: skip


def _machine_after(call: CallView, form: Form, held: CorrectedResult | None) -> float | None:
    """The machine's form score with what people have put right."""
    labels = Labels(box().store).of_call(call.row.id)
    return assess(form, corrected_view(call, held, labels)).score if labels and call.row.scores else None


def _form(found: Review) -> Form:
    forms = Forms(box().store)
    return forms.get(found.form_id, found.form_version) or forms.current()


def _appeals() -> Appeals:
    settings = box().settings
    return Appeals(box().store, settings.site.timezone, settings.quality)


def _means() -> Means:
    key = str(box().store)
    with _lock:
        kept = _kept.get(key)
        if kept is None or time.monotonic() - kept[0] > KEPT_S:
            kept = _kept[key] = (time.monotonic(), centre_means(report_box()))
    return kept[1]
