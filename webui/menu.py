"""The menu: which pages stand in it, for whom, in which order. A page that should be found without its address has a line here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from webui.access import allowed

SECTIONS = {"listen": lazy_gettext("Listen"), "manage": lazy_gettext("Manage"), "setup": lazy_gettext("Set up")}
"""What the pages are grouped by, in the order of the menu. Whoever sees pages of one section only gets them without its name."""


@dataclass(frozen=True)
class Entry:
    """endpoint: the page, which says itself to whom it is open. name: as the menu shows it. section: one of SECTIONS."""

    endpoint: str
    name: object
    section: str = "listen"


MENU = (
    Entry("desk.page", lazy_gettext("Desk")),
    Entry("live.page", lazy_gettext("Live")),
    Entry("calls.listing", lazy_gettext("Calls")),
    Entry("own.home", lazy_gettext("My work")),
    Entry("cases.library", lazy_gettext("Cases")),
    Entry("manage.dashboard", lazy_gettext("Dashboard"), "manage"),
    Entry("reports.weekly", lazy_gettext("Weekly"), "manage"),
    Entry("manage.problems", lazy_gettext("Problems"), "manage"),
    Entry("manage.trainings", lazy_gettext("Trainings"), "manage"),
    Entry("manage.coaching", lazy_gettext("Coaching"), "manage"),
    Entry("manage.appeals", lazy_gettext("Appeals"), "manage"),
    Entry("manage.calibrations", lazy_gettext("Calibrations"), "manage"),
    Entry("manage.alerts", lazy_gettext("Alerts"), "manage"),
    Entry("manage.reviewing", lazy_gettext("Listening plan"), "manage"),
    Entry("manage.observations", lazy_gettext("Observation"), "manage"),
    Entry("manage.mystery", lazy_gettext("Mystery calls"), "manage"),
    Entry("manage.reports", lazy_gettext("Reports"), "manage"),
    Entry("manage.exports", lazy_gettext("Exports"), "manage"),
    Entry("rules.listing", lazy_gettext("Rules"), "setup"),
    Entry("forms.listing", lazy_gettext("Forms"), "setup"),
    Entry("sampling.page", lazy_gettext("Sampling"), "setup"),
    Entry("figures.page", lazy_gettext("Targets"), "setup"),
    Entry("people.listing", lazy_gettext("People"), "setup"),
    Entry("users.listing", lazy_gettext("Users"), "setup"),
    Entry("retention.page", lazy_gettext("Retention"), "setup"),
    Entry("retention.holds", lazy_gettext("Holds"), "setup"),
    Entry("models.page", lazy_gettext("Models"), "setup"),
    Entry("settings.alarms", lazy_gettext("Alarms"), "setup"),
    Entry("settings.page", lazy_gettext("The box"), "setup"),
    Entry("boxhealth.page", lazy_gettext("Health"), "setup"),
    Entry("tokens.page", lazy_gettext("API tokens"), "setup"),
    Entry("changes.page", lazy_gettext("Changes"), "setup"),
    Entry("audit.page", lazy_gettext("Audit log"), "setup"),
)
"""In the order of the menu, within its section."""


@dataclass(frozen=True)
class Link:
    """An entry as the page shows it."""

    name: str
    address: str
    current: bool


@dataclass(frozen=True)
class Section:
    """A section as the page shows it: its address is that of its first page."""

    name: str
    links: tuple[Link, ...]

    @property
    def address(self) -> str:
        """Where its name leads."""
        return self.links[0].address

    @property
    def current(self) -> bool:
        """Whether the page shown belongs to it."""
        return any(link.current for link in self.links)


def init_menu(app: Flask) -> None:
    """Give templates `menu()`."""
    app.jinja_env.globals["menu"] = lambda: _sections(app)


def _sections(app: Flask) -> list[Section]:
    """The sections that hold a page for who is asking."""
    mine = [entry for entry in MENU if current_user.role in allowed(app, entry.endpoint)]
    here = _current(mine)
    return [
        Section(str(name), tuple(_link(entry, here) for entry in mine if entry.section == section))
        for section, name in SECTIONS.items()
        if any(entry.section == section for entry in mine)
    ]


def _link(entry: Entry, here: Entry | None) -> Link:
    return Link(str(entry.name), url_for(entry.endpoint), entry is here)


def _current(entries: list[Entry]) -> Entry | None:
    """The entry of the page shown: itself, else the one whose address begins this one's, else one of the same blueprint."""
    under = [entry for entry in entries if f"{request.path}/".startswith(f"{url_for(entry.endpoint).rstrip('/')}/")]
    same = [entry for entry in entries if entry.endpoint.partition(".")[0] == request.blueprint]
    exact = [entry for entry in entries if entry.endpoint == request.endpoint]
    found = [*exact, *sorted(under, key=lambda entry: -len(url_for(entry.endpoint))), *same]
    return found[0] if found else None
