"""Scoring forms: what an inspector grades, and what the machine may conclude on each item. Forms are data (quality/forms/data),
read into these types and kept by version."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from hw.messages import Message

NOT_APPLICABLE = "na"
"""The grade of an item that the call gave no occasion for: it leaves the form, and the rest counts as the whole."""

NO_TEXT = Message("", "")


POOR_SHARE = 0.6  # a grade earning less than this share of an item's points is a problem: below 合格


@dataclass(frozen=True)
class Grade:
    """One of the form's grades. share: of the item's points it earns, 0–1. meaning: what it says, for every item alike."""

    id: str
    share: float
    name: Message
    meaning: Message


@dataclass(frozen=True)
class Evidence:
    """What the machine may conclude on an item, from one kind of trace; see data/form_a.toml for the fields. A grade of "" is
    no opinion. fault and fine: the reasons an inspector reads."""

    kind: str
    when: str = "agent"
    rules: tuple[str, ...] = ()
    evidence: str = ""
    patterns: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    window: str = ""
    seconds_s: float = 0.0
    grades: tuple[str, ...] = ()
    clean: str = ""
    found: str = ""
    missing: str = ""
    fault: Message = NO_TEXT
    fine: Message = NO_TEXT


@dataclass(frozen=True)
class Item:
    """One thing to grade. points: its share of the section's, relative to the other items'. best, worst: what 优 and 差 sound like,
    so that two people mean the same. comment: when one has to be written: "worst" (at the worst grade), "flaw" (below the best) or
    "always". na: whether it may be n/a."""

    id: str
    name: Message
    points: float
    best: Message
    worst: Message
    evidence: tuple[Evidence, ...] = ()
    comment: str = "worst"
    na: bool = True


@dataclass(frozen=True)
class Section:
    """A group of items worth `points` of the form's."""

    id: str
    name: Message
    points: float
    items: tuple[Item, ...]
    note: Message = NO_TEXT


@dataclass(frozen=True)
class Taboo:
    """An auto-fail (服务禁忌). rules: hits at which the machine points at it; only a person decides one."""

    id: str
    name: Message
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A version of a form. pass_line: per cent. min_confidence: of hits, 0–1; less sure ones conclude nothing. words: lists that
    patterns name with @. document: the form as it is stored. scale: "grades", or "points": a person then gives each item points
    from 0 to its own, as a number in words ("7.5"); the machine still speaks in grades, and a person may."""

    id: str
    version: str
    name: Message
    pass_line: float
    min_confidence: float
    grades: tuple[Grade, ...]
    sections: tuple[Section, ...]
    taboos: tuple[Taboo, ...]
    words: dict[str, tuple[str, ...]]
    document: dict[str, object] = field(repr=False, compare=False)
    scale: str = "grades"

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every item by id, in the form's order."""
        return {item.id: item for section in self.sections for item in section.items}

    @cached_property
    def weights(self) -> dict[str, float]:
        """What each item is worth: section points × item points / sum of the section's item points. Items that add up to less
        than their section (form A's greeting: 9 of 10) so share what is left in proportion."""
        return {
            item.id: section.points * item.points / sum(other.points for other in section.items)
            for section in self.sections
            for item in section.items
        }

    @cached_property
    def shares(self) -> dict[str, float]:
        """What each grade earns, by id."""
        return {grade.id: grade.share for grade in self.grades}

    def share(self, item: str, grade: str) -> float | None:
        """What a grade of that item earns, 0–1; on a form in points also what so many points are. None for n/a and for what is no
        grade of this form."""
        if grade in self.shares or self.scale != "points":
            return self.shares.get(grade)
        try:
            points = float(grade)
        except ValueError:
            return None
        most = self.items[item].points
        return points / most if 0 <= points <= most else None

    @cached_property
    def worst_grade(self) -> str:
        """The grade that earns least (差); it asks for a comment."""
        return min(self.grades, key=lambda grade: grade.share).id


def score(form: Form, grades: dict[str, str]) -> float | None:
    """0–100, one decimal: 100 × Σ weight·share ÷ Σ weight, over the graded items only; items that are n/a or not in `grades` leave
    both sums. None when nothing is graded."""
    shares = {item: form.share(item, grade) for item, grade in grades.items() if item in form.weights}
    graded = {item: share for item, share in shares.items() if share is not None}
    worth = sum(form.weights[item] for item in graded)
    if worth == 0:
        return None
    return round(100 * sum(form.weights[item] * share for item, share in graded.items()) / worth, 1)
