"""Ids that nobody can guess or count through: UUIDs of version 7 (RFC 9562, section 5.7), which sort by the time they were made."""

from __future__ import annotations

import secrets
import uuid


def new_id(at: float) -> str:
    """A UUIDv7 for the instant `at` (UTC epoch seconds): 48 bits of milliseconds, then 74 random bits."""
    milliseconds = int(at * 1000) & (2**48 - 1)
    value = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def first_id(at: float) -> str:
    """Below every id made at the instant `at` (UTC epoch seconds) or later, above every one made before: for ranges of ids."""
    return str(uuid.UUID(int=(int(max(0.0, at) * 1000) & (2**48 - 1)) << 80 | 7 << 76))
