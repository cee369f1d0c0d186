"""What belongs to listening: what was played, as the player reports it, and the rest of a long transcript."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from hw.messages import UserError
from quality.reviewing.listens import Listens
from webui.access import EVERYONE, allow
from webui.context import box, call_or_404, person, row_or_404
from webui.desk.callpage import rest_of_talk
from webui.languages import language

blueprint = Blueprint("listens", __name__)


@blueprint.get("/calls/<uuid:call_id>/talk")
@allow(*EVERYONE)
def talk(call_id: object) -> ResponseReturnValue:
    """The entries of a long transcript that did not come with its page."""
    return rest_of_talk(call_or_404(str(call_id)))


@blueprint.post("/calls/<uuid:call_id>/heard")
@allow(*EVERYONE)
def heard(call_id: object) -> ResponseReturnValue:
    """spans: "0.0-5.2,9-12", seconds → {"share": how much of the call this person has heard}. That it was listened to at all is in
    the audit log by then: the sound is not sent before (webui.audio)."""
    row = row_or_404(str(call_id))
    try:
        share = Listens(box().store).heard(row.id, person().account, _spans(request.form.get("spans", "")))
    except UserError as error:
        return jsonify(problem=error.message.text(language())), 422
    return jsonify(share=round(share, 3))


def _spans(text: str) -> list[tuple[float, float]]:
    """What cannot be read is left out; quality refuses when nothing is left."""
    found = []
    for piece in text.split(","):
        start, _, end = piece.partition("-")
        try:
            found.append((float(start), float(end)))
        except ValueError:
            continue
    return [(start, end) for start, end in found if 0 <= start < end < 1e6]
