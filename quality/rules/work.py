"""The rules as the department works with them: what each finds, changes adopted and taken back with an entry in the log."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from analyzer.rules.drafts import Draft, Drafts
from analyzer.rules.editing import entries
from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import Rulebook
from hw.messages import UserError
from quality.changes import record
from quality.differences import Difference, as_detail, differences
from quality.store import reading, writing
from recorder.ids import first_id

CONSOLE = "console"
WEEK_S = 7 * 86400.0


@dataclass(frozen=True)
class Finds:
    """Calls a rule was hit in: in the last seven days, and in the seven before."""

    week: int
    before: int


def finds(store: Path, now: float) -> dict[str, Finds]:
    """By rule; one that found nothing is not there. Calls by the instant they began, which their ids tell."""
    sql = """SELECT rule, count(DISTINCT CASE WHEN call_id >= :mid THEN call_id END) AS week,
        count(DISTINCT CASE WHEN call_id < :mid THEN call_id END) AS before
        FROM analysis.hits WHERE call_id >= :first AND call_id < :now GROUP BY rule"""
    ids = {"mid": first_id(now - WEEK_S), "first": first_id(now - 2 * WEEK_S), "now": first_id(now + 60.0)}
    with reading(store) as connection:
        return {row["rule"]: Finds(row["week"], row["before"]) for row in connection.execute(sql, ids)}


def adopt_draft(rulebooks: Rulebooks, draft: Draft, by: str) -> Rulebook:
    """Make a draft live. Raises UserError when another rulebook has gone live since it was made: it would take that change back."""
    drafts = Drafts(rulebooks)
    if drafts.is_stale(draft):
        raise UserError(
            "Somebody else has changed the rules since this draft was made. Make the change again on the rules as they are now.",
            "草稿创建后，规则已被他人修改。请在当前规则上重新修改。",
        )
    book = adopt(rulebooks, drafts.path(draft), by)
    drafts.drop(draft)
    return book


def adopt(rulebooks: Rulebooks, path: Path, by: str = CONSOLE) -> Rulebook:
    """Make the rulebook at `path` live, with an entry in the log that says which rules differ. Raises UserError."""
    before = entries(rulebooks.live_path())
    old = rulebooks.live().identity
    with writing(rulebooks.store) as database:
        book = rulebooks.adopt(path, time.time(), _account(by))
        found = differences(before, entries(path))
        digest = _digest_before(rulebooks)
        record(database, by, "rules.adopt", "rules", _detail(old, book, digest, found))
    return book


def go_back(rulebooks: Rulebooks, by: str = CONSOLE, digest: str | None = None) -> Rulebook:
    """Make the rulebook live again that was so before, or one that was so once, with an entry in the log. Raises UserError."""
    before, old = entries(rulebooks.live_path()), rulebooks.live().identity
    with writing(rulebooks.store) as database:
        book = _back(rulebooks, _account(by), digest)
        found = differences(before, entries(rulebooks.live_path()))
        record(database, by, "rules.back", "rules", _detail(old, book, _digest_before(rulebooks), found))
    return book


def _back(rulebooks: Rulebooks, account: str, digest: str | None) -> Rulebook:
    now = time.time()
    return rulebooks.back(now, account) if digest is None else rulebooks.readopt(digest, now, account)


def _account(by: str) -> str:
    """For the rulebooks' own history: on the console the system's account."""
    return "" if by == CONSOLE else by


def _detail(old: str, book: Rulebook, digest: str, found: list[Difference]) -> dict[str, object]:
    return {"before": old, "after": book.identity, "digest": digest, "differences": as_detail(found)}


def _digest_before(rulebooks: Rulebooks) -> str:
    """Of what was live before the last adoption: where undoing it leads."""
    adopted = rulebooks.history()
    return adopted[-2].digest if len(adopted) > 1 else ""
