"""The set-up pages, put into the application."""

from __future__ import annotations

from flask import Flask

from webui.setup import changes, figures, forms, jobs, models, people, retention, rules, sampling, settings, users

ROOMS = (rules, forms, sampling, figures, people, users, retention, models, settings, changes, jobs)


def init_setup(app: Flask) -> None:
    """Register every page of the room."""
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
