"""Calls as CSV for other tools: one row a call, columns by their English names whatever the language, UTF-8 with BOM, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from quality.calls.filter import CallFilter
from quality.calls.rows import CallRow
from quality.calls.views import Views
from quality.exports.facts import call_facts, instant
from quality.exports.selection import PAGE, audit, described, selected
from quality.files import write_atomically
from quality.reports.csvfile import harmless

SCORE_COLUMNS = (
    "compliance", "experience", "risk", "high_priority", "hits", "rules", "form", "form_version", "form_total", "passed",
    "reviewer", "reviewed_at",
)  # fmt: skip


def export_csv(store: Path, timezone: str, wanted: CallFilter, out: Path, by: str) -> int:
    """Write the calls that fit and log it; says how many there are. Raises UserError."""
    views = Views(store, timezone)
    ids = selected(views, wanted)
    audit(store, by, "export.csv", str(out.absolute()), {"filter": described(wanted), "calls": len(ids)})
    write_atomically(out, calls_csv(views, ids))
    return len(ids)


def calls_csv(views: Views, ids: Sequence[str]) -> bytes:
    """The whole file. Rules are `id×count`, apart by spaces; what is not known is empty; text a spreadsheet would run as a formula
    has an apostrophe before it (so has a number that begins with +)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    head_written = False
    for row in _rows(views, ids):
        record = {**call_facts(row), **_scores(row)}
        if not head_written:
            writer.writerow(record)
            head_written = True
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in record.values()])
    return text.getvalue().encode("utf-8-sig")


def _rows(views: Views, ids: Sequence[str]) -> Iterator[CallRow]:
    for start in range(0, len(ids), PAGE):
        yield from views.rows(list(ids[start : start + PAGE]))


def _scores(row: CallRow) -> dict[str, object]:
    score, review = row.scores, row.review
    machine = (score.compliance, score.experience, score.risk) if score else (None,) * 3
    rules = " ".join(f"{rule}×{count}" for rule, count in row.rule_hits.items())
    person: tuple[object, ...] = (None,) * 6
    if review:
        when = instant(review.reviewed_at)
        person = (review.form_id, review.form_version, review.total, int(review.passed), review.reviewer, when)
    return dict(zip(SCORE_COLUMNS, (*machine, int(row.high_priority), row.hits, rules, *person), strict=True))
