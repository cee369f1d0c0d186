"""What a request's fields say, whatever was sent."""

from __future__ import annotations

from typing import TypeVar

from werkzeug.routing import IntegerConverter

Otherwise = TypeVar("Otherwise", int, None)
DIGITS = 9
"""More than a page ever counts, and less than a database or a clock can take."""


class Whole(IntegerConverter):
    """<int:…> in addresses; a longer number leads nowhere."""

    regex = rf"\d{{1,{DIGITS}}}"


def whole(text: str, otherwise: Otherwise) -> int | Otherwise:
    """A whole number of 0 and more; `otherwise` for what no page has sent."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS else otherwise
