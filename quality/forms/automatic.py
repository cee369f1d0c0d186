"""Automatic scores: calls nobody has reviewed, scored by those of the machine's items that agree with people often enough (the
settings' trust_agreement and trust_calls), and by no other. Which items those are is looked at every week and kept as versions."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quality.calibrating.machinetrust import automatic_score, item_trust, trusted_items
from quality.calls.filter import day_start
from quality.calls.rows import CallView
from quality.changes import record
from quality.forms.assess import assess
from quality.forms.form import Form
from quality.forms.machinescores import suggestions_of
from quality.forms.store import Forms
from quality.forms.suggest import coverage
from quality.store import reading, writing
from recorder.settings.sections import QualityRules
from recorder.times import to_text

TRUST_DAYS = 90  # of reviews that tell which items agree
LATE_DAYS = 7  # a call analysed so much later is still scored


@dataclass(frozen=True)
class Trusted:
    """The items of a form that score by themselves since some week. version 0: never looked at."""

    version: int
    items: frozenset[str]


@dataclass(frozen=True)
class AutomaticScore:
    """score: 0–100 over the trusted items the machine had a grade for. coverage: the share (0–1) of the form's weight they are.
    trusted: the version of Trusted."""

    score: float
    coverage: float
    trusted: int


class Automatic:
    """The automatic scores of one box, on its default form. timezone: IANA; days are local."""

    def __init__(self, store: Path, timezone: str, rules: QualityRules | None = None) -> None:
        self._store, self._timezone, self._rules = store, timezone, rules or QualityRules()

    def trusted(self, form_id: str) -> Trusted:
        """The items that score now."""
        with reading(self._store) as connection:
            sql = "SELECT version, items FROM review.trusted_items WHERE form_id = ? ORDER BY version DESC LIMIT 1"
            row = connection.execute(sql, (form_id,)).fetchone()
        return Trusted(row["version"], frozenset(json.loads(row["items"]))) if row else Trusted(0, frozenset())

    def renew(self, until: date, by: str = "callbox") -> Trusted:
        """Compare machine and people over the 90 days up to `until`, and keep a new version when other items than before are to
        score."""
        form = Forms(self._store).current()
        held = self.trusted(form.id)
        since = until - timedelta(days=TRUST_DAYS - 1)
        items = trusted_items(item_trust(self._store, form, since, until, self._timezone), self._rules)
        if items == held.items:
            return held
        with writing(self._store) as database:
            row = (form.id, json.dumps(sorted(items)), since.isoformat(), until.isoformat(), to_text(time.time()), by)
            sql = "INSERT INTO trusted_items (form_id, items, first, last, stored_at, stored_by) VALUES (?, ?, ?, ?, ?, ?)"
            database.execute(sql, row)
            detail: dict[str, object] = {"now": sorted(items - held.items), "no longer": sorted(held.items - items)}
            record(database, by, "trust.change", form.id, detail)
        return self.trusted(form.id)

    def score(self, day: date) -> int:
        """Score the analysed calls of a day and the week before it that nobody has reviewed and that have no score of this
        analysis. How many were scored; none while no item is trusted."""
        form = Forms(self._store).current()
        trusted = self.trusted(form.id)
        if not trusted.items:
            return 0
        with reading(self._store) as connection:
            rows = list(self._scored(connection, form, trusted, day))
        with writing(self._store) as database:
            database.conn.executemany("INSERT OR REPLACE INTO automatic_scores VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            record(database, "callbox", "automatic.score", day.isoformat(), {"calls": len(rows), "trusted": trusted.version})
        return len(rows)

    def again(self, call_id: str) -> None:
        """Score a call again that has a score, by the items that score now, after its findings were corrected."""
        form = Forms(self._store).current()
        trusted = self.trusted(form.id)
        sql = """SELECT r.analyzed_at FROM review.automatic_scores a JOIN analysis.results r ON r.call_id = a.call_id
            WHERE a.call_id = ?"""
        with reading(self._store) as connection:
            had = connection.execute(sql, (call_id,)).fetchone()
            row = had and self._row(connection, form, trusted, call_id, had["analyzed_at"])
        if had is None:
            return
        with writing(self._store) as database:
            database.execute("DELETE FROM automatic_scores WHERE call_id = ?", (call_id,))
            if row:
                database.execute("INSERT INTO automatic_scores VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def between(self, first: date, last: date) -> dict[str, AutomaticScore]:
        """Of the calls of these local days that nobody has reviewed, by call id."""
        sql = """SELECT a.* FROM calls.calls c JOIN review.automatic_scores a ON a.call_id = c.id
            WHERE c.started_at >= ? AND c.started_at < ? AND NOT EXISTS (SELECT 1 FROM review.reviews WHERE call_id = c.id)"""
        with reading(self._store) as connection:
            rows = connection.execute(sql, self._bounds(first, last))
            return {row["call_id"]: AutomaticScore(row["score"], row["coverage"], row["trusted"]) for row in rows}

    def of_call(self, call_id: str) -> AutomaticScore | None:
        """Of one call that nobody has reviewed."""
        sql = """SELECT a.* FROM review.automatic_scores a
            WHERE a.call_id = ? AND NOT EXISTS (SELECT 1 FROM review.reviews WHERE call_id = a.call_id)"""
        with reading(self._store) as connection:
            row = connection.execute(sql, (call_id,)).fetchone()
        return AutomaticScore(row["score"], row["coverage"], row["trusted"]) if row else None

    def before_correction(self, call: CallView, kept: AutomaticScore) -> float | None:
        """What a call's automatic score would be by what the machine found alone."""
        with reading(self._store) as connection:
            row = connection.execute("SELECT items FROM review.trusted_items WHERE version = ?", (kept.trusted,)).fetchone()
        form = Forms(self._store).current()
        return automatic_score(form, assess(form, call).suggestions, frozenset(json.loads(row["items"]))) if row else None

    def mean_of(self, agent_id: str, since: str) -> tuple[float | None, int]:
        """Mean and number of an agent's automatic scores, of calls from `since` (as the database writes instants) that nobody has
        reviewed."""
        sql = """SELECT avg(a.score), count(*) FROM calls.calls c CROSS JOIN review.automatic_scores a ON a.call_id = c.id
            WHERE c.agent_id = ? AND c.started_at >= ? AND NOT EXISTS (SELECT 1 FROM review.reviews WHERE call_id = c.id)"""
        with reading(self._store) as connection:
            row = connection.execute(sql, (agent_id, since)).fetchone()
        return row[0], row[1]

    def _scored(self, connection: sqlite3.Connection, form: Form, trusted: Trusted, day: date) -> Iterator[tuple[object, ...]]:
        bounds = self._bounds(day - timedelta(days=LATE_DAYS), day)
        for call_id, analyzed_at in connection.execute(_UNSCORED, bounds).fetchall():
            row = self._row(connection, form, trusted, call_id, analyzed_at)
            if row:
                yield row

    def _row(
        self, connection: sqlite3.Connection, form: Form, trusted: Trusted, call_id: str, analyzed_at: str
    ) -> tuple[object, ...] | None:  # fmt: skip
        suggestions = {i: s for i, s in suggestions_of(connection, form, call_id).items() if i in trusted.items}
        score = automatic_score(form, suggestions, trusted.items)
        if score is None:
            return None
        return call_id, form.id, form.version, trusted.version, analyzed_at, score, coverage(form, suggestions)

    def _bounds(self, first: date, last: date) -> tuple[str, str]:
        zone = ZoneInfo(self._timezone)
        return day_start(first, zone), day_start(last + timedelta(days=1), zone)


_UNSCORED = """
SELECT c.id, r.analyzed_at FROM calls.calls c JOIN analysis.results r ON r.call_id = c.id
LEFT JOIN review.automatic_scores a ON a.call_id = c.id AND a.analyzed_at = r.analyzed_at
WHERE c.started_at >= ? AND c.started_at < ? AND a.call_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM review.reviews WHERE call_id = c.id)
"""
