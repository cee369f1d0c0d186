"""Accounts: who may log in, as what, for whose calls."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.logins import Lock, Logins
from quality.access.sessions import Sessions
from quality.access.twostep import TwoStep
from quality.access.users import BOUND, ROLES, User, Users, groups_of, name_key
from quality.staff.people import People
from webui.access import allow
from webui.context import box
from webui.setup.shared import complain, me, setup_blueprint, store, told

blueprint = setup_blueprint("users")

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
PIECES, LENGTH = 4, 4  # of a one-time password: 16 of 31 letters are 79 bits


@blueprint.get("/setup/users")
@allow("admin")
def listing() -> ResponseReturnValue:
    """Every account."""
    return render_template("setup/users.html", users=Users(store()).list(), locked=_locked())


@blueprint.get("/setup/users/new")
@allow("admin")
def new() -> ResponseReturnValue:
    """A form for a new account."""
    return _new_page({}, "")


@blueprint.post("/setup/users/new")
@allow("admin")
def add() -> ResponseReturnValue:
    """Make an account with a one-time password, which is shown once."""
    sent = request.form
    password = one_time_password()
    try:
        agent = sent.get("agent_id", "").strip() or None
        user = Users(store()).add(sent.get("name", ""), password, sent.get("role", ""), agent_id=agent, by=me(), must_change=True)
        if sent.getlist("groups"):
            Users(store()).set_groups(user.name, sent.getlist("groups"), me())
    except UserError as error:
        return _new_page({name: sent.get(name, "") for name in ("name", "role", "agent_id")}, told(error.message)), 422
    return _once(user, password)


@blueprint.get("/setup/users/<user_id>")
@allow("admin")
def page(user_id: str) -> ResponseReturnValue:
    """One account."""
    return _page(_user(user_id))


@blueprint.post("/setup/users/<user_id>")
@allow("admin")
def save(user_id: str) -> ResponseReturnValue:
    """Another role, other groups. The second of two who change an account at once is told."""
    user, sent, users = _user(user_id), request.form, Users(store())
    role, agent = sent.get("role", user.role), sent.get("agent_id", "").strip() or None
    groups = sorted(sent.getlist("groups")) if role in BOUND else []
    try:
        if sent.get("was") != _state(user):
            raise UserError(
                "Somebody else has changed this account meanwhile. Look at it, then change it.",
                "其间已有他人修改此账号，请查看后再修改。",
            )
        if (role, agent, groups) == (user.role, user.agent_id, sorted(user.groups)):
            raise UserError("Nothing has been changed.", "没有任何改动。")
        if (role, agent) != (user.role, user.agent_id):
            users.set_role(user.name, role, agent, me())
        if role in BOUND and groups != sorted(user.groups):
            users.set_groups(user.name, groups, me())
    except UserError as error:
        return _page(user, told(error.message)), 422
    flash(gettext("%(name)s is kept.", name=user.name), "info")
    return redirect(url_for("users.page", user_id=user.id))


@blueprint.post("/setup/users/<user_id>/reset")
@allow("admin")
def reset(user_id: str) -> ResponseReturnValue:
    """A one-time password, shown once; every session of the account ends."""
    user, password = _user(user_id), one_time_password()
    Users(store()).set_password(user.name, password, me(), must_change=True)
    return _once(user, password)


@blueprint.post("/setup/users/<user_id>/<any(disable, enable, unlock, logout, onestep):what>")
@allow("admin")
def act(user_id: str, what: str) -> ResponseReturnValue:
    """Lock an account out, let it in again, end its sessions, or take its second step away."""
    user = _user(user_id)
    ways: dict[str, Callable[[], object]] = {
        "disable": lambda: Users(store()).disable(user.name, me()), "enable": lambda: Users(store()).enable(user.name, me()),
        "unlock": lambda: Logins(store()).unlock(user.name, me()),
        "logout": lambda: Sessions(store(), box().settings.web.session_minutes * 60).close_all(user, me()),
        "onestep": lambda: TwoStep(store()).turn_off(user, me()),
    }  # fmt: skip
    try:
        ways[what]()
    except UserError as error:
        complain(error)
    else:
        flash(gettext("Done."), "info")
    return redirect(url_for("users.page", user_id=user.id))


def one_time_password() -> str:
    """Easy to read out on the telephone."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(PIECES))


def _once(user: User, password: str) -> ResponseReturnValue:
    answer = make_response(render_template("setup/onetime.html", user=user, password=password))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _user(user_id: str) -> User:
    return Users(store()).get(user_id) or abort(404)


def _state(user: User) -> str:
    return "|".join([user.role, user.agent_id or "", *sorted(user.groups)])


def _locked() -> dict[str, float]:
    """Name (as it is compared) → until when, for people whose log-in is locked now."""
    return {_who(lock): lock.until for lock in Logins(store()).locks() if lock.what != "address"}


def _who(lock: Lock) -> str:
    """The name in what a lock is about: [address ]step:name."""
    text = lock.subject if lock.what == "name" else lock.subject.partition(" ")[2]
    return text.partition(":")[2]


def _page(user: User, problem: str = "") -> str:
    sessions = Sessions(store(), box().settings.web.session_minutes * 60).list(user.id)
    return render_template(
        "setup/user.html", user=user, problem=problem, roles=ROLES, told=told, groups=sorted(groups_of(store())), was=_state(user),
        agents=People(store()).list("agent"), locked=_locked().get(name_key(user.name)), sessions=sessions, bound=BOUND,
    )  # fmt: skip


def _new_page(sent: dict[str, str], problem: str) -> str:
    return render_template(
        "setup/usernew.html", sent=sent, problem=problem, roles=ROLES, told=told, groups=sorted(groups_of(store())),
        agents=People(store()).list("agent"),
    )  # fmt: skip
