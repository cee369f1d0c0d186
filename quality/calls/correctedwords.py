"""Words that people put right: what the machine had misheard is found by what was really said."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.search import Found, found_in_text
from quality.callindex.columns import Places
from quality.callindex.index import CallIndex
from quality.calls.wordsearch import Looked
from quality.reviewing.labels import Label, Labels


@dataclass(frozen=True)
class Corrected:
    """For each term of a query, the corrected utterances that have it."""

    terms: tuple[tuple[str, Sequence[Label]], ...]

    @classmethod
    def of(cls, store: Path, looked: Looked) -> Corrected:
        """Look through the corrections that hold."""
        labels = Labels(store)
        return cls(tuple((term, labels.saying(term)) for term, *_ in looked.terms))

    def places(self, connection: sqlite3.Connection, index: CallIndex) -> list[Places]:
        """For each term, where its calls are."""
        return [index.places_of(connection, list({label.call_id for label in labels})) for _, labels in self.terms]

    def added(self, found: Mapping[str, list[Found]], calls: Sequence[str]) -> dict[str, list[Found]]:
        """What the machine's words gave for these calls, and of each term the first corrected place."""
        made = {call: list(places) for call, places in found.items()}
        for term, labels in self.terms:
            first: dict[str, Label] = {}
            for label in labels:
                first.setdefault(label.call_id, label)
            for call in (call for call in calls if call in first):
                label = first[call]
                made.setdefault(call, []).append(found_in_text(call, label.side, label.start_s, label.after, term))
        return made
