"""Calls by what people found in them: passed or not, problems by class (A, B, C) or by item of the form. What the dashboard counts,
the list shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from quality.forms.form import POOR_SHARE, Form
from quality.forms.store import Forms
from quality.store import reading

CLASSES = ("A", "B", "C")
HOLDS = "v.call_id = c.id AND v.version = (SELECT max(version) FROM review.reviews WHERE call_id = c.id)"
"""The review that holds of the call `c`."""


@dataclass(frozen=True)
class Wanted:
    """Problems a call must have. klass: one of CLASSES, "" for B and C alike. item: of a form, "" for any. marks: what is a
    problem, as JSON rows [form, version, item, grade, least, below]: a grade by name, or with "" for it an item's points, from
    least to below."""

    klass: str
    item: str
    marks: str = "[]"


def wanted(store: Path, klass: str = "", item: str = "") -> Wanted:
    """The problems of that class or item, by every version of a form the box keeps."""
    with reading(store) as connection:
        keys = [tuple(row) for row in connection.execute("SELECT id, version FROM review.forms")]
    forms = [form for key in keys if (form := Forms(store).get(*key)) is not None]
    return Wanted(klass, item, json.dumps([mark for form in forms for mark in _marks(form, klass)]))


def condition(asked: Wanted) -> tuple[str, tuple[object, ...]]:
    """SQL on the call `c` of quality.store.reading, and its values."""
    if asked.klass == "A":
        return f"EXISTS (SELECT 1 FROM review.reviews v JOIN review.review_taboos t ON t.review_id = v.id WHERE {HOLDS})", ()  # noqa: S608
    sql = f"""EXISTS (SELECT 1 FROM review.reviews v JOIN review.review_items i ON i.review_id = v.id
        WHERE {HOLDS} AND (? = '' OR i.item = ?) AND EXISTS (SELECT 1 FROM json_each(?) m
            WHERE m.value ->> 0 = v.form_id AND m.value ->> 1 = v.form_version AND (m.value ->> 3 = i.grade
                OR (m.value ->> 3 = '' AND m.value ->> 2 = i.item AND i.grade GLOB '[0-9]*'
                    AND CAST(i.grade AS REAL) >= m.value ->> 4 AND CAST(i.grade AS REAL) < m.value ->> 5))))"""  # noqa: S608
    return sql, (asked.item, asked.item, asked.marks)


def passed(yes: bool) -> str:
    """SQL: the review that holds passed the call, or did not; a call nobody reviewed did neither."""
    return f"EXISTS (SELECT 1 FROM review.reviews v WHERE {HOLDS} AND v.passed = {int(yes)})"  # noqa: S608


def _marks(form: Form, klass: str) -> list[list[object]]:
    worst = form.shares[form.worst_grade]
    found: list[list[object]] = []
    for grade, share in form.shares.items():
        if share < POOR_SHARE and klass in ("", "B" if share <= worst else "C"):
            found.append([form.id, form.version, "", grade, 0, 0])
    if form.scale == "points":
        found += [mark for item in form.items.values() if (mark := _points(form, item.id, item.points, klass))]
    return found


def _points(form: Form, item: str, points: float, klass: str) -> list[object]:
    border = points * form.shares[form.worst_grade] + 1e-9
    least, below = {"": (0.0, points * POOR_SHARE), "B": (0.0, border), "C": (border, points * POOR_SHARE)}[klass]
    return [form.id, form.version, item, "", least, below]
