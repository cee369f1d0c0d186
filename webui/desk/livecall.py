"""The call page of a call that goes on: what was understood so far, asked for by its script every two seconds."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from quality.calls.livecall import DONE, LiveCall, live_call
from quality.calls.rows import CallRow
from webui.access import EVERYONE, allow
from webui.context import box, row_or_404
from webui.desk.words import words
from webui.fields import whole

blueprint = Blueprint("livecalls", __name__)


@blueprint.get("/calls/<uuid:call_id>/live")
@allow(*EVERYONE)
def so_far(call_id: object) -> ResponseReturnValue:
    """What was understood after utterance `after` (its number), as pieces of the page: those of ids take the place of what stands
    there, utterances are added. 204 while there is nothing new; stage: what the page shows."""
    row = row_or_404(str(call_id))
    after = whole(request.args.get("after", ""), 0)
    live = live_call(box().settings, row)
    if live.stage == request.args.get("stage") and live.last <= after:
        return Response(status=204)
    return render_template("desk/livepiece.html", live=live, row=row, news=live.after(after), say=words())


def live_context(row: CallRow) -> dict[str, LiveCall | None]:
    """The template's variable: None for a call whose analysis is there, or of which nothing is ever understood before."""
    if row.scores is not None or row.state == "unanswered":
        return {"live": None}
    live = live_call(box().settings, row)
    return {"live": live if live.stage != DONE and (live.said or row.state == "recording") else None}
