"""Mystery calls (内部拨测): the bank of questions, the plan, the result sheets, the figures. For coaching, not for pay."""

from __future__ import annotations

import time
from datetime import date, timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import STAFF
from quality.mystery.calls import MysteryCalls
from quality.mystery.plan import Means
from quality.mystery.questions import Questions
from quality.periods import Period, parse, period_of
from webui.access import allow
from webui.context import box, person
from webui.fields import whole
from webui.languages import language
from webui.manage.room import agent_or_404, agents, asked, blueprint, carried_out, day_field, number_field, say, today


def store_mystery() -> MysteryCalls:
    """The box's."""
    return MysteryCalls(box().store, box().settings.site.timezone)


@blueprint.get("/mystery")
@allow(*STAFF)
def mystery() -> ResponseReturnValue:
    """A week: its plan with result sheets, its figures; the bank of questions."""
    return _page()


@blueprint.post("/mystery/questions")
@allow(*STAFF)
def propose() -> ResponseReturnValue:
    """A question for the bank; somebody else approves it."""
    form = request.form
    return carried_out(
        lambda: Questions(box().store).propose(
            form.get("topic", ""), form.get("question", ""), form.get("answer", ""), person().account
        ),
        gettext("The question waits for somebody else to approve it."), url_for("manage.mystery", _anchor="bank"), _page,
    )  # fmt: skip


@blueprint.post("/mystery/questions/<uuid:key>/<any(approve, refuse, retire):step>")
@allow(*STAFF)
def question_step(key: object, step: str) -> ResponseReturnValue:
    """Approved, refused, asked no more."""
    kept, user = Questions(box().store), person().account

    def act() -> object:
        return kept.retire(str(key), user) if step == "retire" else kept.review(str(key), step == "approve", user)

    return carried_out(act, gettext("Noted."), url_for("manage.mystery", _anchor="bank"), _page)


@blueprint.post("/mystery/plan")
@allow(*STAFF)
def mystery_plan() -> ResponseReturnValue:
    """Plan a week of calls."""
    return carried_out(_plan, gettext("The calls are planned."), url_for("manage.mystery", period=request.form.get("week")), _page)


@blueprint.post("/mystery/<uuid:key>/judge")
@allow(*STAFF)
def judge(key: object) -> ResponseReturnValue:
    """The result sheet of one call."""
    call, form = store_mystery().get(str(key)), request.form
    agent_or_404(call.agent_id)

    def act() -> None:
        score = number_field(form, "score", 0, 100)
        sheet = {"note": form.get("note", "").strip()[:2000]}
        store_mystery().judge(call.id, form.get("correct") == "yes", score, person().account, sheet)

    return carried_out(act, gettext("The sheet is kept."), url_for("manage.mystery", period=asked("period") or None), _page)


def _plan() -> object:
    form = request.form
    first = day_field(form, "first")
    if first < today():
        raise UserError(f"{first} is over already.", f"{first} 已过。")
    numbers = form.get("numbers", "").replace("，", " ").replace(",", " ").split()
    questions = [question.id for question in Questions(box().store).list("approved")]
    means = Means(list(agents()), questions, numbers, _hours("hours", "9-18"), _hours("peaks", ""))
    count = int(number_field(form, "count", 1, 1000))
    return store_mystery().plan(first, means, person().account, days=7, count=count, seed=int(time.time()))


def _hours(name: str, usual: str) -> list[int]:
    """ "9-12, 14" → 9, 10, 11, 14: the end of a run is not in it. Raises UserError."""
    found: list[int] = []
    text = (request.form.get(name, "").strip() or usual).replace("，", ",").replace("–", "-")
    for piece in filter(None, (part.strip() for part in text.split(","))):
        first, _, end = piece.partition("-")
        if whole(first, 24) > 23 or (end and whole(end, 25) > 24):
            raise UserError(f"“{piece}” are no hours. Write them like 9-12, 14-18.", f"“{piece}”不是有效时段，请写成 9-12, 14-18。")
        found += range(int(first), int(end)) if end else [int(first)]
    return found


def _period() -> tuple[Period, str]:
    text = asked("period")
    try:
        return (parse("week", text) if text else period_of("week", today())), ""
    except UserError as error:
        return period_of("week", today()), error.message.text(language())


def _page(problem: str = "") -> str:
    period, wrong = _period()
    known, bank = agents(), Questions(box().store).list()
    calls = [call for call in store_mystery().between(period.first, period.last) if _may_see(call.agent_id, known)]
    return render_template(
        "manage/mystery.html", period=period, calls=calls, bank=bank,
        figures=store_mystery().figures(period.first, period.last, None if person().scope.everything else known),
        questions={question.id: question for question in bank}, agents=known, problem=problem or wrong, say=say, given=request.form,
        first=_next_monday(),
    )  # fmt: skip


def _may_see(agent: str, known: object) -> bool:
    return person().scope.everything or (isinstance(known, dict) and agent in known)


def _next_monday() -> date:
    return today() + timedelta(days=7 - today().weekday())
