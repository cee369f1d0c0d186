"""The case library: browsed by everybody, by agents only what is meant for them; written by staff; clips play from the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from hw.interfaces import Samples
from hw.messages import UserError
from quality.access.roles import STAFF
from quality.improving.cases import Case, Cases, CaseText, Clip
from recorder.audio.files import CallAudio, open_call
from webui.access import EVERYONE, allow
from webui.context import box, not_yours, person, views
from webui.errors import message_page
from webui.integrity import require
from webui.languages import language
from webui.manage.room import PROBLEM_STATUS, asked, carried_out
from webui.ranges import ranged
from webui.safety.noting import heard
from webui.wavstream import read_range, total_bytes

blueprint = Blueprint("cases", __name__)

CLIP_FIELDS = 3
"""Empty rows for further clips in the form."""
SHOWN = 300


@blueprint.get("/cases")
@allow(*EVERYONE)
def library() -> ResponseReturnValue:
    """Cases with a tag, words, good or bad ones."""
    kept, agent = Cases(box().store), person().role == "agent"
    kind = asked("kind")
    good = {"good": True, "bad": False}.get(kind)
    found = kept.browse(asked("tag") or None, asked("q"), good, for_agents=agent)
    return render_template(
        "manage/library.html", cases=found[:SHOWN], tags=kept.tags(for_agents=agent), tag=asked("tag"), words=asked("q"), kind=kind,
        may_write=not agent, more=len(found) > SHOWN,
    )  # fmt: skip


@blueprint.get("/cases/<uuid:key>")
@allow(*EVERYONE)
def case(key: object) -> ResponseReturnValue:
    """One case with its clips."""
    held = _case_or_404(str(key))
    return render_template("manage/case.html", case=held, text=held.text, may_write=person().role != "agent", mine=_may_open(held))


@blueprint.get("/cases/<uuid:key>/clips/<int:number>.wav")
@allow(*EVERYONE)
def clip_sound(key: object, number: int) -> ResponseReturnValue:
    """A clip's stretch of its call and nothing of the rest."""
    held = _case_or_404(str(key))
    if not 0 <= number < len(held.text.clips):
        abort(404)
    clip = held.text.clips[number]
    if person().role != "agent" and not _sees(clip):
        not_yours(clip.call_id)
    return _sound(clip)


@blueprint.route("/cases/new", methods=["GET", "POST"])
@allow(*STAFF)
def new_case() -> ResponseReturnValue:
    """Write a new one; ?call= begins with a clip of that call."""
    if request.method == "GET":
        call = asked("call")
        return _form(None, MultiDict({"clip-call-0": call, "clip-start-0": asked("start"), "clip-end-0": asked("end")}))
    try:
        made = Cases(box().store).add(_read(), person().account)
    except UserError as error:
        return _form(None, request.form, error), PROBLEM_STATUS
    flash(gettext("The case is in the library."), "good")
    return redirect(url_for("cases.case", key=made.id), 303)


@blueprint.route("/cases/<uuid:key>/edit", methods=["GET", "POST"])
@allow(*STAFF)
def edit_case(key: object) -> ResponseReturnValue:
    """Change it; whoever was faster is told to whoever was not."""
    held = _case_or_404(str(key))
    if request.method == "GET":
        return _form(held, _filled(held.text))
    try:
        seen = Case(held.id, held.text, held.made_by, held.made_at, float(request.form.get("changed_at") or 0.0))
        Cases(box().store).change(seen, _read(), person().account)
    except (UserError, ValueError, OverflowError) as error:
        problem = error if isinstance(error, UserError) else UserError("Open the case again.", "请重新打开此案例。")
        return _form(held, request.form, problem), PROBLEM_STATUS
    flash(gettext("The case is changed."), "good")
    return redirect(url_for("cases.case", key=held.id), 303)


@blueprint.post("/cases/<uuid:key>/remove")
@allow(*STAFF)
def remove_case(key: object) -> ResponseReturnValue:
    """Take it out; its calls are no longer kept by it."""
    held = _case_or_404(str(key))
    return carried_out(
        lambda: Cases(box().store).remove(held, person().account), gettext("The case is taken out of the library."),
        url_for("cases.library"), lambda problem: _form(held, _filled(held.text), UserError(problem, problem)),
    )  # fmt: skip


