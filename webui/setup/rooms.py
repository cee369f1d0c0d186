"""The set-up pages, put into the application."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from quality.boxsettings.book import BoxSettings
from quality.boxsettings.dropin import Place
from recorder.settings.sections import Settings
from webui.setup import changes, figures, forms, jobs, models, people, retention, rules, sampling, settings, users

ROOMS = (rules, forms, sampling, figures, people, users, retention, models, settings, changes, jobs)


def init_setup(app: Flask, settings: Settings, place: Place | None) -> None:
    """Register every page of the room, and keep what changes the settings beside the application."""
    app.extensions["callbox_settings"] = BoxSettings(Path(settings.store.path), settings, place)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
