"""What stands in files on the box: shown with what it means; some of it may be changed here."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from recorder.settings.cli import toml_value
from recorder.watch.alarmkinds import SEVERITIES, alarm_kinds
from webui.access import allow
from webui.setup import boxform
from webui.setup.boxtexts import choice_name
from webui.setup.shared import setup_blueprint, told

blueprint = setup_blueprint("settings")

SECRET = ("password", "secret", "key", "token")
HIDDEN = ("simulation",)


@dataclass(frozen=True)
class Value:
    """A setting: as the file writes it. default: what ships, None when it is so."""

    name: str
    text: str
    default: str | None


@dataclass(frozen=True)
class Section:
    """A table of callbox.toml. rows: one, or one for each [[table]]. service: what has to be restarted to take a change up."""

    name: str
    title: str
    service: str
    rows: tuple[tuple[Value, ...], ...]
    many: bool


@blueprint.get("/setup/box")
@allow("admin")
def page() -> ResponseReturnValue:
    """All of callbox.toml as its files say it now, and what of it may be changed here."""
    return _box()


@blueprint.post("/setup/box")
@allow("admin")
def change() -> ResponseReturnValue:
    """Change the name and log-in, or the department's lines."""
    return boxform.change(("site", "quality"), _box, url_for("settings.page"))


def _box(failed: boxform.Failed | None = None) -> str:
    settings = boxform.current()
    sections = [_section(one.name, getattr(settings, one.name)) for one in dataclasses.fields(settings) if one.name not in HIDDEN]
    panels = boxform.panels("site", "quality", failed=failed)
    return render_template("setup/box.html", sections=sections, panels=panels, told=told, choice_name=choice_name)


@blueprint.get("/setup/alarms")
@allow("admin")
def alarms() -> ResponseReturnValue:
    """Every kind of alarm: when it is raised, what to do; and the limits that can be set."""
    return _alarms()


@blueprint.post("/setup/alarms")
@allow("admin")
def change_alarms() -> ResponseReturnValue:
    """Change the limits."""
    return boxform.change(("alarms",), _alarms, url_for("settings.alarms"))


def _alarms(failed: boxform.Failed | None = None) -> str:
    kinds, panels = list(alarm_kinds().values()), boxform.panels("alarms", failed=failed)
    return render_template(
        "setup/alarms.html", kinds=kinds, severities=SEVERITIES, told=told, panels=panels, choice_name=choice_name
    )


def _section(name: str, value: Any) -> Section:
    many = isinstance(value, tuple)
    rows = tuple(_values(row) for row in (value if many else (value,)))
    title, service = _titles().get(name, (name, ""))
    return Section(name, title, service, rows, many)


def _values(row: Any) -> tuple[Value, ...]:
    found = []
    for one in dataclasses.fields(row):
        value = getattr(row, one.name)
        same = one.default is dataclasses.MISSING or value == one.default
        hidden = any(word in one.name for word in SECRET) and value
        text = "••••" if hidden else toml_value(value)
        found.append(Value(one.name, text, None if same else toml_value(one.default)))
    return tuple(found)


def _titles() -> dict[str, tuple[str, str]]:
    every, recorder, analyzer, web = "callbox.target", "callbox-recorder", "callbox-analyzer", "callbox-web"
    return {
        "site": (gettext("Who and where"), every), "store": (gettext("Where everything is kept"), every),
        "device": (gettext("Sound devices"), recorder), "line": (gettext("Tapped lines"), recorder),
        "agent": (gettext("Agents, as the recorder knows them"), recorder), "assignment": (gettext("Who sits where"), recorder),
        "line_sense": (gettext("Tap board"), recorder), "call_records": (gettext("Call records of the PBX"), recorder),
        "segmentation": (gettext("Where a call begins and ends"), recorder), "alarms": (gettext("Limits of alarms"), recorder),
        "analysis": (gettext("How calls are understood"), analyzer), "retention": (gettext("How long audio is kept"), recorder),
        "retention_rule": (gettext("Another time for some calls"), recorder),
        "quality": (gettext("Where the department draws its lines"), web), "web": (gettext("These pages"), web),
        "console": (gettext("The technician’s serial port"), "callbox-console"),
    }  # fmt: skip
