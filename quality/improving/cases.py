"""The case library (案例库): problem, solution, effect, with clips of calls, good and bad. A clip holds its call: retention keeps
it as long as the case stands (the view retention_holds of review.db)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from hw.messages import UserError
from quality.access.users import User
from quality.changes import record
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.times import from_text, to_text

MAX_TEXT = 4000  # characters


@dataclass(frozen=True)
class Clip:
    """A stretch of a call, seconds from its start."""

    call_id: str
    start_s: float
    end_s: float
    caption: str = ""


@dataclass(frozen=True)
class CaseText:
    """What a case says. good: an example to follow; else one to learn from. for_agents: agents may read it and hear its clips,
    whose calls are somebody's: only where a person has said so."""

    title: str
    problem: str
    solution: str
    effect: str = ""
    good: bool = False
    tags: tuple[str, ...] = ()
    clips: tuple[Clip, ...] = ()
    for_agents: bool = False


@dataclass(frozen=True)
class Case:
    """Times: UTC epoch seconds. changed_at: hand it back when changing, so that nobody overwrites another."""

    id: str
    text: CaseText
    made_by: str
    made_at: float
    changed_at: float


class Cases:
    """The library of one box. Everybody may browse; agents do not write."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def add(self, text: CaseText, user: User) -> Case:
        """Raises UserError naming everything that is wrong."""
        self._check(text, user)
        now = time.time()
        key = new_id(now)
        with writing(self._store) as database:
            made = {"made_at": to_text(now), "made_by": user.name, "changed_at": to_text(now)}
            database.table("cases").insert(_row(key, text) | made)
            _write_parts(database, key, text)
            record(database, user.name, "case.add", key, {"title": text.title})
        return self.get(key)

    def change(self, case: Case, text: CaseText, user: User) -> Case:
        """Raises UserError when somebody has changed or removed it meanwhile."""
        self._check(text, user)
        with writing(self._store) as database:
            _claim(database, case)
            # Times are kept to the millisecond: two changes within one must still differ.
            changed = to_text(max(time.time(), case.changed_at + 0.001))
            database.table("cases").update(case.id, _row(case.id, text) | {"changed_at": changed})
            for table in ("case_clips", "case_tags"):
                database.execute(f"DELETE FROM {table} WHERE case_id = ?", (case.id,))  # noqa: S608
            _write_parts(database, case.id, text)
            record(database, user.name, "case.change", case.id, {"title": text.title})
        return self.get(case.id)

    def remove(self, case: Case, user: User) -> None:
        """Take it out; its calls are no longer held by it. It stays in the database for the log's sake."""
        if user.role == "agent":
            raise _not_for_agents()
        with writing(self._store) as database:
            _claim(database, case)
            database.execute("UPDATE cases SET removed_at = ? WHERE id = ?", (to_text(time.time()), case.id))
            record(database, user.name, "case.remove", case.id, {"title": case.text.title})

    def get(self, key: str) -> Case:
        """Raises UserError when there is none."""
        found = self._select("AND c.id = ?", key)
        if not found:
            raise UserError("There is no such case.", "没有此案例。")
        return found[0]

    def browse(
        self, tag: str | None = None, words: str = "", good: bool | None = None, *, for_agents: bool = False
    ) -> list[Case]:  # fmt: skip
        """The newest first; with a tag, with words in its texts, good or bad ones. for_agents: only what agents may read."""
        wanted, values = "", []
        if tag:
            wanted, values = " AND EXISTS (SELECT 1 FROM review.case_tags WHERE case_id = c.id AND tag = ?)", [tag]
        for word in words.split():
            wanted += " AND instr(c.title || ' ' || c.problem || ' ' || c.solution || ' ' || c.effect, ?)"
            values.append(word)
        if good is not None:
            wanted += f" AND c.good = {int(good)}"
        if for_agents:
            wanted += " AND c.for_agents = 1"
        return self._select(wanted, *values)

    def tags(self, *, for_agents: bool = False) -> list[tuple[str, int]]:
        """Every tag and how many cases have it; of those agents may read alone."""
        sql = f"""SELECT tag, count(*) FROM review.case_tags t JOIN review.cases c ON c.id = t.case_id
            WHERE c.removed_at IS NULL AND c.for_agents >= {int(for_agents)} GROUP BY tag ORDER BY count(*) DESC, tag"""  # noqa: S608
        with reading(self._store) as connection:
            return [(row[0], row[1]) for row in connection.execute(sql)]

    def _select(self, wanted: str, *values: str) -> list[Case]:
        sql = f"SELECT c.* FROM review.cases c WHERE c.removed_at IS NULL {wanted} ORDER BY c.made_at DESC, c.id DESC"  # noqa: S608
        with reading(self._store) as connection:
            return [_case(connection, row) for row in connection.execute(sql, values).fetchall()]

    def _check(self, text: CaseText, user: User) -> None:
        if user.role == "agent":
            raise _not_for_agents()
        texts = {"title": (text.title, "标题"), "problem": (text.problem, "问题"), "solution": (text.solution, "解决办法")}
        for name, (said, name_zh) in texts.items():
            if not said.strip() or len(said) > MAX_TEXT:
                raise UserError(f"The {name} needs 1 to {MAX_TEXT} characters.", f"“{name_zh}”须为 1 至 {MAX_TEXT} 个字符。")
        with reading(self._store) as connection:
            for clip in text.clips:
                _check_clip(connection, clip)


