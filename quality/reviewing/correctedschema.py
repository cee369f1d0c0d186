"""review.db's step for scores after correction (quality.reviewing.correctedresults)."""

from __future__ import annotations

from recorder.migrations import Migration

STEPS = (
    # corrected_results: a call judged anew with people's corrections, once for each call that has any; differs: 0 where they make
    # no difference. It holds for that analysis (analyzed_at), that rulebook and up to that label (later ones are not in it).
    # number counts on with every change, so that kept figures can follow. corrected_hits: the findings that hold; machine: the
    # finding's seq in analysis.db, NULL where it came by a correction; points: JSON, score -> points taken off. The words stay
    # where they are: in analysis.db, which forgets them in time.
    Migration(
        "0028-corrected-results",
        (
            """CREATE TABLE corrected_results (
                number INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL UNIQUE, analyzed_at TEXT NOT NULL,
                rulebook_version TEXT NOT NULL, label TEXT NOT NULL, differs INTEGER NOT NULL CHECK (differs IN (0, 1)),
                compliance REAL NOT NULL, experience REAL NOT NULL, risk REAL NOT NULL, high_priority INTEGER NOT NULL,
                at TEXT NOT NULL) STRICT""",
            """CREATE TABLE corrected_hits (
                call_id TEXT NOT NULL, seq INTEGER NOT NULL, rule TEXT NOT NULL, side TEXT NOT NULL, start_s REAL NOT NULL,
                end_s REAL NOT NULL, confidence REAL NOT NULL, machine INTEGER, points TEXT NOT NULL,
                PRIMARY KEY (call_id, seq)) STRICT, WITHOUT ROWID""",
            "CREATE INDEX labels_of_call ON labels (call_id, id)",
            # Days kept before there were scores after correction are looked through from the first of these on.
            "INSERT INTO kept_marks SELECT 'corrected', '0' WHERE EXISTS (SELECT 1 FROM kept_marks)",
        ),
    ),
)
