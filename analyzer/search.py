"""What a search for words asks for, and where they lie in an utterance. Which utterances have them: analyzer.index."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from analyzer.numerals.written import in_digits, place_heard
from analyzer.result import Utterance
from analyzer.rows import utterance_of
from analyzer.units import spoken

_AROUND = 12  # characters of a snippet before what was found


@dataclass(frozen=True)
class Found:
    """An utterance that has the term.

    start: seconds into the call where the term is said (its utterance begins, where word times are not known). at, length: where
    the term lies in text, in characters; length 0 when it only sounds like it. snippet: a few words around it. seq: of the
    utterance; -1 where a person corrected the words.
    """

    call_id: str
    seq: int
    side: str
    start: float
    text: str
    at: int
    length: int
    snippet: str

    @property
    def sounds_like(self) -> bool:
        """Whether only the sound fits."""
        return self.length == 0


def terms(query: str) -> list[str]:
    """The terms of a query: words parted by spaces, phrases in double quotes; what has nothing to search in it is left out."""
    parts = query.replace("“", '"').replace("”", '"').split('"')
    found = [term for place, part in enumerate(parts) for term in ([part] if place % 2 else part.split())]
    return [term.strip() for term in found if spoken(term)]


def found_in(row: sqlite3.Row, term: str) -> Found:
    """A row of utterances with the term in its place; term: "" when it only sounds like what was asked for."""
    utterance = utterance_of(row)
    at, length = _place(utterance.text, term)
    if not length:
        at, length = _place(utterance.text, in_digits(term))
    snippet = utterance.text[max(0, at - _AROUND) : at + length + 2 * _AROUND]
    return Found(row["call_id"], row["seq"], utterance.side, _time_of(utterance, at), utterance.text, at, length, snippet.strip())


def found_in_text(call_id: str, side: str, start: float, text: str, term: str) -> Found:
    """A text that is no utterance of the machine's (somebody corrected it) with the term in its place. start: seconds into the
    call at which it is said."""
    at, length = _place(text, term)
    return Found(call_id, -1, side, start, text, at, length, text[max(0, at - _AROUND) : at + length + 2 * _AROUND].strip())


def _place(text: str, term: str) -> tuple[int, int]:
    """Where a term lies in a text, spaces, case and punctuation between its units apart; (0, 0) when it does not."""
    wanted = spoken(term)
    if not wanted:
        return 0, 0
    places = [(i, c.lower()) for i, c in enumerate(text) if c.isalnum()]
    letters, needle = "".join(c for _, c in places), "".join(c for unit in wanted for c in unit if c.isalnum())
    first = letters.find(needle)
    if first < 0:
        return 0, 0
    start, last = places[first][0], places[first + len(needle) - 1][0]
    return start, last + 1 - start


def _time_of(utterance: Utterance, at: int) -> float:
    """When the character at `at` is said."""
    said = 0
    if utterance.heard:
        at = place_heard(utterance.heard, at)
    before = sum(c.isalnum() for c in utterance.as_heard[:at])
    for word in utterance.words:
        said += sum(c.isalnum() for c in word.text)
        if said > before:
            return word.start
    return utterance.start
