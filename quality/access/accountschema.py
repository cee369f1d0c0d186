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
    # Log-in. must_change: somebody else chose the password. totp: the secret of one-time codes (base32), NULL without them;
    # totp_step: the last 30 s step whose code was used, so that none is taken twice. sessions: one row a browser that is logged in.
    # login_tries: wrong tries by who and where (quality.access.logins); instants there are epoch seconds. first_codes: SHA-256 of
    # the codes with which the first administrator is made.
    Migration(
        "0024-login",
        (
            "ALTER TABLE users ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE users ADD COLUMN totp TEXT",
            "ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0",
            """CREATE TABLE recovery_codes (
                user_id TEXT NOT NULL REFERENCES users (id), hash TEXT NOT NULL, used_at TEXT,
                PRIMARY KEY (user_id, hash)) STRICT, WITHOUT ROWID""",
            """CREATE TABLE sessions (
                hash TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id), opened_at REAL NOT NULL, seen_at REAL NOT NULL,
                address TEXT NOT NULL, browser TEXT NOT NULL) STRICT, WITHOUT ROWID""",
            "CREATE INDEX sessions_by_user ON sessions (user_id)",
            """CREATE TABLE login_tries (
                key TEXT PRIMARY KEY, wrong INTEGER NOT NULL, first_at REAL NOT NULL,
                locked_until REAL NOT NULL) STRICT, WITHOUT ROWID""",
            "CREATE TABLE first_codes (hash TEXT PRIMARY KEY, made_at REAL NOT NULL) STRICT, WITHOUT ROWID",
        ),
    ),
)
