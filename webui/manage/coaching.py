"""Coaching: what an agent is to do, whether it was done, and the later call that shows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import REVIEWERS, STAFF
from quality.access.users import User, Users
from quality.forms.store import Forms
from quality.improving.coaching import Coaching, CoachingTasks
from webui.access import allow
from webui.context import box, person
from webui.manage.room import agent_or_404, agents, asked, blueprint, carried_out, day_field, say, today

DUE = timedelta(days=14)
SHOWN = 300


@blueprint.route("/coaching", methods=["GET", "POST"])
@allow(*STAFF)
def coaching() -> ResponseReturnValue:
    """Every task of the agents one may see, open ones first; and the form for a new one."""
    if request.method == "GET":
        return _listing()
    return carried_out(_set, gettext("The task is set; the agent sees it."), url_for("manage.coaching"), _listing)


@blueprint.post("/coaching/<uuid:key>/<any(done, follow, settle):step>")
@allow(*STAFF)
def coaching_step(key: object, step: str) -> ResponseReturnValue:
    """Done; a later call given to somebody to look at; improved or not by that call's review."""
    task = CoachingTasks(box().store).get(str(key))
    agent_or_404(task.agent_id)
    told = {
        "done": gettext("Marked as done."), "follow": gettext("A later call is given out to look at."),
        "settle": gettext("The follow-up is settled."),
    }  # fmt: skip
    return carried_out(_STEPS[step](task), told[step], url_for("manage.coaching"), _listing)


def _set() -> object:
    form = request.form
    agent = agent_or_404(form.get("agent", "").strip())
    call = form.get("call", "").strip() or None
    return CoachingTasks(box().store).set(
        agent.id, form.get("task", ""), day_field(form, "due_on"), person().account, item=form.get("item", ""), call_id=call,
        form_id=Forms(box().store).current().id,
    )  # fmt: skip


def _done(task: Coaching) -> Callable[[], object]:
    return lambda: CoachingTasks(box().store).done(task.id, person().account)


def _follow(task: Coaching) -> Callable[[], object]:
    def act() -> object:
        found = next((user for user in reviewers() if user.id == request.form.get("inspector")), None)
        if found is None:
            raise UserError("Choose who looks at the later call.", "请选择跟进的质检员。")
        return CoachingTasks(box().store).follow_up(task.id, found, person().account, int(time.time()))

    return act


def _settle(task: Coaching) -> Callable[[], object]:
    return lambda: CoachingTasks(box().store).settle(task.id, person().account)


_STEPS: dict[str, Callable[[Coaching], Callable[[], object]]] = {"done": _done, "follow": _follow, "settle": _settle}


def reviewers() -> list[User]:
    """Accounts that may be given calls."""
    return [user for user in Users(box().store).list() if user.role in REVIEWERS and not user.disabled]


def _listing(problem: str = "") -> str:
    known, form = agents(), Forms(box().store).current()
    tasks = [task for task in CoachingTasks(box().store).every() if task.agent_id in known or person().scope.everything]
    chosen = asked("agent")
    tasks = [task for task in tasks if not chosen or task.agent_id == chosen]
    opened = [task for task in tasks if task.state in ("open", "done")]
    rest = sorted((t for t in tasks if t.state not in ("open", "done")), key=lambda t: -t.set_at)[:SHOWN]
    return render_template(
        "manage/coaching.html", open=opened[:SHOWN], settled=rest, agents=known, form=form, problem=problem, today=today(),
        reviewers=reviewers(), due_on=request.form.get("due_on") or today() + DUE, say=say, given=request.form,
        agent=request.form.get("agent") or chosen, call=request.form.get("call") or asked("call"),
        item=request.form.get("item") or asked("item"),
    )  # fmt: skip
