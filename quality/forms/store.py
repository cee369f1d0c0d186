"""Form versions of one box: those that ship and those kept in review.db. A kept version never changes."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from hw.messages import UserError
from quality.changes import record
from quality.differences import as_detail, differences
from quality.forms.documents import DEFAULT_FORM, read_form, read_kept, shipped_forms, unknown_form
from quality.forms.form import Form
from quality.store import reading, writing
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class FormVersion:
    """stored_at: UTC epoch seconds, None for one that ships and was not used yet. stored_by: user name."""

    version: str
    stored_at: float | None
    stored_by: str


class Forms:
    """The forms an inspector can use, by id and version. What review.db keeps goes before what ships: a review is always shown on
    the form it was given on."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def get(self, form_id: str, version: str) -> Form | None:
        """That very version, or None."""
        with reading(self._store) as connection:
            kept = _kept(connection, form_id, version)
        shipped = (form for form in shipped_forms() if (form.id, form.version) == (form_id, version))
        return kept or next(shipped, None)

    def current(self, form_id: str = DEFAULT_FORM) -> Form:
        """The version to grade on now: the highest. Raises UserError when there is no such form."""
        forms = {form.id: form for form in self.list()}
        if form_id not in forms:
            raise unknown_form(form_id, forms)
        return forms[form_id]

    def list(self) -> list[Form]:
        """The current version of every form, the default first."""
        with reading(self._store) as connection:
            rows = connection.execute("SELECT document FROM review.forms").fetchall()
        found: dict[str, Form] = {}
        for form in [*shipped_forms(), *(_read(row["document"]) for row in rows)]:
            if form.id not in found or _order(form.version) >= _order(found[form.id].version):
                found[form.id] = form
        return sorted(found.values(), key=lambda form: (form.id != DEFAULT_FORM, form.id))

    def add(self, form: Form, by: str) -> None:
        """Keep a new version. Raises UserError when that version is kept already with other contents."""
        with writing(self._store) as database:
            keep(database, form, by)

    def revise(self, based_on: Form, document: Mapping[str, Any], by: str) -> Form:
        """An edited form becomes the next version (1.9 → 1.10); scores given before keep theirs. `document` need not name a
        version. Raises UserError naming everything wrong with it, or when somebody else has edited the form since `based_on`."""
        current = self.current(based_on.id)
        if current.version != based_on.version:
            raise UserError(
                f"Form {based_on.id} is at version {current.version} now: somebody else has edited it. Look at it, then edit.",
                f"评分表 {based_on.id} 已被他人更新至版本 {current.version}，请查看后再修改。",
            )
        form = read_form({**document, "id": based_on.id, "version": _next(current.version)})
        found = differences(_contents(current), _contents(form))
        if not found:
            raise UserError("Nothing has been changed.", "没有任何改动。")
        with writing(self._store) as database:
            keep(database, form, by, {"before": current.version, "differences": as_detail(found)})
        return form

    def versions(self, form_id: str) -> Sequence[FormVersion]:
        """Every version of a form there is, the newest first. Which shipped and was never kept has no date."""
        with reading(self._store) as connection:
            sql = "SELECT version, stored_at, stored_by FROM review.forms WHERE id = ?"
            rows = connection.execute(sql, (form_id,)).fetchall()
        kept = [FormVersion(row["version"], from_text(row["stored_at"]), row["stored_by"]) for row in rows]
        names = {one.version for one in kept}
        shipped = [FormVersion(f.version, None, "") for f in shipped_forms() if f.id == form_id and f.version not in names]
        return sorted([*kept, *shipped], key=lambda one: _order(one.version), reverse=True)


def keep(database: Database, form: Form, by: str, detail: Mapping[str, object] | None = None) -> None:
    """Make sure that review.db holds this version, inside the caller's transaction. detail: for the log, if it does not yet."""
    document = json.dumps(form.document, ensure_ascii=False, sort_keys=True)
    held = database.execute("SELECT document FROM forms WHERE id = ? AND version = ?", (form.id, form.version)).fetchone()
    if held is None:
        database.execute("INSERT INTO forms VALUES (?, ?, ?, ?, ?)", (form.id, form.version, document, to_text(time.time()), by))
        record(database, by, "form.add", form.id, {"version": form.version, **(detail or {})})
    elif held[0] != document:
        raise UserError(
            f"Version {form.version} of form {form.id} is kept already and says something else. Give the new one a new version.",
            f"评分表 {form.id} 的版本 {form.version} 已存在且内容不同，请使用新的版本号。",
        )


def _kept(connection: sqlite3.Connection, form_id: str, version: str) -> Form | None:
    row = connection.execute("SELECT document FROM review.forms WHERE id = ? AND version = ?", (form_id, version)).fetchone()
    return _read(row["document"]) if row else None


@lru_cache(maxsize=64)
def _read(document: str) -> Form:
    # Every page of a call asks for the forms, and a kept version never changes.
    return read_kept(json.loads(document))


def _contents(form: Form) -> dict[str, Any]:
    return {name: value for name, value in form.document.items() if name != "version"}


def _next(version: str) -> str:
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) + 1}" if head and last.isdecimal() else f"{version}.1"


def _order(version: str) -> list[tuple[int, int | str]]:
    # 1.10 is after 1.9; a piece that is no number sorts before all numbers.
    return [(1, int(piece)) if piece.isdecimal() else (0, piece) for piece in version.split(".")]
