"""Calibration (校准): one call, several people, blind; then item by item where they differ, and the lead decides what is left
open."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from pathlib import Path

from hw.messages import UserError
from quality.access.roles import LEADS, require
from quality.access.users import User
from quality.alerting.alerts import settle
from quality.calibrating.agreement import same_share, weighted_kappa
from quality.calls.views import Views
from quality.changes import record
from quality.forms.form import Form, score
from quality.forms.store import Forms, keep
from quality.reviewing.check import Marks, ReviewErrors, problems
from quality.store import reading, writing
from recorder.ids import new_id
from recorder.settings.sections import QualityRules
from recorder.times import from_text, to_text


@dataclass(frozen=True)
class Rating:
    """One person's. submitted_at: UTC epoch seconds, None while they have not."""

    rater_id: str
    rater: str
    submitted_at: float | None
    total: float | None
    grades: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Calibration:
    """A call that several people rate. decisions: grades the lead settled, by item. line: points of 100 by less than which two
    totals differ when people agree."""

    id: str
    call_id: str
    form: Form
    opened_at: float
    opened_by: str
    due_on: date
    closed_at: float | None
    decision: str
    ratings: tuple[Rating, ...]
    decisions: dict[str, str]
    line: float

    @property
    def submitted(self) -> tuple[Rating, ...]:
        """Those who have rated."""
        return tuple(rating for rating in self.ratings if rating.submitted_at is not None)

    @property
    def spread(self) -> float | None:
        """Points between the highest and the lowest total; None with fewer than two."""
        totals = [rating.total for rating in self.submitted if rating.total is not None]
        return max(totals) - min(totals) if len(totals) > 1 else None

    @property
    def agrees(self) -> bool | None:
        """Whether everybody is within the line."""
        return None if self.spread is None else self.spread < self.line

    @property
    def differences(self) -> dict[str, dict[str, str]]:
        """Items not everybody graded the same: grade by rater's name, the widest apart first."""
        found = {item: {r.rater: r.grades[item] for r in self.submitted if item in r.grades} for item in self.form.items}
        apart = {item: given for item, given in found.items() if len(set(given.values())) > 1}
        return dict(sorted(apart.items(), key=lambda pair: -_width(self.form, pair[1].values())))


class Calibrations:
    """The calibrations of one box."""

    def __init__(self, store: Path, line: float = QualityRules.calibration_points) -> None:
        self._store, self._line = store, line

    def open(self, call_id: str, raters: Sequence[User], due_on: date, user: User, form_id: str = "A") -> Calibration:
        """Ask several people to rate a call, which closes the reminder that calibration is due. Raises UserError with fewer than
        two of them, for a call nobody can rate, and for who is no lead."""
        require(user, LEADS)
        people = {rater.id: rater for rater in raters if rater.role != "agent"}
        call = Views(self._store).call(call_id)
        if call is None or call.row.state in ("unanswered", "recording"):
            raise UserError("This call cannot be rated.", "此通话无法评分。")
        if len(people) < 2:
            raise UserError("A calibration needs at least two people who review.", "校准至少需要两名评审人员。")
        form, key = Forms(self._store).current(form_id), new_id(time.time())
        with writing(self._store) as database:
            keep(database, form, user.name)
            database.table("calibrations").insert({
                "id": key, "call_id": call_id, "form_id": form.id, "form_version": form.version, "opened_at": to_text(time.time()),
                "opened_by": user.name, "due_on": due_on.isoformat(),
            })  # fmt: skip
            rows = [{"calibration_id": key, "rater_id": rater} for rater in people]
            database.table("calibration_raters").insert_all(rows)
            names = [person.name for person in people.values()]
            record(database, user.name, "calibration.open", call_id, {"calibration": key, "raters": names})
            settle(database, "calibration_due", user.name)
        return self.get(key)

    def submit(self, key: str, user: User, marks: Marks) -> None:
        """One person's grades; once, blind. Raises ReviewErrors when they are not whole, UserError when the person is not asked,
        has rated already, or it is closed."""
        held = self.get(key)
        mine = next((r for r in held.ratings if r.rater_id == user.id), None)
        if mine is None:
            raise UserError("You are not asked to rate this call.", "您不在本次校准的评分人员中。")
        if mine.submitted_at is not None or held.closed_at is not None:
            raise UserError("This is handed in already.", "已提交，不能再更改。")
        call = Views(self._store).call(held.call_id)
        wrong = list(problems(held.form, call.row, user, marks)) if call else []
        if wrong:
            raise ReviewErrors(wrong)
        with writing(self._store) as database:
            for item in held.form.items:
                row = (key, user.id, item, marks.grades[item], marks.comments.get(item, ""))
                database.execute("INSERT INTO calibration_grades VALUES (?, ?, ?, ?, ?)", row)
            total = 0.0 if marks.taboos else score(held.form, dict(marks.grades))
            database.execute(
                "UPDATE calibration_raters SET submitted_at = ?, total = ?, comment = ? WHERE calibration_id = ? AND rater_id = ?",
                (to_text(time.time()), total, marks.comment, key, user.id),
            )
            record(database, user.name, "calibration.submit", held.call_id, {"calibration": key})

    def blind(self, key: str, user: User) -> Calibration:
        """What a person may see: only their own rating until it is closed; a lead who does not rate sees all."""
        held = self.get(key)
        is_rater = any(r.rater_id == user.id for r in held.ratings)
        if held.closed_at is not None or (user.role in LEADS and not is_rater):
            return held
        shown = tuple(r if r.rater_id == user.id else Rating(r.rater_id, r.rater, r.submitted_at, None) for r in held.ratings)
        return replace(held, ratings=shown, decisions={})

    def close(self, key: str, user: User, decision: str = "", decisions: Mapping[str, str] | None = None) -> Calibration:
        """End it; the lead settles open items. Raises UserError when somebody has closed it, or when a decision is no grade."""
        require(user, LEADS)
        held, settled = self.get(key), dict(decisions or {})
        if any(item not in held.form.items or grade not in held.form.shares for item, grade in settled.items()):
            raise UserError("A decision names an item or a grade the form does not have.", "裁定中的项目或等级不在评分表中。")
        with writing(self._store) as database:
            values = (to_text(time.time()), user.name, decision.strip(), key)
            sql = "UPDATE calibrations SET closed_at = ?, closed_by = ?, decision = ? WHERE id = ? AND closed_at IS NULL"
            if not database.execute(sql, values).rowcount:
                raise UserError("Somebody else has closed this calibration.", "本次校准已由他人结束。")
            for item, grade in settled.items():
                database.execute("INSERT INTO calibration_decisions VALUES (?, ?, ?)", (key, item, grade))
            record(database, user.name, "calibration.close", held.call_id, {"calibration": key, "decisions": settled})
        return self.get(key)

    def get(self, key: str) -> Calibration:
        """All of it, nothing hidden. Raises UserError when there is none."""
        found = self._select("WHERE id = ?", key)
        if not found:
            raise UserError("There is no such calibration.", "没有此校准。")
        return found[0]

    def between(self, since: str, until: str) -> list[Calibration]:
        """Those opened from `since` to before `until` (instants as the database writes them), oldest first."""
        return self._select("WHERE opened_at >= ? AND opened_at < ?", since, until)

    def standing(self) -> list[Calibration]:
        """Those that are not closed, oldest first."""
        return self._select("WHERE closed_at IS NULL")

    def _select(self, where: str, *values: str) -> list[Calibration]:
        forms: dict[tuple[str, str], Form] = {}
        with reading(self._store) as connection:
            rows = connection.execute(f"SELECT * FROM review.calibrations {where} ORDER BY opened_at, id", values).fetchall()  # noqa: S608
            for row in rows:
                name = (row["form_id"], row["form_version"])
                if name not in forms:
                    form = Forms(self._store).get(*name)
                    assert form is not None  # kept when it was opened
                    forms[name] = form
            return [_calibration(connection, row, forms[row["form_id"], row["form_version"]], self._line) for row in rows]


