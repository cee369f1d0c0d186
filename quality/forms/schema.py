"""review.db's step for how forms are shown."""

from __future__ import annotations

from recorder.migrations import Migration

STEPS = (
    # suggestions_shown: when reviewers see what the machine suggests (quality.forms.showing), a version a change; document: JSON.
    Migration(
        "0029-suggestions-shown",
        (
            """CREATE TABLE suggestions_shown (
                version INTEGER PRIMARY KEY, document TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL) STRICT""",
        ),
    ),
)
