"""What actions are called: "user.add" is made of a thing and a deed, both named in one data file."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

from hw.messages import Message

FILE = Path(__file__).with_name("words.toml")


def action_name(action: str) -> Message:
    """An action's name: its own if it has one, else thing and deed; a word that the file does not know stands as it is."""
    words = _words()
    if action in words["action"]:
        return words["action"][action]
    thing, _, deed = action.partition(".")
    first = words["thing"].get(thing, Message(thing, thing))
    second = words["deed"].get(deed, Message(deed, deed))
    return Message(f"{first.en}: {second.en}", f"{first.zh}：{second.zh}") if deed else first


def is_named(action: str) -> bool:
    """Whether the file knows the action."""
    words, (thing, _, deed) = _words(), action.partition(".")
    return action in words["action"] or (thing in words["thing"] and deed in words["deed"])


def fact_name(fact: str) -> Message:
    """What an entry's detail is called; a word that the file does not know stands as it is."""
    return _words()["fact"].get(fact, Message(fact, fact))


@functools.cache
def _words() -> dict[str, dict[str, Message]]:
    tables = tomllib.loads(FILE.read_text("utf-8"))
    return {name: {key: Message(en, zh) for key, (en, zh) in table.items()} for name, table in tables.items()}