@dataclass(frozen=True)
class Agreement:
    """Of some calibrations. within: share whose totals lie within the line (6 % in the source). kappa: mean quadratic weighted
    kappa of all pairs of raters, 0–1, None when it cannot be told. items: share of pairs with the same grade, by item. pairs:
    pairs of raters by call."""

    calls: int
    pairs: int
    within: float | None
    kappa: float | None
    items: dict[str, float]


def agreement(held: Sequence[Calibration]) -> Agreement:
    """How far people agree: the figure to follow over time."""
    by_item: dict[str, list[tuple[str, str]]] = {}
    by_raters: dict[tuple[str, str], list[tuple[str, str]]] = {}
    pairs = 0
    for calibration in held:
        for one, two in combinations(calibration.submitted, 2):
            pairs += 1
            both = [(item, (one.grades[item], two.grades[item])) for item in one.grades if item in two.grades]
            for item, pair in both:
                by_item.setdefault(item, []).append(pair)
            by_raters.setdefault((one.rater, two.rater), []).extend(pair for _, pair in both)
    grades = [g.id for g in sorted(held[0].form.grades, key=lambda g: -g.share)] if held else []
    kappas = [k for k in (weighted_kappa(own, grades) for own in by_raters.values()) if k is not None]
    inside = [c.agrees for c in held if c.agrees is not None]
    return Agreement(
        len(held), pairs, sum(inside) / len(inside) if inside else None, sum(kappas) / len(kappas) if kappas else None,
        {item: same_share(own) or 0.0 for item, own in by_item.items()},
    )  # fmt: skip


def _width(form: Form, given: object) -> float:
    shares = [form.shares[grade] for grade in given if grade in form.shares]  # type: ignore[attr-defined]
    return max(shares) - min(shares) if shares else 0.0


def _calibration(connection: sqlite3.Connection, row: sqlite3.Row, form: Form, line: float) -> Calibration:
    raters = connection.execute(
        """SELECT r.*, coalesce(u.name, '') AS name FROM review.calibration_raters r LEFT JOIN review.users u ON u.id = r.rater_id
        WHERE calibration_id = ? ORDER BY name""", (row["id"],)
    ).fetchall()  # fmt: skip
    given = connection.execute("SELECT * FROM review.calibration_grades WHERE calibration_id = ?", (row["id"],)).fetchall()
    decided = connection.execute("SELECT item, grade FROM review.calibration_decisions WHERE calibration_id = ?", (row["id"],))
    ratings = []
    for rater in raters:
        own = [g for g in given if g["rater_id"] == rater["rater_id"]]
        at = None if rater["submitted_at"] is None else from_text(rater["submitted_at"])
        grades, comments = {g["item"]: g["grade"] for g in own}, {g["item"]: g["comment"] for g in own if g["comment"]}
        ratings.append(Rating(rater["rater_id"], rater["name"], at, rater["total"], grades, comments))
    closed = None if row["closed_at"] is None else from_text(row["closed_at"])
    return Calibration(
        row["id"], row["call_id"], form, from_text(row["opened_at"]), row["opened_by"], date.fromisoformat(row["due_on"]), closed,
        row["decision"], tuple(ratings), {d["item"]: d["grade"] for d in decided}, line,
    )  # fmt: skip
