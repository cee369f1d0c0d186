"""The HTTP API as a whole: its operations, put into the application."""

from __future__ import annotations

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from webui.access import EVERYONE, allow
from webui.api import box, calls, department, pages, sound
from webui.api.caller import init_caller, limited
from webui.api.description import description
from webui.api.metrics import init_metrics
from webui.api.operations import CONVERTERS, blueprint

ROOMS = (calls, sound, department, box)
"""Importing them says their operations."""


@blueprint.get("/openapi.json")
@allow(*EVERYONE)
@limited
def openapi() -> ResponseReturnValue:
    """The description."""
    return jsonify(description())


def init_api(app: Flask, metrics: str) -> None:
    """Before the access check, which asks who calls. metrics: as [web] metrics."""
    app.url_map.converters.update(CONVERTERS)
    app.extensions["csrf"].exempt(blueprint)
    init_caller(app)
    app.register_blueprint(blueprint)
    app.register_blueprint(pages.blueprint)
    init_metrics(app, metrics)
