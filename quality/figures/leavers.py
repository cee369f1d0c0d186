"""Leavers: their last day, kept in the book of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from quality.staff.people import People


def import_leavers(store: Path, rows: Sequence[Mapping[str, Any]], by: str) -> tuple[int, int, int]:
    """Note each one's last day, of people the book has. How many were new, changed, and as before."""
    book = People(store)
    people = {person.number: person for person in book.list()}
    left: list[tuple[str, date]] = [(row["number"], row["left_on"]) for row in rows]
    moved = [replace(people[number], left_on=day) for number, day in left if people[number].left_on != day]
    new = sum(people[person.number].left_on is None for person in moved)
    book.save(moved, by)
    return new, len(moved) - new, len(rows) - len(moved)


def leaver_rows(store: Path) -> list[tuple[str, date]]:
    """Everybody who has left or will, by number."""
    return [(person.number, person.left_on) for person in People(store).list() if person.left_on]
