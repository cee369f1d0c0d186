"""The call page: everything known of one call, with the form beside it; and pieces of it, for what changes while it is open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask_babel import gettext

from analyzer.result import Hit
from hw.messages import UserError
from quality.access.roles import LEADS, STAFF
from quality.calls.rows import CallView
from quality.reviewing.correctedresults import CorrectedResult
from quality.reviewing.corrections import judged
from quality.reviewing.labels import Label, Labels
from quality.reviewing.listens import Listens
from quality.reviewing.notes import Note, Notes
from recorder.audio.files import AudioDeletedError, open_call
from webui.audio import without_place
from webui.context import box, person
from webui.corrected import corrected_results
from webui.deleted import deleted_text
from webui.desk.livecall import live_context
from webui.desk.reviewform import review_context
from webui.desk.talk import Turn, duration, marks_of_hits, marks_of_notes, mood_paths, spoken, talk, turns
from webui.desk.words import words
from webui.languages import language
from webui.rulenames import rule_choices

PIECE = "X-Piece"
"""A script of the page sends this header with what it changes, and gets the changed pieces instead of a page."""


FIRST_TURNS = 200
"""Entries of the transcript that come with the page; a script fetches the rest of a long one at once, so that an hour's page is
usable as soon as a minute's."""


@dataclass(frozen=True)
class Overlay:
    """What people have added to a call, and its utterances with it. held: what becomes of hits and scores by it."""

    labels: list[Label]
    held: CorrectedResult | None
    notes: list[Note]
    turns: list[Turn]


def call_page(call: CallView, **changes: object) -> str:
    """The page; `changes` replace parts of what the form shows, after a review that could not be saved."""
    overlay, no_sound = _overlay(call), _no_sound(call)
    said = talk(call, overlay.turns, overlay.notes)
    first = said if "all" in request.args else said[:FIRST_TURNS]
    context = {
        **_lanes(call, overlay), "audible": no_sound is None, "no_sound": no_sound, "spoken": spoken(call),
        "talk": first, "rest": len(said) - len(first), **_doubts(call), "rules": rule_choices() if _may_correct() else (),
        "heard": Listens(box().store).of_call(call.row.id) if _may_correct() else [],
        **_findings(call, overlay), **live_context(call.row), **review_context(call, overlay.labels, overlay.held), **changes,
    }  # fmt: skip
    return render_template("desk/call.html", **context)


def rest_of_talk(call: CallView) -> str:
    """The entries of a long transcript that did not come with the page."""
    overlay = _overlay(call)
    said = talk(call, overlay.turns, overlay.notes)[FIRST_TURNS:]
    return render_template("desk/talk.html", talk=said, row=call.row, say=words(), may_correct=_may_correct(), leads=LEADS)


def wants_piece() -> bool:
    """Whether a script of the page asks."""
    return PIECE in request.headers


def piece(call: CallView, *, turn: int | None = None, hit: int | None = None, note: Note | None = None) -> str:
    """The lanes as they stand now, with the utterance, the finding or the note that has changed: elements that take the place of
    those of the same id."""
    overlay = _overlay(call)
    shown = overlay.turns[turn] if turn is not None else None
    judging = hit is not None or turn is not None
    context = {
        **_lanes(call, overlay), **_findings(call, overlay), "turn": shown, "hit_place": hit, "note": note, "judging": judging,
        **(review_context(call, overlay.labels, overlay.held) if judging else {}),
    }  # fmt: skip
    return render_template("desk/piece.html", **context)


def suggestions_piece(call: CallView) -> str:
    """The suggestions that may be seen now, after another mark was kept."""
    overlay = _overlay(call)
    return render_template("desk/suggestions.html", call=call, row=call.row, **review_context(call, overlay.labels, overlay.held))


def _overlay(call: CallView) -> Overlay:
    labels = Labels(box().store).of_call(call.row.id)
    held = corrected_results().of_call(call, labels)
    return Overlay(labels, held, Notes(box().store).of_call(call.row.id), turns(call, labels))


def _lanes(call: CallView, overlay: Overlay) -> dict[str, object]:
    total, said = duration(call), overlay.turns
    sides = [side for side in ("agent", "customer", "mixed") if any(turn.said.side == side for turn in said)]
    return {
        "call": call, "row": call.row, "total": total, "hit_marks": list(marks_of_hits(call, total, overlay.labels)),
        "note_marks": marks_of_notes(overlay.notes, total),
        "moods": [(side, mood_paths(said, side, total)) for side in sides],
        "may_correct": _may_correct(), "leads": LEADS, "say": words(),
    }  # fmt: skip


def _doubts(call: CallView) -> dict[str, object]:
    """roles_sure: on a mono line how sure it is on the whole who speaks, 0–1. lost_s: seconds of audio lost, not paused."""
    sure = [said.role_confidence for said in call.utterances if said.role_confidence is not None]
    lost_s = sum(gap.duration_s for gap in call.gaps if gap.reason != "paused")
    return {"roles_sure": sum(sure) / len(sure) if sure else None, "lost_s": lost_s}


def _findings(call: CallView, overlay: Overlay) -> dict[str, object]:
    held = overlay.held
    points = {index: [off for off in call.deductions if off.hit == index] for index in range(len(call.hits))}
    added = [(hit, [off for off in held.deductions if off.hit == place]) for place, hit in _added(held)] if held else []
    return {"points": points, "judged": judged(call.hits, overlay.labels), "held": held, "added": added}


def _added(held: CorrectedResult) -> list[tuple[int, Hit]]:
    """What holds by corrections alone."""
    return [(place, hit) for place, hit in enumerate(held.hits) if held.machine[place] is None]


def _may_correct() -> bool:
    return person().role in STAFF


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
        return without_place(error).message.text(language())
    return None
