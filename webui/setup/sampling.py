"""Which calls people listen to: the weights, with what a day's plan would be under them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.sampling.preview import Preview, preview
from quality.sampling.rules import KINDS, NAMES, ON_AGENTS, ON_CALLS, STRATA, SamplingRules, read_rules
from quality.sampling.rulestore import RuleStore
from quality.staff.people import People
from webui.access import allow
from webui.context import box, views
from webui.fields import whole
from webui.formats import local
from webui.setup.shared import me, setup_blueprint, store, told

blueprint = setup_blueprint("sampling")

NUMBERS = (
    "per_hour", "scoring_s", "hours", "min_share", "min_calls", "extra_share", "shortest_s", "settled_days", "flagged_below",
    "performance.best", "performance.worst", "performance.days", "rise.falling_points", "rise.falling", "rise.subject",
)  # fmt: skip
TABLES = (("kinds", KINDS), *((f"calls.{n}", STRATA[n]) for n in ON_CALLS), *((f"agents.{n}", STRATA[n]) for n in ON_AGENTS))


@blueprint.get("/setup/sampling")
@allow(*LEADS)
def page() -> ResponseReturnValue:
    """The weights that hold, and the latest day's plan under them."""
    version, rules = RuleStore(store()).current()
    return _page(rules.document, version)


@blueprint.post("/setup/sampling")
@allow(*LEADS)
def save() -> ResponseReturnValue:
    """Show what the plan would be, or keep the weights as the next version."""
    _, rules = RuleStore(store()).current()
    document = read_sent(request.form, rules.document)
    based_on = whole(request.form.get("based_on", ""), 0)
    try:
        wanted = read_rules(document)
        if "keep" not in request.form:
            return _page(document, based_on, wanted=wanted)
        if document == rules.document:
            raise UserError("Nothing has been changed.", "没有任何改动。")
        made = RuleStore(store()).change(document, me(), based_on)
    except UserError as error:
        return _page(document, based_on, problem=told(error.message)), 422
    flash(gettext("The weights are kept (version %(version)s). The next plan is made by them.", version=made), "info")
    return redirect(url_for("sampling.page"))


def read_sent(sent: Mapping[str, str], base: Mapping[str, Any]) -> dict[str, Any]:
    """The document that was sent; what is no number stays text, which the weights' reader names."""
    document = copy.deepcopy(dict(base))
    for name in NUMBERS:
        _put(document, name, _number(sent.get(name, ""), whole=name in ("min_calls", "settled_days", "performance.days")))
    for table, strata in TABLES:
        for stratum in strata:
            _put(document, f"{table}.{stratum}", _number(sent.get(f"{table}.{stratum}", "")))
    document["peak_hours"] = [hour for hour in range(24) if f"peak_hours.{hour}" in sent]
    attitudes = {name.removeprefix("attitudes."): value for name, value in sent.items() if name.startswith("attitudes.")}
    kept = {number: value for number, value in attitudes.items() if value and value != "steady"}
    if kept or "attitudes" in document:
        document["attitudes"] = kept
    return document


def _put(document: dict[str, Any], path: str, value: object) -> None:
    *outer, last = path.split(".")
    for name in outer:
        document = document.setdefault(name, {})
    if document.get(last) != value:
        document[last] = value


def _number(text: str, whole: bool = False) -> object:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if whole and value.is_integer() else value


def _page(document: Mapping[str, Any], version: int, problem: str = "", wanted: SamplingRules | None = None) -> str:
    day = _latest_day()
    before = _preview(RuleStore(store()).current()[1], day)
    return render_template(
        "setup/sampling.html", document=document, version=version, problem=problem, numbers=NUMBERS, tables=TABLES, name_of=_name,
        hint_of=_hint, value_of=_value, agents=People(store()).list("agent"), attitudes=STRATA["attitude"], day=day, before=before,
        after=_preview(wanted, day) if wanted else None, dimensions=(*ON_CALLS, *ON_AGENTS), strata=STRATA, kinds=KINDS,
    )  # fmt: skip


def _value(document: Mapping[str, Any], path: str) -> str:
    found: Any = document
    for name in path.split("."):
        found = found.get(name, "") if isinstance(found, Mapping) else ""
    return f"{found:g}" if isinstance(found, int | float) else str(found)


def _latest_day() -> date | None:
    """The latest day that has calls: its plan is the next to be made."""
    page = views().list_calls(limit=1)
    return local(page.rows[0].started_at).date() if page.rows else None


def _preview(rules: SamplingRules, day: date | None) -> Preview | None:
    return preview(store(), box().settings.site.timezone, rules, day) if day else None


def _name(name: str) -> str:
    if name in NAMES:
        return told(NAMES[name])
    last = name.rpartition(".")[2]
    return _numbers().get(name) or (told(NAMES[last]) if last in NAMES else gettext("Why a call is picked"))


def _numbers() -> dict[str, str]:
    return {
        "per_hour": gettext("Calls an inspector gets through in an hour, at most"),
        "scoring_s": gettext("Seconds of scoring on top of a call’s length"),
        "hours": gettext("Hours of listening a day, each inspector"),
        "min_share": gettext("Share of an agent’s calls a month, at least"),
        "min_calls": gettext("Calls of each agent a month, at least"),
        "extra_share": gettext("Listening above the duty, as a share of it"),
        "shortest_s": gettext("Shorter calls are left out, seconds"),
        "settled_days": gettext("Duty done so many days before month’s end"),
        "flagged_below": gettext("Flagged when a score is below"),
        "performance.best": gettext("Share of agents that counts as high"),
        "performance.worst": gettext("Share of agents that counts as low"),
        "performance.days": gettext("Performance over so many days"),
        "rise.falling_points": gettext("Falling: points lost against before"),
        "rise.falling": gettext("More listening to who is falling, times"),
        "rise.subject": gettext("More listening to new subjects, times"),
    }  # fmt: skip


def _hint(name: str) -> str:
    hints: dict[str, str] = {
        "min_share": gettext("0.03 is 3%"), "extra_share": gettext("0.34 is 34%"),
        "performance.best": gettext("0.2 is the best fifth"),
    }  # fmt: skip
    return hints.get(name, "")
