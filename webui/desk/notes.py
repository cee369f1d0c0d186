"""Notes at a moment of a call."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hw.messages import UserError
from quality.access.roles import STAFF
from quality.reviewing.notes import Notes
from webui.access import allow
from webui.context import box, call_or_404, person, row_or_404
from webui.desk.callpage import piece, wants_piece
from webui.desk.filled import seconds
from webui.languages import language

blueprint = Blueprint("notes", __name__)


@blueprint.post("/calls/<uuid:call_id>/notes")
@allow(*STAFF)
def add(call_id: object) -> ResponseReturnValue:
    """at: seconds, text. To a script the note as it stands in the transcript, and the lanes."""
    call = call_or_404(str(call_id))
    try:
        note = Notes(box().store).add(call.row.id, seconds("at"), request.form.get("text", ""), person().account)
    except UserError as error:
        return _told(call.row.id, error)
    return piece(call, note=note) if wants_piece() else redirect(url_for("calls.page", call_id=call.row.id))


@blueprint.post("/calls/<uuid:call_id>/notes/<uuid:note_id>/remove")
@allow(*STAFF)
def remove(call_id: object, note_id: object) -> ResponseReturnValue:
    """Take a note of this call back."""
    row = row_or_404(str(call_id))
    try:
        notes = Notes(box().store)
        if str(note_id) not in {note.id for note in notes.of_call(row.id)}:
            raise UserError("This note is not there any more.", "该批注已不存在。")
        notes.remove(str(note_id), person().account)
    except UserError as error:
        return _told(row.id, error)
    return piece(call_or_404(row.id)) if wants_piece() else redirect(url_for("calls.page", call_id=row.id))


def _told(call_id: str, error: UserError) -> ResponseReturnValue:
    text = error.message.text(language())
    if wants_piece():
        return text, 422
    flash(text, "error")
    return redirect(url_for("calls.page", call_id=call_id))
