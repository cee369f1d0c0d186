"""The call list."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from quality.calls.paging import SORTS
from quality.calls.wordsearch import FURTHER_S, PATIENCE_S
from webui.access import EVERYONE, allow
from webui.context import box, call_or_404, person, views
from webui.deleted import deleted_days
from webui.desk.callpage import call_page
from webui.search import filters, saved, snippets

blueprint = Blueprint("calls", __name__)

PAGE_ROWS = 50
START = {
    "inspector": "desk.page", "manager": "manage.dashboard", "admin": "manage.dashboard", "trainer": "manage.dashboard",
    "agent": "own.home",
}  # fmt: skip
"""The page a role begins its day with; the others begin with the list."""


@blueprint.get("/")
@allow(*EVERYONE)
def start() -> ResponseReturnValue:
    """Where the person's work begins."""
    return redirect(url_for(START.get(person().role, "calls.listing")))


@blueprint.get("/calls")
@allow(*EVERYONE)
def listing() -> ResponseReturnValue:
    """The calls that fit, a page at a time."""
    args = request.args
    wanted, problems = filters.parse(args, person().scope)
    sort = args.get("sort", "newest")
    sort = sort if sort in SORTS else "newest"
    patience = FURTHER_S if args.get("further") == "1" else PATIENCE_S
    page = views().list_calls(wanted, args.get("after"), PAGE_ROWS, sort, patience)
    return render_template(
        "search/calls.html", page=page, args=args, query=wanted.words or "", problems=problems, sort=sort, sorts=SORTS,
        scores=filters.SCORES, moods=filters.MOOD_CHOICES, choices=views().choices(person().scope),
        set_filters=filters.active(args),
        without=_without_each(args), cursor=args.get("after"), first_page=_address(args, after=None),
        next_page=page.next_cursor and _address(args, after=page.next_cursor), further=_address(args, further="1"),
        snippets=snippets.snippets(page.found), starts=snippets.starts(page.found), sort_link=partial(_sort_link, args, sort),
        deleted=deleted_days(box().store, [row.id for row in page.rows]), searches=saved.mine(),
        saved_query=saved.kept(request.query_string.decode("utf-8", "replace")),
    )  # fmt: skip


@blueprint.get("/calls/<uuid:call_id>")
@allow(*EVERYONE)
def page(call_id: object) -> ResponseReturnValue:
    """One call."""
    return call_page(call_or_404(str(call_id)))


def _address(args: Mapping[str, str], **changes: str | None) -> str:
    """The list's address with some parts changed (None takes one away); empty fields are left out."""
    parts: dict[str, Any] = {name: value for name, value in {**args, **changes}.items() if value and value.strip()}
    return url_for("calls.listing", **parts)


def _without_each(args: Mapping[str, str]) -> dict[str, str]:
    """For each filter that is set, the address of the list without it."""
    names = [*(["q"] if args.get("q", "").strip() else []), *filters.active(args)]
    return {name: _address(args, **{name: None, "after": None}) for name in names}


def _sort_link(args: Mapping[str, str], current: str, label: str, first: str, second: str = "") -> Markup:
    """A column head that sorts, and turns the order round where there are two."""
    target = second if second and current == first else first
    mark = Markup(' <span aria-hidden="true">{}</span>').format("▲" if current in ("oldest", "shortest") else "▼")
    chosen = current in (first, second)
    address = _address(args, sort=target, after=None)
    style = Markup(' class="chosen"') if chosen else ""
    return Markup('<a href="{}"{}>{}{}</a>').format(address, style, label, mark if chosen else "")
