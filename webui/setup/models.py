"""The models on the box, whether they are whole, and the emotion model's fit to the site."""

from __future__ import annotations

from collections import Counter
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
from webui.setup.shared import complain, me, setup_blueprint, store

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
    settings = box().settings
    sites = SiteCalibrations(store())
    jobs = Jobs(store())
    return render_template(
        "setup/models.html", known=models.known(models.folder(settings.analysis)), folder=models.folder(settings.analysis),
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


def _start(kind: str, subject: str, arguments: dict[str, object]) -> ResponseReturnValue:
    try:
        Jobs(store()).start(kind, subject, arguments, me())
    except UserError as error:
        complain(error)
    return redirect(url_for("models.page"))


def _labels() -> LabelCount:
    found = Labels(store()).every("emotion")
    return LabelCount(len(found), dict(Counter(label.after for label in found)), len({label.call_id for label in found}))
