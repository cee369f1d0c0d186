"""What the wizard has learnt, and how it is written into callbox.toml: what is there already stays, comments included."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT

from hw.messages import UserError
from recorder.settings.loader import SettingsError, load

HEAD = "# Written by callbox setup. Every setting and its meaning: docs/settings.md 全部设置见 docs/settings.md"
FILE_MODE, FOLDER_MODE = 0o640, 0o750


@dataclass(frozen=True)
class LineAnswer:
    """A line as [[line]] has it; sense -1: none."""

    name: str
    channels: tuple[int, ...]
    extension: str = ""
    trunk: str = ""
    sense: int = -1


@dataclass(frozen=True)
class Answers:
    """What goes into the settings; None or empty: leave what is there. records: values of [call_records]."""

    site: str = ""
    company: tuple[str, ...] = ()
    language: str = ""
    timezone: str = ""
    pcm: str = ""
    channels: int = 0
    rate: int = 8000
    lines: tuple[LineAnswer, ...] = ()
    board: str = ""
    console: str = ""
    tls: str = ""
    records: dict[str, str | int] = field(default_factory=dict)

    def with_line(self, line: LineAnswer) -> Answers:
        """One line more."""
        return replace(self, lines=(*self.lines, line))


def keep(answers: Answers, config: Path) -> Path | None:
    """Write the answers into `config`, check that the settings are whole with them, and give the copy of what was there before
    (None on a new box). A file that turns out wrong is put back as it was, and SettingsError raised."""
    before = _put_by(config)
    document = tomlkit.parse(config.read_text("utf-8")) if before else tomlkit.document()
    if not before:
        document.add(tomlkit.comment(HEAD.removeprefix("# ")))
    _fill(document, answers)
    _write(config, tomlkit.dumps(document))
    try:
        load([config])
    except SettingsError:
        if before:
            shutil.copy2(before, config)
        else:
            config.unlink()
        raise
    return before


def _put_by(config: Path) -> Path | None:
    if not config.exists():
        return None
    before = config.with_name(f"{config.name}.before-{time.strftime('%Y%m%d-%H%M%S')}")
    shutil.copy2(config, before)
    return before


def _write(config: Path, text: str) -> None:
    if not config.parent.exists():
        config.parent.mkdir(parents=True, mode=FOLDER_MODE)
    spare = config.with_name(f"{config.name}.new")
    spare.write_text(text, "utf-8")
    spare.chmod(FILE_MODE)
    # The services' group reads the settings; its folder has it from the installer.
    os.chown(spare, -1, config.parent.stat().st_gid)
    spare.replace(config)


def _fill(document: tomlkit.TOMLDocument, answers: Answers) -> None:
    _put(document, "site", name=answers.site, company=list(answers.company), language=answers.language, timezone=answers.timezone)
    if answers.pcm:
        _rows(document, "device", [{"name": "tap", "pcm": answers.pcm, "channels": answers.channels, "rate": answers.rate}])
    if answers.lines:
        _rows(document, "line", [_line(line) for line in answers.lines])
    _put(document, "line_sense", port=answers.board)
    _put(document, "console", port=answers.console)
    _put(document, "web", tls=answers.tls)
    _put(document, "call_records", **answers.records)


def _line(line: LineAnswer) -> dict[str, Any]:
    row: dict[str, Any] = {"name": line.name, "device": "tap", "channels": list(line.channels)}
    return row | {key: value for key in ("extension", "trunk") if (value := getattr(line, key))} | (
        {"sense": line.sense} if line.sense >= 0 else {}
    )


def _put(document: tomlkit.TOMLDocument, table_name: str, **values: Any) -> None:
    given = {key: value for key, value in values.items() if value}
    if not given:
        return
    if table_name not in document:
        document.add(table_name, tomlkit.table())
    table = document[table_name]
    if not isinstance(table, dict):
        raise UserError(f"[{table_name}] of the settings is no table.", f"设置中的 [{table_name}] 不是表。")
    for key, value in given.items():
        table[key] = value


def _rows(document: tomlkit.TOMLDocument, name: str, rows: list[dict[str, Any]]) -> None:
    made = AoT([])
    for row in rows:
        table = tomlkit.table()
        table.update(row)
        made.append(table)
    if name in document:
        document[name] = made
    else:
        document.add(name, made)
