"""One's own account: password, one-time codes, where one is logged in."""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.passwords import MIN_LENGTH
from quality.access.sessions import digest
from quality.access.twostep import TwoStep, address_of, new_secret
from webui.access import EVERYONE, allow
from webui.auth import TOKEN, enter, sessions, users
from webui.context import box, person
from webui.languages import language

blueprint = Blueprint("account", __name__)

SECRET = "new_totp"  # noqa: S105  in the session: the secret of codes that are being turned on
LONGEST = 1000


@blueprint.get("/account")
@allow(*EVERYONE)
def page() -> ResponseReturnValue:
    """What one may change of it."""
    return _page()


@blueprint.get("/account/stay")
@allow(*EVERYONE)
def stay() -> ResponseReturnValue:
    """Somebody is there: that this was asked for is all it takes."""
    return "", 204


@blueprint.post("/account/password")
@allow(*EVERYONE)
def password() -> ResponseReturnValue:
    """A new password, by who knows the old one; every other browser is logged out."""
    old, new, again = (request.form.get(name, "")[:LONGEST] for name in ("old", "new", "again"))
    account = person().account
    if new != again:
        return _page(gettext("The two new passwords differ."), 422)
    try:
        users().change_own_password(account, old, new)
    except UserError as error:
        return _page(error.message.text(language()), 422)
    enter(session, sessions(), account, request.remote_addr or "", request.user_agent.string)
    flash(gettext("The password is changed. Other browsers are logged out."), "good")
    return redirect(url_for("calls.start") if account.must_change else url_for("account.page"))


@blueprint.get("/account/codes")
@allow(*EVERYONE)
def codes() -> ResponseReturnValue:
    """The secret as a QR code, to be confirmed by a first code."""
    if person().account.two_step:
        return redirect(url_for("account.page"))
    session.setdefault(SECRET, new_secret())
    return _codes_page()


@blueprint.post("/account/codes")
@allow(*EVERYONE)
def turn_on() -> ResponseReturnValue:
    """One-time codes from now on, once the telephone has shown that it knows them; with recovery codes, told once."""
    secret = session.get(SECRET)
    if not secret or person().account.two_step:
        return redirect(url_for("account.page"))
    try:
        recovery = TwoStep(box().store).turn_on(person().account, secret, request.form.get("code", "")[:100])
    except UserError as error:
        return _codes_page(error.message.text(language()), 422)
    session.pop(SECRET)
    return render_template("safety/recovery.html", codes=recovery)


@blueprint.post("/account/codes/off")
@allow(*EVERYONE)
def turn_off() -> ResponseReturnValue:
    """No codes any more, by who knows the password."""
    account = person().account
    if users().check(account.name, request.form.get("password", "")[:LONGEST]) is None:
        return _page(gettext("The password is wrong."), 422, "codes")
    TwoStep(box().store).turn_off(account, account.name)
    flash(gettext("Log-in asks for no one-time code any more."), "info")
    return redirect(url_for("account.page"))


@blueprint.post("/account/logout-everywhere")
@allow(*EVERYONE)
def logout_everywhere() -> ResponseReturnValue:
    """End every session of this account, this one, too."""
    sessions().close_all(person().account, person().name)
    session.clear()
    flash(gettext("You are logged out everywhere."), "info")
    return redirect(url_for("auth.login"))


def _page(problem: str = "", status: int = 200, where: str = "password") -> ResponseReturnValue:
    account = person().account
    return render_template(
        "safety/account.html", account=account, problem=problem, where=where, shortest=MIN_LENGTH,
        open_sessions=sessions().list(account.id), this=digest(str(session.get(TOKEN, ""))),
        left=TwoStep(box().store).left(account) if account.two_step else 0,
    ), status  # fmt: skip


def _codes_page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    secret = session[SECRET]
    picture = segno.make(address_of(secret, person().account, box().settings.site.name), error="m", micro=False)
    spaced = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    drawn = picture.svg_data_uri(scale=5, border=3)
    return render_template("safety/codes.html", picture=drawn, secret=spaced, problem=problem), status
