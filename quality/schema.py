"""review.db: what people decided. The web UI writes it, the console is its guest; everyone else reads."""

from __future__ import annotations

from recorder.migrations import Migration

REVIEW_DB = "review.db"

MIGRATIONS = (
    Migration(
        "0001-review",
        (
            # agent_id binds a 座席 to calls.db's agents. disabled_at NULL: may log in. password_at changes with the password, so
            # that sessions opened with the old one can be told.
            """CREATE TABLE users (
                id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,
                role TEXT NOT NULL CHECK (role IN ('inspector', 'manager', 'agent', 'admin')),
                agent_id TEXT, language TEXT, password_hash TEXT NOT NULL, password_at TEXT NOT NULL,
                created_at TEXT NOT NULL, disabled_at TEXT) STRICT""",
            # A form version never changes once stored: document is the whole form as JSON.
            """CREATE TABLE forms (
                id TEXT NOT NULL, version TEXT NOT NULL, document TEXT NOT NULL, stored_at TEXT NOT NULL, stored_by TEXT NOT NULL,
                PRIMARY KEY (id, version)) STRICT""",
            # One row a save; version counts from 1 within the call, the highest is the one that holds. earned is the points before
            # a taboo took them, total what counts, both 0–100. machine_score is the machine's own at that moment.
            """CREATE TABLE reviews (
                id TEXT PRIMARY KEY, call_id TEXT NOT NULL, version INTEGER NOT NULL,
                form_id TEXT NOT NULL, form_version TEXT NOT NULL, earned REAL NOT NULL, total REAL NOT NULL,
                passed INTEGER NOT NULL, machine_score REAL, comment TEXT NOT NULL,
                reviewer_id TEXT NOT NULL REFERENCES users (id), reviewed_at TEXT NOT NULL,
                UNIQUE (call_id, version), FOREIGN KEY (form_id, form_version) REFERENCES forms (id, version)) STRICT""",
            "CREATE INDEX reviews_by_time ON reviews (reviewed_at)",
            # grade: excellent, good, fair, poor, bad or na. suggestion is the machine's as JSON, NULL where it had none.
            """CREATE TABLE review_items (
                review_id TEXT NOT NULL REFERENCES reviews (id), item TEXT NOT NULL, grade TEXT NOT NULL, comment TEXT NOT NULL,
                suggestion TEXT, PRIMARY KEY (review_id, item)) STRICT""",
            """CREATE TABLE review_taboos (
                review_id TEXT NOT NULL REFERENCES reviews (id), taboo TEXT NOT NULL, PRIMARY KEY (review_id, taboo)) STRICT""",
            # Who changed what, when. detail is JSON; passwords never appear in it.
            """CREATE TABLE changes (
                id INTEGER PRIMARY KEY, at TEXT NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
                detail TEXT NOT NULL) STRICT""",
            "CREATE INDEX changes_by_subject ON changes (subject, id)",
        ),
    ),
    # What the machine made of a call on a form version, kept because working it out again takes milliseconds a call. analyzed_at is
    # the analysis it was worked out from: another one makes it void.
    Migration(
        "0002-machine-scores",
        (
            """CREATE TABLE machine_scores (
                call_id TEXT NOT NULL, form_id TEXT NOT NULL, form_version TEXT NOT NULL, analyzed_at TEXT NOT NULL, score REAL,
                coverage REAL NOT NULL, PRIMARY KEY (call_id, form_id, form_version)) STRICT, WITHOUT ROWID""",
        ),
    ),
)
