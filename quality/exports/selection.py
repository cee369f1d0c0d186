"""Which calls an export takes, and the line the log of changes keeps of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from hw.messages import UserError
from quality.access.scope import Scope
from quality.audit.chain import note
from quality.audit.entries import EXPORT
from quality.calls.filter import CallFilter
from quality.calls.problems import Wanted
from quality.calls.problems import wanted as problems_wanted
from quality.calls.views import Views

PAGE = 500  # calls asked for at once


def selected(views: Views, wanted: CallFilter) -> list[str]:
    """The ids of the calls that fit, oldest first. Raises UserError when there is none, or the days are the wrong way round."""
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise UserError(
            f"{wanted.until} lies before {wanted.since}: swap the two days.",
            f"{wanted.until} 早于 {wanted.since}，请对调起止日期。",
        )
    ids: list[str] = []
    cursor = None
    while True:
        page = views.list_calls(wanted, cursor, PAGE, "oldest")
        ids += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    if not ids:
        raise UserError("No call fits; nothing was written. Ask for less.", "没有符合条件的通话，未写入任何文件。请放宽条件。")
    return ids


def described(wanted: CallFilter) -> dict[str, object]:
    """What was asked, as JSON takes it; what was not asked is left out. `score` only says of which score a bound is."""
    scored = wanted.min_score is not None or wanted.max_score is not None
    asked = {field.name: getattr(wanted, field.name) for field in dataclasses.fields(wanted)}
    if not scored:
        del asked["score"]
    if wanted.scope.everything:
        del asked["scope"]
    return {name: _plain(value) for name, value in asked.items() if value is not None}


def wanted_of(store: Path, told: Mapping[str, Any]) -> CallFilter:
    """The filter that `described` told of."""
    given = dict(told)
    for name in ("since", "until"):
        if name in given:
            given[name] = date.fromisoformat(given[name])
    if "ids" in given:
        given["ids"] = frozenset(given["ids"])
    if "problem" in given:
        given["problem"] = problems_wanted(store, given["problem"].get("class", ""), given["problem"].get("item", ""))
    if "scope" in given:
        agent, groups = given["scope"]["agent"], given["scope"]["groups"]
        given["scope"] = Scope(agent, None if groups is None else frozenset(groups))
    return CallFilter(**given)


def audit(store: Path, by: str, action: str, subject: str, detail: dict[str, object]) -> None:
    """Put an export into the audit log; an export that cannot be logged is not made. Raises UserError."""
    note(store, EXPORT, by, action, subject, detail)


def _plain(value: object) -> object:
    if isinstance(value, Wanted):
        return {name: text for name, text in (("class", value.klass), ("item", value.item)) if text}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Scope):
        return {"agent": value.agent, "groups": None if value.groups is None else sorted(value.groups)}
    return sorted(value) if isinstance(value, frozenset) else value
