"""Is it alive, and what is it."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webui.access import EVERYONE, allow, public
from webui.context import views

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 when pages can be answered from the databases; tells nothing else, for anyone on the LAN may ask."""
    views().rows([])
    return {"status": "ok"}


@blueprint.get("/about")
@allow(*EVERYONE)
def about() -> ResponseReturnValue:
    """What this is, and how far to trust the machine."""
    return render_template("about.html", version=version("callbox"))
