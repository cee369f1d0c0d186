"""A stretch of a call sent to the case library; its call is then kept as long as the case stands."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from hw.messages import UserError
from quality.access.roles import STAFF
from quality.improving.cases import Case, Cases, CaseText, Clip
from webui.access import allow
from webui.context import box, person, row_or_404
from webui.desk.filled import seconds
from webui.languages import language

blueprint = Blueprint("clips", __name__)

OFFERED = 30
"""The newest cases, to which a clip may be added."""


@blueprint.get("/calls/<uuid:call_id>/clip")
@allow(*STAFF)
def form(call_id: object) -> ResponseReturnValue:
    """The form for the page's dialog."""
    row = row_or_404(str(call_id))
    return render_template("desk/clipform.html", row=row, cases=Cases(box().store).browse()[:OFFERED])


@blueprint.post("/calls/<uuid:call_id>/clip")
@allow(*STAFF)
def send(call_id: object) -> ResponseReturnValue:
    """start, end: seconds, caption; case: an existing one, or title, problem, solution, effect, good, tags of a new one. Answers
    with a sentence for the dialog."""
    row = row_or_404(str(call_id))
    clip = Clip(row.id, seconds("start"), seconds("end"), request.form.get("caption", "")[:200])
    try:
        case = _send(clip)
    except UserError as error:
        return error.message.text(language()), 422
    return render_template("desk/clipsent.html", case=case)


def _send(clip: Clip) -> Case:
    cases, key = Cases(box().store), request.form.get("case", "")
    if not key:
        return cases.add(_new(clip), person().account)
    held = cases.get(key)
    return cases.change(held, replace(held.text, clips=(*held.text.clips, clip)), person().account)


def _new(clip: Clip) -> CaseText:
    def text(name: str) -> str:
        return request.form.get(name, "").strip()

    tags = tuple(text("tags").replace("，", " ").replace(",", " ").split())
    return CaseText(text("title"), text("problem"), text("solution"), text("effect"), bool(text("good")), tags, (clip,))
