"""The audit log as a page: who did, heard, took away and was refused what; filtered, and as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from quality.access.roles import LEADS
from quality.audit.book import AuditBook, Wanted
from quality.audit.entries import KINDS, Entry
from quality.audit.words import action_name, fact_name
from quality.calls.rows import CallRow
from webui.access import allow
from webui.context import box, person, views
from webui.fields import whole
from webui.languages import language
from webui.safety.noting import taken

blueprint = Blueprint("audit", __name__)

TEXTS = ("by", "action", "subject", "address")
MAX_TEXT = 200


@blueprint.get("/audit")
@allow(*LEADS)
def page() -> ResponseReturnValue:
    """A page of the log, newest first."""
    book, (wanted, problems) = _book(), _wanted(request.args)
    entries, before = book.page(wanted, whole(request.args.get("before", ""), None))
    return render_template(
        "safety/audit.html", entries=entries, problems=problems, args=request.args, people=book.people(), kinds=_kinds(),
        older=before and _address(request.args, before=str(before)), newest=_address(request.args, before=None),
        csv=_address(request.args, "audit.csv"), head=book.head(), action=_action, told=_told, same=_same,
        calls=_calls(entries),
    )  # fmt: skip


@blueprint.get("/audit.csv")
@allow(*LEADS)
def csv() -> ResponseReturnValue:
    """What the page's filters leave, all of it; that it was taken is an entry, too."""
    book, (wanted, _) = _book(), _wanted(request.args)
    taken("audit.csv", "audit", _set(request.args))
    answer = Response(book.csv(wanted, language()), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename="callbox-audit.csv")
    return answer


def _book() -> AuditBook:
    """The log is of the whole centre: not for who is bound to groups."""
    if not person().scope.everything:
        abort(403)
    return AuditBook(box().store, box().settings.site.timezone)


def _wanted(args: Mapping[str, str]) -> tuple[Wanted, list[str]]:
    problems: list[str] = []
    texts: dict[str, Any] = {name: args.get(name, "").strip()[:MAX_TEXT] for name in TEXTS}
    days = {name: _day(args.get(name, ""), problems) for name in ("since", "until")}
    kind = args.get("kind", "")
    return Wanted(**texts, kind=kind if kind in KINDS else "", since=days["since"], until=days["until"]), problems


def _day(text: str, problems: list[str]) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        problems.append(gettext("“%(text)s” is not a date like 2026-11-22.", text=text[:20]))
        return None


def _set(args: Mapping[str, str]) -> dict[str, str]:
    return {name: args[name].strip() for name in (*TEXTS, "kind", "since", "until") if args.get(name, "").strip()}


def _address(args: Mapping[str, str], endpoint: str = "audit.page", **changes: str | None) -> str:
    parts: dict[str, Any] = {name: value for name, value in {**_set(args), **changes}.items() if value}
    return url_for(endpoint, **parts)


def _same(**changes: str) -> str:
    """The log of one person or thing alone."""
    return _address({}, **changes)


def _kinds() -> dict[str, str]:
    return {kind: name.text(language()) for kind, name in KINDS.items()}


def _action(found: Entry) -> str:
    return action_name(found.action).text(language())


def _calls(entries: Sequence[Entry]) -> dict[str, CallRow]:
    """Those of the subjects that are calls, so that a line says which."""
    return {row.id: row for row in views().rows([entry.subject for entry in entries if entry.subject])}


def _told(found: Entry) -> list[tuple[str, str]]:
    """The detail as pairs; what is nested stands as it is kept."""
    told = {name: value for name, value in found.facts.items() if value not in ("", [], {}, None)}
    texts = {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in told.items()}
    return [(fact_name(name).text(language()), text) for name, text in texts.items()]
