"""What the set-up pages share: who may come in, and what happened said where it is read."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, flash

from hw.messages import Message, UserError
from webui.context import box, person
from webui.languages import language


def setup_blueprint(name: str) -> Blueprint:
    """A blueprint of set-up pages. What they change holds for the whole centre: who is bound to groups stays outside."""
    made = Blueprint(name, f"webui.setup.{name}")
    made.before_request(_whole_centre)
    return made


def _whole_centre() -> None:
    if not person().scope.everything:
        abort(403)


def store() -> Path:
    """The box's store."""
    return box().store


def me() -> str:
    """The user name, for the log."""
    return person().name


def told(message: Message) -> str:
    """A message in the page's language."""
    return message.text(language())


def complain(error: UserError) -> None:
    """Say what is wrong at the top of the next page."""
    flash(told(error.message), "error")
