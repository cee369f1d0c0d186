"""The operating figures' limits and targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.figures.rulestore import as_document, change_figure_rules, figure_rules
from webui.access import allow
from webui.fields import whole
from webui.setup.shared import me, setup_blueprint, store, told

blueprint = setup_blueprint("figures")
LIMITS = ("repeat_days", "short_abandon_s", "service_s")


@blueprint.get("/setup/figures")
@allow(*LEADS)
def page() -> ResponseReturnValue:
    """The 23 with what they should be."""
    kept = figure_rules(store())
    return _page(as_document(kept), kept.version)


@blueprint.post("/setup/figures")
@allow(*LEADS)
def save() -> ResponseReturnValue:
    """Keep the next version. What is not right comes back as it was sent."""
    kept = figure_rules(store())
    based_on = whole(request.form.get("based_on", ""), 0)
    document = _read(request.form, {figure.id: figure.unit for figure in kept.figures})
    try:
        if document == as_document(kept):
            raise UserError("Nothing has been changed.", "没有任何改动。")
        made = change_figure_rules(store(), document, me(), based_on)
    except UserError as error:
        return _page(document, based_on, told(error.message)), 422
    text = gettext("Kept as version %(version)s: dashboard and reports tell by them from now on.", version=made)
    flash(text, "info")
    return redirect(url_for("figures.page"))


def _read(sent: Mapping[str, str], units: Mapping[str, str]) -> dict[str, Any]:
    targets: dict[str, dict[str, Any]] = {}
    for figure, unit in units.items():
        for side in ("min", "max"):
            text = sent.get(f"{figure}.{side}", "").strip()
            if text:
                targets.setdefault(figure, {})[side] = _number(text, unit)
    return {"rules": {name: _number(sent.get(name, "").strip()) for name in LIMITS}, "targets": targets}


def _number(text: str, unit: str = "") -> Any:
    try:
        value = float(text.removesuffix("%").strip())
    except ValueError:
        return text
    return round(value / 100, 6) if unit in ("share", "per_year") else int(value) if value.is_integer() and not unit else value


def _page(document: Mapping[str, Any], version: int, problem: str = "") -> str:
    def shown(figure: str, side: str, unit: str) -> str:
        value = document["targets"].get(figure, {}).get(side, "")
        if not isinstance(value, int | float):
            return str(value)
        return f"{value * 100 if unit in ('share', 'per_year') else value:g}"

    figures = figure_rules(store()).figures
    return render_template(
        "setup/figures.html", figures=figures, document=document, version=version, problem=problem, shown=shown,
        limits=LIMITS, limit_name=_limit, unit_name=_unit,
    )  # fmt: skip


def _limit(name: str) -> str:
    names: dict[str, str] = {
        "repeat_days": gettext("Another call of the number within so many days: not settled the first time"),
        "short_abandon_s": gettext("Given up within so many seconds: not counted as abandoned"),
        "service_s": gettext("Answered within so many seconds: within the service level"),
    }
    return names[name]


def _unit(unit: str) -> str:
    names: dict[str, str] = {
        "share": "%", "per_year": gettext("% a year"), "s": gettext("seconds"), "rings": gettext("rings"),
        "per_hour": gettext("an hour"), "points": gettext("points"), "yuan": gettext("yuan"), "calls": gettext("calls"),
    }  # fmt: skip
    return names.get(unit, unit)
