"""Scoring forms: edited as a new version, compared, looked at as inspectors see them."""

from __future__ import annotations

import time
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.differences import differences
from quality.forms.form import Form
from quality.forms.showing import WAYS, change_showing, showing
from quality.forms.store import Forms
from webui.access import allow
from webui.fields import whole
from webui.setup.formedit import COMMENTS, check, document_of, grow, read_document
from webui.setup.pathnames import step_name
from webui.setup.shared import complain, me, setup_blueprint, store, told

blueprint = setup_blueprint("forms")
QUARTER_S = 92 * 86400.0


@blueprint.get("/setup/forms")
@allow(*LEADS)
def listing() -> ResponseReturnValue:
    """Every form with its versions."""
    forms = Forms(store())
    rows = []
    for form in forms.list():
        versions = forms.versions(form.id)
        stored = versions[0].stored_at
        rows.append((form, versions, stored is None or time.time() - stored > QUARTER_S))
    version, way = showing(store())
    return render_template("setup/forms.html", rows=rows, ways=WAYS, way=way, showing_version=version)


@blueprint.post("/setup/forms/suggestions")
@allow(*LEADS)
def suggestions() -> ResponseReturnValue:
    """Choose when reviewers see what the machine suggests."""
    based_on = request.form.get("based_on", "")
    try:
        change_showing(store(), request.form.get("way", ""), me(), whole(based_on, 0))
    except UserError as error:
        complain(error)
    else:
        flash(gettext("Kept. It holds from the next call that is opened."), "info")
    return redirect(url_for("forms.listing"))


@blueprint.get("/setup/forms/<form_id>")
@allow(*LEADS)
def page(form_id: str) -> ResponseReturnValue:
    """The version in use, to be changed."""
    form = _current(form_id)
    return _page(form, document_of(form))


@blueprint.post("/setup/forms/<form_id>")
@allow(*LEADS)
def save(form_id: str) -> ResponseReturnValue:
    """Keep the next version. A form that is not right comes back as it was sent."""
    form = _current(form_id)
    document = read_document(request.form, form.document)
    if grow(document, request.form):
        return _page(form, document)
    try:
        check(document)
        based = Forms(store()).get(form_id, request.form.get("based_on", "")) or form
        made = Forms(store()).revise(based, document, me())
    except UserError as error:
        return _page(form, document, told(error.message)), 422
    text = gettext("Version %(version)s is in use from now on; scores given before keep theirs.", version=made.version)
    flash(text, "info")
    return redirect(url_for("forms.listing"))


@blueprint.get("/setup/forms/<form_id>/versions/<version>")
@allow(*LEADS)
def preview(form_id: str, version: str) -> ResponseReturnValue:
    """A version as inspectors see it."""
    form = Forms(store()).get(form_id, version) or abort(404)
    return render_template("setup/formpreview.html", form=form)


@blueprint.get("/setup/forms/<form_id>/compare")
@allow(*LEADS)
def compare(form_id: str) -> ResponseReturnValue:
    """Two versions side by side."""
    forms = Forms(store())
    names = [one.version for one in forms.versions(form_id)] or abort(404)
    first, second = request.args.get("from", names[min(1, len(names) - 1)]), request.args.get("to", names[0])
    found = [forms.get(form_id, first) or abort(404), forms.get(form_id, second) or abort(404)]
    return render_template(
        "setup/formcompare.html",
        forms=found,
        names=names,
        differences=differences(_shown(found[0]), _shown(found[1])),
        step_name=step_name,
    )


def _shown(form: Form) -> dict[str, Any]:
    """Without what people do not read."""
    sections = [
        {**section, "item": [{k: v for k, v in item.items() if k != "evidence"} for item in section["item"]]}
        for section in document_of(form)["section"]
    ]
    kept = {name: value for name, value in form.document.items() if name not in ("version", "words", "section")}
    return {**kept, "section": sections}


def _current(form_id: str) -> Form:
    try:
        return Forms(store()).current(form_id)
    except UserError:
        abort(404)


def _page(form: Form, document: dict[str, Any], problem: str = "") -> str:
    total = sum(s["points"] for s in document["section"] if isinstance(s["points"], float | int))
    based = request.form.get("based_on", form.version)
    return render_template(
        "setup/form.html", form=form, document=document, problem=problem, total=total, comments=COMMENTS, based_on=based
    )
