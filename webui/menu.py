"""The menu: which pages stand in it, for whom, in which order. A page that should be found without its address has a line here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from webui.access import allowed


@dataclass(frozen=True)
class Entry:
    """endpoint: the page, which says itself to whom it is open. name: as the menu shows it."""

    endpoint: str
    name: object

    @property
    def blueprint(self) -> str:
        """The blueprint the page belongs to."""
        return self.endpoint.partition(".")[0]


MENU = (
    Entry("calls.listing", lazy_gettext("Calls")),
    Entry("reports.weekly", lazy_gettext("Weekly")),
)
"""In the order of the menu."""


@dataclass(frozen=True)
class Link:
    """An entry as the page shows it."""

    name: str
    address: str
    current: bool


def init_menu(app: Flask) -> None:
    """Give templates `menu()`."""
    app.jinja_env.globals["menu"] = lambda: list(_links(app))


def _links(app: Flask) -> Iterator[Link]:
    for entry in MENU:
        if current_user.role in allowed(app, entry.endpoint):
            yield Link(str(entry.name), url_for(entry.endpoint), request.blueprint == entry.blueprint)
