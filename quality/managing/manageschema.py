"""review.db's steps for what managers and agents look at every day: the kept detail of figures, and ways to what is an agent's."""

from __future__ import annotations

from recorder.migrations import Migration

STEPS = (
    # quality.figures.kept: the daily detail of figures and faults, kept so that a page need not count a year's calls. document:
    # packed JSON; basis: what it was worked out by (zone, rules); stale: something of the day has changed since kept_at.
    # kept_marks: how far the other databases were looked through for changes.
    Migration(
        "0026-kept-days",
        (
            """CREATE TABLE kept_days (
                day TEXT PRIMARY KEY, basis TEXT NOT NULL, kept_at TEXT NOT NULL, calls INTEGER NOT NULL,
                stale INTEGER NOT NULL CHECK (stale IN (0, 1)), document BLOB NOT NULL) STRICT""",
            "CREATE TABLE kept_marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
            "CREATE INDEX appeals_by_agent ON appeals (agent_id, filed_at)",
            "CREATE INDEX appeals_by_state ON appeals (state, decide_by)",
            "CREATE INDEX calibrations_by_time ON calibrations (opened_at)",
            "CREATE INDEX assignments_by_time ON assignments (assigned_at)",
        ),
    ),
    # for_agents: whether agents may read the case and hear its clips; nobody has said so of those that were there before.
    Migration("0026-cases-for-agents", ("ALTER TABLE cases ADD COLUMN for_agents INTEGER NOT NULL DEFAULT 0",)),
)
