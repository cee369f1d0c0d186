"""A number found in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Numeral:
    """Characters start..end-1 of a text are said for `digits`."""

    start: int
    end: int
    digits: str