def _check_clip(connection: sqlite3.Connection, clip: Clip) -> None:
    row = connection.execute("SELECT duration_s FROM calls.calls WHERE id = ?", (clip.call_id,)).fetchone()
    if row is None or not 0 <= clip.start_s < clip.end_s <= (row[0] or 0.0) + 0.5:
        raise UserError(
            f"Clip {clip.start_s:g}–{clip.end_s:g} s does not lie in its call.",
            f"片段 {clip.start_s:g}–{clip.end_s:g} 秒不在通话之内。"
        )


def _not_for_agents() -> UserError:
    return UserError("Agents may read cases, not write them.", "座席可以浏览案例，不能编辑。")


def _claim(database: Database, case: Case) -> None:
    row = database.execute("SELECT changed_at FROM cases WHERE id = ? AND removed_at IS NULL", (case.id,)).fetchone()
    if row is None or row[0] != to_text(case.changed_at):
        raise UserError(
            "Somebody else has changed this case meanwhile. Open it again.", "其间已有他人修改此案例，请重新打开。"
        )  # fmt: skip


def _row(key: str, text: CaseText) -> dict[str, object]:
    return {
        "id": key, "title": text.title.strip(), "problem": text.problem.strip(), "solution": text.solution.strip(),
        "effect": text.effect.strip(), "good": int(text.good), "for_agents": int(text.for_agents),
    }  # fmt: skip


def _write_parts(database: Database, key: str, text: CaseText) -> None:
    for seq, clip in enumerate(text.clips):
        row = (key, seq, clip.call_id, clip.start_s, clip.end_s, clip.caption.strip())
        database.execute("INSERT INTO case_clips VALUES (?, ?, ?, ?, ?, ?)", row)
    for tag in dict.fromkeys(tag.strip() for tag in text.tags if tag.strip()):
        database.execute("INSERT INTO case_tags VALUES (?, ?)", (key, tag))


def _case(connection: sqlite3.Connection, row: sqlite3.Row) -> Case:
    clips: Sequence[sqlite3.Row] = connection.execute(
        "SELECT * FROM review.case_clips WHERE case_id = ? ORDER BY seq", (row["id"],)
    ).fetchall()
    tags = connection.execute("SELECT tag FROM review.case_tags WHERE case_id = ? ORDER BY tag", (row["id"],)).fetchall()
    text = CaseText(
        row["title"], row["problem"], row["solution"], row["effect"], bool(row["good"]), tuple(t["tag"] for t in tags),
        tuple(Clip(c["call_id"], c["start_s"], c["end_s"], c["caption"]) for c in clips), bool(row["for_agents"]),
    )  # fmt: skip
    return Case(row["id"], text, row["made_by"], from_text(row["made_at"]), from_text(row["changed_at"]))
