"""A support file: what somebody far away needs to see what is wrong, without audio, words, names or numbers of people."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from analyzer.schema import ANALYSIS_DB
from console.technician import machine
from quality.health.examine import examine, gather
from quality.health.status import collect
from quality.schema import REVIEW_DB
from recorder.settings.cli import show
from recorder.settings.sections import Settings
from recorder.store.schema import CALLS_DB

LOG_LINES = 2000
LONG_NUMBER = re.compile(r"(?<![\w:.-])\+?\d[\d ]{4,}\d(?![\w:-])")
"""Six digits and more that are no time and no address: a telephone number, or could be one."""

QUOTED = re.compile(r"['\"“][^'\"”]{1,80}['\"”]")
"""What the log quotes: a name somebody typed."""


def write_bundle(settings: Settings, folder: Path) -> Path:
    """Write <folder>/callbox-support-<time>.zip and give its path. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"callbox-support-{time.strftime('%Y%m%d-%H%M%S')}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in _texts(settings):
            bundle.writestr(name, text)
    return path


def _texts(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "README.txt", "Support file of a callbox. No audio, no words, no names and no numbers of people are in it.\n"
    status = collect(settings).to_json()
    yield "status.json", without_people(json.dumps(status, ensure_ascii=False, indent=1, default=str))
    findings = [finding.to_json() for finding in examine(gather(settings))]
    yield "doctor.json", without_people(json.dumps(findings, ensure_ascii=False, indent=1, default=str))
    yield "settings.toml", show(_nobody(settings))
    yield "versions.txt", "\n".join(sorted(f"{one.name} {one.version}" for one in importlib.metadata.distributions())) + "\n"
    yield "machine.txt", "\n".join([platform.platform(), platform.python_version(), *machine.disk_lines(settings, "en")]) + "\n"
    yield "services.txt", "\n".join(machine.service_lines("en")) + "\n"
    yield "log.txt", without_people("\n".join(machine.log_lines("en", LOG_LINES))) + "\n"
    for name in (CALLS_DB, ANALYSIS_DB, REVIEW_DB):
        yield f"{name}.txt", _counts(Path(settings.store.path) / name)


def without_people(text: str) -> str:
    """Text with what may be a telephone number, and what a log quotes, taken out."""
    masked = LONG_NUMBER.sub("######", text)
    is_json = text.lstrip().startswith(("{", "["))
    return masked if is_json else QUOTED.sub("'…'", masked)


def _nobody(settings: Settings) -> Settings:
    """The settings without people: agents keep their place, not their names; layouts of lines stay, numbers of extensions do not
    name anybody."""
    agents = tuple(replace(agent, id=f"agent{number}", name="…") for number, agent in enumerate(settings.agent, 1))
    numbers = {agent.id: f"agent{number}" for number, agent in enumerate(settings.agent, 1)}
    seats = tuple(replace(seat, agent=numbers.get(seat.agent, "…")) for seat in settings.assignment)
    return replace(settings, agent=agents, assignment=seats)


def _counts(path: Path) -> str:
    """Each table's rows and the schema's steps: how far a database is, not what it holds."""
    if not path.exists():
        return "not there\n"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
            counted = [f"{name} {_rows(connection, name)}" for name in tables]
            steps = [row[0] for row in connection.execute("SELECT name FROM migrations ORDER BY name")]
    except sqlite3.DatabaseError as error:
        return f"cannot be read: {error}\n"
    return "\n".join([*counted, "", *steps]) + "\n"


def _rows(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608  a name of the database itself
