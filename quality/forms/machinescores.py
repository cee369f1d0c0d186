"""The machine's form score of many calls, worked out once and kept in review.db."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from analyzer.result import Utterance
from hw.messages import UserError
from quality.calls.rows import hit
from quality.forms.form import Form
from quality.forms.suggest import Suggestion, coverage, machine_score, suggest
from quality.reviewing.correctedresults import heard_after
from quality.store import reading, writing

_log = logging.getLogger(__name__)

_KNOWN = """
SELECT r.call_id, r.analyzed_at, m.score, m.call_id IS NOT NULL AS kept FROM analysis.results r
LEFT JOIN review.machine_scores m
    ON m.call_id = r.call_id AND m.form_id = ? AND m.form_version = ? AND m.analyzed_at = r.analyzed_at
WHERE r.call_id IN (SELECT value FROM json_each(?))
"""


def machine_scores(store: Path, form: Form, calls: Sequence[str]) -> dict[str, float | None]:
    """The score (0–100, None where the machine has no opinion) of each of these calls that is analysed."""
    if not calls:
        return {}
    _keep(store, form, [])  # brings an older review.db up to date
    with reading(store) as connection:
        rows = connection.execute(_KNOWN, (form.id, form.version, json.dumps(list(calls)))).fetchall()
        scores = {row["call_id"]: row["score"] for row in rows if row["kept"]}
        fresh = [(row["call_id"], row["analyzed_at"], *_judge(connection, form, row["call_id"])) for row in rows if not row["kept"]]
    _keep(store, form, fresh)
    return scores | {call_id: score for call_id, _, score, _ in fresh}


def suggestions_of(connection: sqlite3.Connection, form: Form, call_id: str) -> dict[str, Suggestion]:
    """What the machine suggests for every item of an analysed call, with people's corrections of what it heard laid over it, as far
    as they are worked out (quality.reviewing.correctedresults). connection: of `quality.store.reading`."""
    said = connection.execute(
        "SELECT start_s, end_s, side, text, confidence FROM analysis.utterances WHERE call_id = ? ORDER BY seq", (call_id,)
    )
    # Word times are left out: they place the evidence, they do not decide.
    utterances = [Utterance(*row) for row in said]
    hits = [hit(row) for row in connection.execute("SELECT * FROM analysis.hits WHERE call_id = ? ORDER BY seq", (call_id,))]
    after = heard_after(connection, call_id, hits, utterances)
    acoustics = connection.execute("SELECT acoustics FROM analysis.results WHERE call_id = ?", (call_id,)).fetchone()[0]
    return suggest(form, *after, json.loads(acoustics))


def _judge(connection: sqlite3.Connection, form: Form, call_id: str) -> tuple[float | None, float]:
    suggestions = suggestions_of(connection, form, call_id)
    return machine_score(form, suggestions), coverage(form, suggestions)


def _keep(store: Path, form: Form, fresh: Sequence[tuple[str, str, float | None, float]]) -> None:
    rows = [(call_id, form.id, form.version, at, score, share) for call_id, at, score, share in fresh]
    try:
        with writing(store) as database:
            database.conn.executemany("INSERT OR REPLACE INTO machine_scores VALUES (?, ?, ?, ?, ?, ?)", rows)
    except UserError as error:
        # Only a cache: whoever may not write there still gets the figures.
        _log.info("machine scores not kept: %s", error)
