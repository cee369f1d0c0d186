"""Who changed what in the set-up, what differs, and taking it back."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.audit.entries import CHANGE, COLUMNS, Entry, entry
from quality.boxsettings.book import CHANGED, NOT_DONE
from quality.differences import Difference, of_detail
from quality.store import reading
from quality.undo import can_undo, find, undo
from webui.access import allow
from webui.context import box, person
from webui.fields import whole
from webui.setup.boxform import book
from webui.setup.boxtexts import box_differences
from webui.setup.pathnames import step_name
from webui.setup.shared import complain, me, setup_blueprint, store

blueprint = setup_blueprint("changes")

PAGE = 50
LEADS_MAY = ("rules.adopt", "rules.back", "sampling.rules", "figures.rules", "form.add", "form.suggestions", "people.change")
"""Changes a supervisor may take back; the others are the administrator's."""


def subjects() -> dict[str, tuple[str, tuple[str, ...]]]:
    """What the page can be cut to: its name and the actions it stands for."""
    return {
        "rules": (gettext("Rules"), ("rules.adopt", "rules.back")),
        "forms": (gettext("Forms"), ("form.add", "form.suggestions")),
        "sampling": (gettext("Sampling"), ("sampling.rules",)),
        "figures": (gettext("Targets"), ("figures.rules",)),
        "people": (gettext("People"), ("people.add", "people.change")),
        "users": (
            gettext("Users"),
            ("user.add", "user.role", "user.passwd", "user.disable", "user.enable", "user.groups", "user.unlock"),
        ),
        "holds": (gettext("Holds"), ("hold.place", "hold.release")),
        "models": (gettext("Models"), ("emotion.calibrate", "emotion.back")),
        "box": (gettext("Settings of the box"), (CHANGED, NOT_DONE)),
        "undo": (gettext("Taken back"), ("undo",)),
    }


@blueprint.get("/setup/changes")
@allow(*LEADS)
def page() -> ResponseReturnValue:
    """The latest changes, newest first."""
    book().settle()
    wanted, before = request.args.get("of", ""), request.args.get("before", "")
    known = subjects()
    actions = known[wanted][1] if wanted in known else tuple(action for _, found in known.values() for action in found)
    found = _changes(actions, whole(before, 1 << 62))
    more = found[PAGE - 1].seq if len(found) > PAGE else None
    return render_template(
        "setup/changes.html", changes=found[:PAGE], more=more, subjects=known, wanted=wanted,
        action_name=action_name, differences_of=differences_of, may_undo=may_undo, path_name=step_name,
    )  # fmt: skip


@blueprint.post("/setup/changes/<int:seq>/undo")
@allow(*LEADS)
def take_back(seq: int) -> ResponseReturnValue:
    """Take a change back."""
    change = find(store(), seq) or abort(404)
    if not may_undo(change):
        abort(403)
    try:
        undo(store(), box().settings, change, me(), book())
    except UserError as error:
        complain(error)
    else:
        flash(gettext("Taken back. It can be made again from here."), "info")
    return redirect(url_for("changes.page", of=request.form.get("of") or None))


def may_undo(change: Entry) -> bool:
    """Whether who is asking may take this change back, and there is a way."""
    return can_undo(change) and (person().role == "admin" or change.action in LEADS_MAY)


def differences_of(change: Entry) -> list[Difference]:
    """What a change changed, as far as the log says."""
    facts = change.facts
    if change.action in (CHANGED, NOT_DONE):
        return box_differences(facts)
    if "differences" in facts:
        return of_detail(facts["differences"])
    if "before" in facts and "after" in facts:
        return [Difference((change.action.partition(".")[2],), facts["before"], facts["after"])]
    kept = {name: value for name, value in facts.items() if name not in ("version", "job") and value not in (None, "", [])}
    return [Difference((name,), None, value) for name, value in kept.items()]


def action_name(action: str) -> str:
    """What was done."""
    names: dict[str, str] = {
        "rules.adopt": gettext("Rules made live"), "rules.back": gettext("Went back to earlier rules"),
        "form.add": gettext("New version of a form"), "form.suggestions": gettext("When suggestions are shown"),
        "sampling.rules": gettext("Sampling weights changed"),
        "figures.rules": gettext("Targets changed"), "people.add": gettext("Person added"),
        "people.change": gettext("Person changed"),
        "user.add": gettext("Account added"), "user.role": gettext("Role changed"), "user.passwd": gettext("Password set"),
        "user.disable": gettext("Account disabled"), "user.enable": gettext("Account enabled"),
        "user.groups": gettext("Groups of an account changed"), "user.unlock": gettext("Account unlocked"),
        "hold.place": gettext("Call put on hold"), "hold.release": gettext("Call released"),
        "emotion.calibrate": gettext("Emotion model calibrated"), "emotion.back": gettext("Emotion model gone back"),
        "undo": gettext("Change taken back"),
        CHANGED: gettext("Settings of the box changed"), NOT_DONE: gettext("Change of the settings refused"),
    }  # fmt: skip
    return names.get(action, action)


def _changes(actions: tuple[str, ...], before: int) -> list[Entry]:
    # By kind and number there is an index; changes of the set-up are a small part of all, so the walk has an end.
    marks = ", ".join("?" * len(actions))
    sql = f"""SELECT {COLUMNS} FROM review.changes WHERE kind = ? AND action IN ({marks}) AND id < ?
        ORDER BY id DESC LIMIT ?"""  # noqa: S608  columns and question marks
    with reading(store()) as connection:
        return [entry(row) for row in connection.execute(sql, (CHANGE, *actions, before, PAGE + 1))]
