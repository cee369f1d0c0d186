"""Steps of review.db (quality.schema) for the call list: what has changed of a call, and saved searches."""

from __future__ import annotations

from recorder.migrations import Migration, follow

STEPS = (
    # changed_reviews: calls whose reviews or drafts have changed, in order (quality.callindex follows it).
    Migration(
        "0023-changed-reviews",
        (
            "CREATE TABLE changed_reviews (number INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL) STRICT",
            *follow("reviews", "changed_reviews", {"INSERT": "NEW.call_id", "UPDATE": "NEW.call_id", "DELETE": "OLD.call_id"}),
        ),
    ),
    # A person's search under a name: query is the address's part after the "?". shared: the person's colleagues see it, too.
    Migration(
        "0023-saved-searches",
        (
            """CREATE TABLE saved_searches (
                id TEXT PRIMARY KEY, owner_id TEXT NOT NULL REFERENCES users (id), name TEXT NOT NULL, query TEXT NOT NULL,
                shared INTEGER NOT NULL CHECK (shared IN (0, 1)), saved_at TEXT NOT NULL) STRICT""",
            "CREATE UNIQUE INDEX saved_searches_by_owner ON saved_searches (owner_id, name)",
            "CREATE INDEX saved_searches_shared ON saved_searches (name) WHERE shared = 1",
        ),
    ),
)
