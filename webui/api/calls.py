"""Calls through the API: list, details, words, faults, scores, reviews, vCon."""

from __future__ import annotations

from hw.messages import UserError
from quality.calls.filter import CallFilter
from quality.calls.paging import Cursor
from quality.calls.rows import CallView
from quality.exports.vcon import vcon
from quality.reviewing.reviews import Reviews
from webui.api.caller import note_taken, require_scopes
from webui.api.operations import operation
from webui.api.problems import ProblemError
from webui.api.shapes import call as shapes
from webui.api.shapes.base import Text, shaped
from webui.context import box, call_or_404, person, views
from webui.rulenames import rule_message
from webui.search import filters

CALLS = "Calls"


@operation("/calls", tag=CALLS, scopes=("calls:read",), answer=shapes.CallList)
def list_calls(query: shapes.CallQuery) -> shapes.CallList:
    """The calls that fit, a page at a time.

    Pages follow each other by key: calls that come in meanwhile move nothing, and a late page costs what the first one does.
    """
    _check_cursor(query)
    page = views().list_calls(_filter(query), query.after, query.limit, query.sort)
    calls = tuple(map(shapes.Call.model_validate, page.rows))
    return shapes.CallList(calls=calls, next_cursor=page.next_cursor, total=page.total, total_exact=page.total_exact)


@operation("/calls/<uuid:call_id>", tag=CALLS, scopes=("calls:read",), answer=shapes.CallDetail)
def get_call(call_id: object) -> shapes.CallDetail:
    """One call: its facts, audio parts, gaps and measures."""
    call = call_or_404(str(call_id))
    return shapes.CallDetail(
        call=shapes.Call.model_validate(call.row), parts=tuple(map(shapes.Part.model_validate, call.parts)),
        gaps=tuple(map(shapes.Gap.model_validate, call.gaps)), warnings=tuple(map(Text.model_validate, call.warnings)),
        acoustics=call.acoustics, pipeline_version=call.pipeline_version, rulebook_version=call.rulebook_version,
    )  # fmt: skip


@operation("/calls/<uuid:call_id>/transcript", tag=CALLS, scopes=("transcripts:read",), answer=shapes.Transcript)
def get_transcript(call_id: object) -> shapes.Transcript:
    """Who said what, with times, confidence and emotion."""
    call = call_or_404(str(call_id))
    return shapes.Transcript(
        call_id=call.row.id, analysis=_analysis(call), language=call.row.language, pipeline_version=call.pipeline_version,
        utterances=tuple(map(shapes.Utterance.model_validate, call.utterances)),
    )  # fmt: skip


@operation("/calls/<uuid:call_id>/hits", tag=CALLS, scopes=("calls:read",), answer=shapes.Hits)
def get_hits(call_id: object) -> shapes.Hits:
    """Rules of good service that the machine found broken, with the evidence."""
    call = call_or_404(str(call_id))
    hits = tuple(shapes.Hit(**vars(hit), name=Text.model_validate(rule_message(hit.rule))) for hit in call.hits)
    return shapes.Hits(call_id=call.row.id, analysis=_analysis(call), rulebook_version=call.rulebook_version, hits=hits)


@operation("/calls/<uuid:call_id>/scores", tag=CALLS, scopes=("calls:read",), answer=shapes.CallScores)
def get_scores(call_id: object) -> shapes.CallScores:
    """The three scores of the machine, what each point was taken off for, and the total of the review that holds."""
    call = call_or_404(str(call_id))
    row = call.row
    return shapes.CallScores(
        call_id=row.id, analysis=_analysis(call), scores=shaped(shapes.Scores, row.scores),
        high_priority=row.high_priority, deductions=tuple(map(shapes.Deduction.model_validate, call.deductions)),
        corrected=shaped(shapes.AfterCorrection, row.corrected), review=shaped(shapes.ReviewBrief, row.review),
    )  # fmt: skip


@operation("/calls/<uuid:call_id>/reviews", tag=CALLS, scopes=("reviews:read",), answer=shapes.Reviews)
def get_reviews(call_id: object) -> shapes.Reviews:
    """What people graded, every version."""
    call = call_or_404(str(call_id))
    found = Reviews(box().store).history(call.row.id)
    return shapes.Reviews(call_id=call.row.id, reviews=tuple(map(shapes.Review.model_validate, found)))


@operation(
    "/calls/<uuid:call_id>/vcon", tag=CALLS, scopes=("calls:read", "transcripts:read", "reviews:read"), answer=shapes.Vcon,
    statuses=(409,),
)  # fmt: skip
def get_vcon(call_id: object, query: shapes.VconQuery) -> shapes.Vcon:
    """The call as a vCon, the IETF's container for conversations. Noted in the audit log as an export."""
    inline = query.inline == "yes"
    if inline:
        require_scopes(("audio:read",))
    call = call_or_404(str(call_id))
    try:
        made = vcon(box().store, call.row.id, inline=inline, site=box().settings.site.name)
    except UserError as error:  # it has not ended, or its audio is not what was recorded
        raise ProblemError(409, error.message) from error
    note_taken("api.vcon", call.row.id)
    return shapes.Vcon.model_validate(made)


def _check_cursor(query: shapes.CallQuery) -> None:
    try:
        Cursor.parse(query.after, query.sort)
    except UserError as error:
        raise ProblemError(404, error.message) from error


def _filter(query: shapes.CallQuery) -> CallFilter:
    """As the page of calls reads it, so that both mean the same."""
    told = query.model_dump(mode="json", exclude={"limit", "after", "sort"}, exclude_none=True)
    return filters.parse({name: str(value) for name, value in told.items()}, person().scope)[0]


def _analysis(call: CallView) -> shapes.AnalysisState:
    return shapes.AnalysisState.model_validate(call.row.analysis)
