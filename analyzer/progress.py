"""How long work tells whoever waits for it how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, float], None]
"""Told how much is done, and of how much; both in the same unit."""


def nobody(_done: float, _total: float) -> None:
    """Where nobody waits."""
