"""Pages about the API: its documentation, and the tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.access.tokens import LONGEST_DAYS, NAME_LENGTH, SCOPES, Token, Tokens
from quality.access.users import groups_of
from webui.access import EVERYONE, allow
from webui.api.description import description
from webui.context import box, person
from webui.fields import whole
from webui.languages import language

blueprint = Blueprint("tokens", __name__)

DAYS = (30, 90, 365, LONGEST_DAYS - 1)


@blueprint.get("/api")
@allow(*EVERYONE)
def docs() -> ResponseReturnValue:
    """The API's documentation, made of its description."""
    told = description()
    return render_template("api/docs.html", told=told, operations=list(_operations(told)), schemas=told["components"]["schemas"])


@blueprint.get("/tokens")
@allow(*LEADS)
def page() -> ResponseReturnValue:
    """The tokens: an administrator sees all, a manager their own."""
    return _page()


@blueprint.post("/tokens")
@allow(*LEADS)
def add() -> ResponseReturnValue:
    """Make a token; the answer shows it, and nothing ever again."""
    form = request.form
    days = whole(form.get("days", ""), 0)
    try:
        token, text = Tokens(box().store).add(
            form.get("name", ""), person().account, form.getlist("scope"), days=days, groups=form.getlist("group"), by=person().name
        )  # fmt: skip
    except UserError as error:
        return _page(problem=error.message.text(language())), 422
    return _page(made=token, text=text)


@blueprint.post("/tokens/<uuid:token_id>/revoke")
@allow(*LEADS)
def revoke(token_id: object) -> ResponseReturnValue:
    """Make it worthless."""
    tokens = Tokens(box().store)
    if not any(token.id == str(token_id) for token in _mine(tokens)):
        return _page(problem=gettext("There is no such token.")), 404
    try:
        tokens.revoke(str(token_id), person().name)
        flash(gettext("The token opens nothing any more."), "info")
    except UserError as error:
        flash(error.message.text(language()), "error")
    return redirect(url_for("tokens.page"))


def _page(problem: str = "", made: Token | None = None, text: str = "") -> str:
    own = person().scope.groups
    groups = sorted(groups_of(box().store) if own is None else own)
    return render_template(
        "api/tokens.html", tokens=_mine(Tokens(box().store)), scopes=SCOPES, groups=groups, days=DAYS, problem=problem, made=made,
        text=text, form=request.form, name_length=NAME_LENGTH, now=time.time(),
    )  # fmt: skip


def _mine(tokens: Tokens) -> list[Token]:
    return tokens.list(None if person().role == "admin" else person().account.id)


def _operations(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in told["paths"].items():
        for method, made in methods.items():
            good = next(status for status in made["responses"] if status.startswith("2"))
            yield {**made, "method": method.upper(), "path": path, "answer": made["responses"][good]["content"]}