@dataclass
class _Stretch:
    """A part of a call's audio as if it were all of it."""

    track: CallAudio
    first: int
    frames: int
    rate: int
    channels: int

    def read(self, start: int, count: int) -> Samples:
        """`count` frames from `start` of the stretch."""
        return self.track.read(self.first + start, min(count, self.frames - start))


def _sound(clip: Clip) -> ResponseReturnValue:
    with ExitStack() as stack:
        track = stack.enter_context(open_call(box().store, clip.call_id))
        first = min(int(clip.start_s * track.rate), track.frames)
        frames = max(0, min(int(clip.end_s * track.rate), track.frames) - first)
        stretch = _Stretch(track, first, frames, track.rate, track.channels)

        def read(start: int, length: int) -> Iterator[bytes]:
            require(box().store, track.files(stretch.first, stretch.first + stretch.frames))
            heard(clip.call_id, "case.listen")
            return read_range(stretch, start, length)

        answer = ranged(total_bytes(stretch), read, "audio/wav")
        answer.call_on_close(stack.pop_all().close)
    return answer


@blueprint.errorhandler(UserError)
def _gone(error: UserError) -> ResponseReturnValue:
    return message_page(error, 404)


def _case_or_404(key: str) -> Case:
    held = Cases(box().store).get(key)
    if person().role == "agent" and not held.text.for_agents:
        not_yours(key)
    return held


def _sees(clip: Clip) -> bool:
    row = next(iter(views().rows([clip.call_id])), None)
    return row is not None and person().scope.sees_call(row.agent_id, row.team)


def _may_open(held: Case) -> set[str]:
    """The clips' calls that a person may open as a whole."""
    if person().role == "agent":
        return set()
    return {clip.call_id for clip in held.text.clips if _sees(clip)}


def _read() -> CaseText:
    form = request.form
    tags = tuple(form.get("tags", "").replace("，", " ").replace("、", " ").replace(",", " ").split())
    clips = tuple(clip for n in range(50) if (clip := _clip(n)) is not None)
    return CaseText(
        form.get("title", ""), form.get("problem", ""), form.get("solution", ""), form.get("effect", ""), bool(form.get("good")),
        tags, clips, bool(form.get("for_agents")),
    )  # fmt: skip


def _clip(number: int) -> Clip | None:
    form = request.form
    call = form.get(f"clip-call-{number}", "").strip().rpartition("/")[2].partition("#")[0]
    if not call:
        return None
    start, end = (_seconds(form.get(f"clip-{name}-{number}", "")) for name in ("start", "end"))
    clip = Clip(call, start, end, form.get(f"clip-caption-{number}", "").strip()[:200])
    if not _sees(clip):
        raise UserError(f"There is no call “{call}”.", f"没有通话“{call}”。")
    return clip


def _seconds(text: str) -> float:
    """ "83" or "1:23". Raises UserError."""
    try:
        total = 0.0
        for piece in text.strip().replace("：", ":").split(":"):
            total = total * 60 + float(piece)
    except ValueError as error:
        raise UserError(f"“{text}” is no place in a call. Write it like 1:23.", f"“{text}”不是有效位置，请写成 1:23。") from error
    return total


def _filled(text: CaseText) -> MultiDict[str, str]:
    values = {
        "title": text.title, "problem": text.problem, "solution": text.solution, "effect": text.effect,
        "good": "1" * text.good, "for_agents": "1" * text.for_agents, "tags": " ".join(text.tags),
    }  # fmt: skip
    for n, clip in enumerate(text.clips):
        values |= {
            f"clip-call-{n}": clip.call_id, f"clip-start-{n}": f"{clip.start_s:g}", f"clip-end-{n}": f"{clip.end_s:g}",
            f"clip-caption-{n}": clip.caption,
        }  # fmt: skip
    return MultiDict(values)


def _form(held: Case | None, given: MultiDict[str, str], error: UserError | None = None) -> str:
    used = [n for n in range(50) if given.get(f"clip-call-{n}")]
    rows = range((max(used) + 1 if used else 0) + CLIP_FIELDS)
    changed = given.get("changed_at") or (f"{held.changed_at:.3f}" if held else "")
    return render_template(
        "manage/caseform.html", case=held, given=given, rows=rows, problem=error.message.text(language()) if error else "",
        changed_at=changed,
    )  # fmt: skip
