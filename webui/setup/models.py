"""The models on the box, whether they are whole, and the emotion model's fit to the site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from analyzer import models
from analyzer.emotion.site import SiteCalibrations
from hw.messages import UserError
from quality.changes import record
from quality.jobs.store import Jobs
from quality.reviewing.labels import Labels
from quality.store import writing
from webui.access import allow
from webui.context import box
from webui.setup import boxform
from webui.setup.boxtexts import choice_name
from webui.setup.shared import complain, me, setup_blueprint, store, told

blueprint = setup_blueprint("models")


@dataclass(frozen=True)
class LabelCount:
    """What people said of emotions: labels in all, by what they heard, and of how many calls."""

    all: int
    kinds: dict[str, int]
    calls: int


@blueprint.get("/setup/models")
@allow("admin")
def page() -> ResponseReturnValue:
    """What is installed and in use."""
    return _page()


@blueprint.post("/setup/models")
@allow("admin")
def change() -> ResponseReturnValue:
    """Change how calls are understood."""
    return boxform.change(("analysis",), _page, url_for("models.page"))


def _page(failed: boxform.Failed | None = None) -> str:
    settings = boxform.current()
    known = models.known(models.folder(settings.analysis))
    sites = SiteCalibrations(store())
    jobs = Jobs(store())
    return render_template(
        "setup/models.html", known=known, folder=models.folder(settings.analysis), told=told, choice_name=choice_name,
        panels=boxform.panels("analysis", failed=failed), choices={"analysis.model": _installed(known, settings.analysis.model)},
        used=settings.analysis, check=jobs.latest("models", "models"), fit=jobs.latest("calibration", "emotion"),
        live=sites.live_name(), measured=sites.measured(), labels=_labels(),
    )  # fmt: skip


@blueprint.post("/setup/models/check")
@allow("admin")
def check() -> ResponseReturnValue:
    """Begin to check every file."""
    return _start("models", "models", {"folder": str(models.folder(box().settings.analysis))})


@blueprint.post("/setup/models/calibrate")
@allow("admin")
def calibrate() -> ResponseReturnValue:
    """Begin to fit the emotion model to the site."""
    return _start("calibration", "emotion", {"by": me()})


@blueprint.post("/setup/models/back")
@allow("admin")
def back() -> ResponseReturnValue:
    """Go back to the calibration before."""
    sites = SiteCalibrations(store())
    before = sites.live_name()
    try:
        with writing(store()) as database:
            record(database, me(), "emotion.back", "emotion", {"before": before, "after": sites.back()})
    except UserError as error:
        complain(error)
    else:
        flash(gettext("Gone back. The analyzer takes it up with its next call."), "info")
    return redirect(url_for("models.page"))


def _installed(known: Sequence[models.KnownModel], used: str) -> list[str]:
    """What can be chosen; the one in use among them, even if it is not there."""
    return list(dict.fromkeys([used, *(model.name for model in known if model.path)]))


def _start(kind: str, subject: str, arguments: dict[str, object]) -> ResponseReturnValue:
    try:
        Jobs(store()).start(kind, subject, arguments, me())
    except UserError as error:
        complain(error)
    return redirect(url_for("models.page"))


def _labels() -> LabelCount:
    found = Labels(store()).every("emotion")
    return LabelCount(len(found), dict(Counter(label.after for label in found)), len({label.call_id for label in found}))
