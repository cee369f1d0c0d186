"""The set-up pages, put into the application."""

from __future__ import annotations

from flask import Flask

from webui.setup import jobs, rules

ROOMS = (rules, jobs)


def init_setup(app: Flask) -> None:
    """Register every page of the room."""
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
