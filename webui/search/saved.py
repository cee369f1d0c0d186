"""Saved searches: kept from the list, with how many calls each finds now."""

from __future__ import annotations

import time
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.calls.savedsearches import SavedSearch, SavedSearches
from webui.access import EVERYONE, allow
from webui.context import box, person, views
from webui.languages import language
from webui.search import filters

blueprint = Blueprint("searches", __name__)

FRESH_S = 20.0
"""A count is made anew after so many seconds."""
_MOST_COUNTS = 1000

SHOWN = ("q", "exact", *filters.FILTER_NAMES, "sort")
"""What of the list's address a search keeps."""


class Count(NamedTuple):
    """How many calls a search finds; exact False: at least so many."""

    calls: int
    exact: bool


_counts: dict[tuple[object, ...], tuple[float, Count]] = {}


@blueprint.get("/searches")
@allow(*EVERYONE)
def listing() -> ResponseReturnValue:
    """One's own searches and those colleagues share."""
    return _page()


@blueprint.post("/searches")
@allow(*EVERYONE)
def save() -> ResponseReturnValue:
    """Keep the list as it is filtered now."""
    query, name = kept(request.form.get("query", "")), request.form.get("name", "")
    try:
        SavedSearches(box().store).save(person().account, name, query, bool(request.form.get("shared")))
    except UserError as error:
        flash(error.message.text(language()), "error")
        return redirect(f"{url_for('calls.listing')}?{query}")
    flash(gettext("The search is saved."))
    return redirect(f"{url_for('calls.listing')}?{query}")


@blueprint.post("/searches/<uuid:search_id>/share")
@allow(*EVERYONE)
def share(search_id: object) -> ResponseReturnValue:
    """Let colleagues see it, or no longer."""
    try:
        SavedSearches(box().store).share(person().account, str(search_id), bool(request.form.get("shared")))
    except UserError as error:
        return _page(error.message.text(language())), 422
    return redirect(url_for("searches.listing"))


@blueprint.post("/searches/<uuid:search_id>/remove")
@allow(*EVERYONE)
def remove(search_id: object) -> ResponseReturnValue:
    """Keep it no longer."""
    try:
        SavedSearches(box().store).remove(person().account, str(search_id))
    except UserError as error:
        return _page(error.message.text(language())), 422
    flash(gettext("The search is removed."))
    return redirect(url_for("searches.listing"))


@blueprint.get("/searches/counts.json")
@allow(*EVERYONE)
def counts() -> Response:
    """{id: text}: how many calls each search finds."""
    return jsonify({search.id: count_text(count(search)) for search in mine()})


def mine() -> list[SavedSearch]:
    """The reader's own and the shared ones."""
    return SavedSearches(box().store).list(person().account)


def count(search: SavedSearch) -> Count:
    """Of the calls the reader may see; kept for a moment, since many pages show it."""
    key, now = (box().store, search.query, person().scope, person().account.id), time.monotonic()
    held = _counts.get(key)
    if held and now - held[0] < FRESH_S:
        return held[1]
    wanted, _ = filters.parse(dict(parse_qsl(search.query)), person().scope)
    made = Count(*views().count(wanted))
    if len(_counts) >= _MOST_COUNTS:
        _counts.clear()
    _counts[key] = now, made
    return made


def count_text(found: Count) -> str:
    """ "1,234", or "1,234+" when there may be more."""
    return f"{found.calls:,}" + ("" if found.exact else "+")


def kept(query: str) -> str:
    """What of an address's query a search keeps, in one order."""
    given = dict(parse_qsl(query.lstrip("?")))
    return urlencode({name: given[name] for name in SHOWN if given.get(name, "").strip()})


def _page(problem: str = "") -> str:
    counted = [(search, count_text(count(search))) for search in mine()]
    return render_template("search/saved.html", searches=counted, problem=problem)
