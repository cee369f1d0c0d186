"""The agents of the book as a drop-in of the settings: how the recorder, which alone writes calls.db, learns who sits where."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from hw.messages import UserError
from quality.files import write_atomically
from quality.staff.people import People, Person
from recorder.settings.loader import load

DROP_IN = "people.toml"
_HEAD = "# Written by `callbox people apply` from the book of people. Changes made here are lost at the next time.\n"


def apply_people(store: Path, config: Path) -> Path:
    """Write callbox.d/people.toml beside `config` and see that the settings are whole with it; if not, the file is as it was
    before. The recorder takes it up when it starts. The file written. Raises UserError."""
    folder = config.with_suffix(".d")
    target = folder / DROP_IN
    before = target.read_bytes() if target.exists() else None
    folder.mkdir(exist_ok=True)
    write_atomically(target, as_toml(People(store).list("agent")).encode())
    try:
        load([config])
    except UserError as error:
        target.unlink() if before is None else write_atomically(target, before)
        raise UserError(
            f"The settings would not be whole with the book's agents, so nothing was changed:\n{error.message.en}\n"
            f"If {config.name} has [[agent]] or [[assignment]] tables of its own, take them out: the book has them now.",
            f"加入人员表后设置不完整，未作更改：\n{error.message.zh}\n"
            f"如果 {config.name} 中另有 [[agent]] 或 [[assignment]]，请删除：已由人员表管理。",
        ) from error
    return target


def as_toml(agents: Iterable[Person]) -> str:
    """[[agent]] and [[assignment]] tables. Agents who left stay, since their calls do."""
    tables = [_HEAD]
    for agent in agents:
        tables.append(_table("agent", {"id": agent.number, "name": agent.name, "team": agent.team}))
        for seat in agent.seats:
            values = {"agent": agent.number, **asdict(seat)}
            tables.append(_table("assignment", {key: value for key, value in values.items() if value}))
    return "\n".join(tables)


def _table(name: str, values: dict[str, str]) -> str:
    # A JSON string without escapes beyond ASCII is a TOML basic string.
    return f"[[{name}]]\n" + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
