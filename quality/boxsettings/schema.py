"""The table of changes of the box's settings that were asked for on the pages."""

from __future__ import annotations

from recorder.migrations import Migration

# wanted, before: JSON, setting → value. differences: as in the log of changes. state: asked, done, refused or lost. en, zh: why.
STEPS = (
    Migration(
        "0030-settings-requests",
        (
            """CREATE TABLE settings_requests (
                id TEXT PRIMARY KEY, made_at TEXT NOT NULL, by TEXT NOT NULL, wanted TEXT NOT NULL, before TEXT NOT NULL,
                differences TEXT NOT NULL, state TEXT NOT NULL, en TEXT NOT NULL DEFAULT '', zh TEXT NOT NULL DEFAULT '',
                ended_at TEXT) STRICT, WITHOUT ROWID""",
            "CREATE INDEX settings_requests_by_time ON settings_requests (made_at)",
        ),
    ),
)
