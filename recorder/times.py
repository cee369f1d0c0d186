"""Instants: UTC epoch seconds in the program, ISO text in the database, so that both sort and a technician can read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def to_text(instant: float) -> str:
    """UTC epoch seconds → "2026-11-22T03:04:05.678Z"."""
    moment = datetime.fromtimestamp(round(instant, 3), tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def from_text(text: str) -> float:
    """The inverse of to_text. Raises ValueError on anything that is no ISO instant."""
    return datetime.fromisoformat(text).timestamp()


def local_to_instant(text: str, timezone: str) -> float:
    """A local date ("2026-11-22": its midnight) or date and time ("2026-11-22 09:00") in the IANA `timezone` → UTC epoch seconds.
    Text that carries its own offset keeps it. Raises ValueError when it is neither."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).timestamp()


def zone_exists(name: str) -> bool:
    """Whether `name` is a time zone of the IANA database on this machine."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
