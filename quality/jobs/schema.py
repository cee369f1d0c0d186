"""The table of long work that people start on the pages."""

from __future__ import annotations

from recorder.migrations import Migration

# kind: of quality.jobs.kinds; arguments, result: JSON. state: waiting, running, done, failed or stopped. beat_at: when the process
# last said that it lives.
STEPS = (
    Migration(
        "0027-jobs",
        (
            """CREATE TABLE jobs (
                id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, arguments TEXT NOT NULL, by TEXT NOT NULL,
                state TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, made_at TEXT NOT NULL,
                beat_at TEXT NOT NULL, ended_at TEXT, result TEXT, problem_en TEXT, problem_zh TEXT) STRICT, WITHOUT ROWID""",
            "CREATE INDEX jobs_by_kind ON jobs (kind, subject, made_at)",
        ),
    ),
)
