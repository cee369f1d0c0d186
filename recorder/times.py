"""Instants: UTC epoch seconds in the program, ISO text in the database, so that both sort and a technician can read them."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(instant: float) -> str:
    """UTC epoch seconds → "2026-11-22T03:04:05.678Z"."""
    moment = datetime.fromtimestamp(round(instant, 3), tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def from_text(text: str) -> float:
    """The inverse of to_text. Raises ValueError on anything that is no ISO instant."""
    return datetime.fromisoformat(text).timestamp()
