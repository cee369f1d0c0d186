"""Steps of review.db (quality.schema) for the tokens of programs that use the HTTP API."""

from __future__ import annotations

from recorder.migrations import Migration

STEPS = (
    # hash: SHA-256 of the token, which itself is kept nowhere. start: its first characters, to know it by. scopes, teams: JSON
    # lists; teams NULL: not narrowed to groups. A token may see what its owner may at that moment, and no more than its scopes.
    Migration(
        "0025-tokens",
        (
            """CREATE TABLE tokens (
                id TEXT PRIMARY KEY, name TEXT NOT NULL, owner_id TEXT NOT NULL REFERENCES users (id), start TEXT NOT NULL,
                hash TEXT NOT NULL UNIQUE, scopes TEXT NOT NULL, teams TEXT, created_at TEXT NOT NULL, created_by TEXT NOT NULL,
                expires_at TEXT NOT NULL, last_used_at TEXT, last_address TEXT NOT NULL DEFAULT '', revoked_at TEXT,
                revoked_by TEXT) STRICT""",
            "CREATE INDEX tokens_by_owner ON tokens (owner_id)",
        ),
    ),
)
