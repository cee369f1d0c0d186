"""Steps of review.db (quality.schema) for accounts, log-in and the audit log."""

from __future__ import annotations

from recorder.migrations import Migration

STEPS = (
    # The log of changes becomes the audit log (quality.audit): kind is change, listen, export, refusal or login; prev and hash
    # chain the entries, NULL in those older than the chain, which its first entry vouches for. audit_head: the recorder reads
    # this view and keeps it in the chain of evidence (recorder.evidence.witness).
    Migration(
        "0024-audit",
        (
            "ALTER TABLE changes ADD COLUMN kind TEXT NOT NULL DEFAULT 'change'",
            "ALTER TABLE changes ADD COLUMN address TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE changes ADD COLUMN prev TEXT",
            "ALTER TABLE changes ADD COLUMN hash TEXT",
            "CREATE INDEX changes_by_kind ON changes (kind, id)",
            'CREATE INDEX changes_by_person ON changes ("by", id)',
            "CREATE INDEX changes_by_time ON changes (at)",
            "CREATE VIEW audit_head (seq, hash) AS SELECT id, hash FROM changes WHERE hash IS NOT NULL ORDER BY id DESC LIMIT 1",
        ),
    ),
    # Whose calls an account may see: only those of these groups; of all groups without a row. A 座席 sees only their own anyway.
    Migration(
        "0024-groups",
        (
            """CREATE TABLE user_groups (
                user_id TEXT NOT NULL REFERENCES users (id), team TEXT NOT NULL,
                PRIMARY KEY (user_id, team)) STRICT, WITHOUT ROWID""",
        ),
    ),
)
