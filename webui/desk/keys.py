"""The keys of the desk and the call page as the help sheet shows them. What each does stands in static/desk/keys.js under the same
action; a test compares the two."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext

from quality.reviewing.corrections import likeliest

Row = tuple[tuple[str, ...], str, str]
"""Keys as they are printed, the action, what it does."""


def init_keys(app: Flask) -> None:
    """Give templates `key_sheet()`."""
    app.jinja_env.globals.update(key_sheet=key_sheet, likeliest=likeliest)


def key_sheet() -> list[tuple[str, list[Row]]]:
    """Tables of keys, each with its title, in the page's language."""
    return [
        (gettext("Listening"), _listening()), (gettext("Scoring"), _scoring()), (gettext("Marking"), _marking()),
        (gettext("Moving on"), _moving()),
    ]  # fmt: skip


def _listening() -> list[Row]:
    return [
        ((gettext("Space"),), "play", gettext("play, pause")),
        (("←", "→"), "seek", gettext("5 s back, forward; with Shift 1 s")),
        ((",", "."), "utterance", gettext("to the utterance before, after")),
        (("P", "N"), "hit", gettext("to the hit before, after")),
        (("−", "+"), "speed", gettext("slower, faster; the pitch stays")),
        (("S",), "silence", gettext("skip silence or not")),
        (("A",), "playon", gettext("play on with the next unheard call, or not")),
    ]


def _scoring() -> list[Row]:
    return [
        (("J", "K"), "item", gettext("to the item after, before")),
        (("1", "…", "9"), "grade", gettext("grade it, the best first, and go to the next")),
        (("X",), "na", gettext("not applicable")),
        (("R",), "reason", gettext("comment on the item; Esc leaves the field")),
        (("U",), "lacking", gettext("to the next that is missing: a grade or a comment")),
        (("T",), "comment", gettext("comment on the whole call")),
        (("Ctrl", "Enter"), "save", gettext("save, and on to the next call of the plan")),
    ]


def _marking() -> list[Row]:
    return [
        (("M",), "note", gettext("note at this moment")),
        (("E",), "fix", gettext("correct the utterance: words, who, mood, a missed fault")),
        (("W",), "wrong", gettext("the hit here is no fault")),
        (("I", "O"), "clip-edge", gettext("a clip begins, ends here")),
        (("C",), "clip", gettext("send the clip to the case library")),
    ]


def _moving() -> list[Row]:
    return [
        (("G",), "next", gettext("next call of the plan")),
        (("D",), "desk", gettext("to the desk")),
        (("?",), "help", gettext("this sheet")),
    ]
