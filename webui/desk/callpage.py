"""The call page: everything known of one call, with the form beside it."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext

from hw.messages import UserError
from quality.callrows import CallView
from recorder.audiofiles import AudioDeletedError, open_call
from webui.context import box
from webui.deleted import deleted_text
from webui.desk.reviewform import review_context
from webui.desk.talk import duration, marks_of_hits, marks_of_mood, talk
from webui.languages import language


def call_page(call: CallView, **changes: object) -> str:
    """The page; `changes` replace parts of what the form shows, after a review that could not be saved."""
    total = duration(call)
    no_sound = _no_sound(call)
    sides = [side for side in ("agent", "customer", "mixed") if any(said.side == side for said in call.utterances)]
    points = {index: [off for off in call.deductions if off.hit == index] for index in range(len(call.hits))}
    context = {
        "call": call, "row": call.row, "total": total, "talk": talk(call), "points": points,
        "audible": no_sound is None, "no_sound": no_sound, "hit_marks": list(marks_of_hits(call, total)),
        "moods": [(side, list(marks_of_mood(call, side, total))) for side in sides],
        **review_context(call), **changes,
    }  # fmt: skip
    return render_template("desk/call.html", **context)


def _no_sound(call: CallView) -> str | None:
    """Why there is nothing to hear, or None when there is."""
    if call.row.state == "recording":
        return str(gettext("This call is still being recorded. It can be heard a moment after it has ended."))
    if not call.parts:
        return str(gettext("There is no recording: nobody answered this call."))
    try:
        open_call(box().store, call.row.id).close()
    except AudioDeletedError as error:
        return deleted_text(error.tombstone).text(language())
    except UserError as error:
        return error.message.text(language())
    return None
