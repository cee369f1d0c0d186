"""What the machine misheard, put right in place: words, who spoke, how, and findings. Every correction is a label
(quality.reviewing.labels)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from analyzer.result import Hit, Utterance
from hw.messages import UserError
from quality.access.roles import STAFF
from quality.calls.rows import CallView
from quality.forms.automatic import Automatic
from quality.reviewing.corrections import Said, corrected, likeliest
from quality.reviewing.labels import Label, Labels
from webui.access import allow
from webui.context import box, call_or_404, person
from webui.desk.callpage import piece
from webui.languages import language
from webui.rulenames import rule_known

blueprint = Blueprint("corrections", __name__)

POINT_S = 0.1
"""A label has a length; a finding at one moment gets this much."""


@blueprint.post("/calls/<uuid:call_id>/utterances/<int:place>")
@allow(*STAFF)
def utterance(call_id: object, place: int) -> ResponseReturnValue:
    """Put an utterance right: text, side, emotion, missed (a rule it breaks); what is empty or as it was stays. The machine's own
    again is a correction taken back. start: the utterance's, so that an analysis made anew meanwhile is not corrected blindly.
    Answers with the utterance and the lanes as they stand now."""
    call = call_or_404(str(call_id))
    labels = Labels(box().store)
    said = corrected(call.utterances, labels.of_call(call.row.id))
    if place >= len(said) or f"{said[place].machine.start}" != request.form.get("start", ""):
        return _told(UserError("The call was analysed anew meanwhile. Load the page again.", "通话已重新分析，请刷新页面。"))
    try:
        for label in _wanted(call, said[place]):
            labels.add(label, person().account)
    except UserError as error:
        return _told(error)
    return _judged_anew(call, turn=place)


@blueprint.post("/calls/<uuid:call_id>/hits/<int:place>")
@allow(*STAFF)
def hit(call_id: object, place: int) -> ResponseReturnValue:
    """verdict "right" or "wrong": whether a finding is one. Answers with the finding and the lanes."""
    call = call_or_404(str(call_id))
    if place >= len(call.hits):
        abort(404)
    found, verdict = call.hits[place], request.form.get("verdict", "")
    if request.form.get("rule", "") != found.rule:
        return _told(UserError("The call was analysed anew meanwhile. Load the page again.", "通话已重新分析，请刷新页面。"))
    side = found.side if found.side in ("agent", "customer") else "mixed"
    end = max(found.end, found.start + POINT_S)
    try:
        Labels(box().store).add(Label(call.row.id, found.start, end, side, "hit", found.rule, verdict), person().account)
    except UserError as error:
        return _told(error)
    return _judged_anew(call, hit=place, turn=_turn_of(call, found))


@blueprint.post("/calls/<uuid:call_id>/missed/<int:place>/remove")
@allow(*STAFF)
def unmiss(call_id: object, place: int) -> ResponseReturnValue:
    """What was marked as missed in an utterance is no fault after all. rule: which."""
    call = call_or_404(str(call_id))
    if place >= len(call.utterances):
        abort(404)
    said = call.utterances[place]
    try:
        Labels(box().store).add(_label(call, said, "hit", request.form.get("rule", ""), "wrong"), person().account)
    except UserError as error:
        return _told(error)
    return _judged_anew(call, turn=place)


def _judged_anew(call: CallView, *, turn: int | None, hit: int | None = None) -> str:
    """The pieces that have changed, with the scores after correction; and the automatic score, if the call has one, made again."""
    shown = piece(call, turn=turn, hit=hit)
    Automatic(box().store, box().settings.site.timezone, box().settings.quality).again(call.row.id)
    return shown


def _turn_of(call: CallView, found: Hit) -> int | None:
    """The utterance that shows the finding: a fault that is none no longer stands there."""
    at = (n for n, said in enumerate(call.utterances) if said.start - 0.05 <= found.start < said.end and found.side == said.side)
    return next(at, None)


def _wanted(call: CallView, said: Said) -> Iterator[Label]:
    machine = said.machine
    text, side, emotion, rule = (request.form.get(name, "").strip() for name in ("text", "side", "emotion", "missed"))
    for field, now, own, wanted in (
        ("text", said.now.text, machine.text, text), ("side", said.now.side, machine.side, side),
        ("emotion", likeliest(said.now), likeliest(machine), emotion),
    ):  # fmt: skip
        if wanted and wanted != now:
            yield _label(call, machine, field, now if wanted == own else own, wanted)
    if rule and not rule_known(rule):
        raise UserError(f"There is no rule “{rule}”.", f"没有规则“{rule}”。")
    if rule:
        yield _label(call, machine, "hit", rule, "missed")


def _label(call: CallView, said: Utterance, field: str, before: str, after: str) -> Label:
    return Label(call.row.id, said.start, said.end, said.side, field, before, after)


def _told(error: UserError) -> ResponseReturnValue:
    return error.message.text(language()), 422


