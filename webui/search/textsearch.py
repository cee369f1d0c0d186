"""The list's search field: which calls have the words, and the words in their place."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from analyzer.search import Found, search
from webui.context import box

_BEFORE, _AFTER = 14, 60  # characters of a snippet on either side of the words


@dataclass(frozen=True)
class SearchResult:
    """places: by call, where each term of the query was said."""

    places: dict[str, list[Found]]

    @property
    def ids(self) -> frozenset[str]:
        """The calls."""
        return frozenset(self.places)

    def snippets(self, calls: list[str]) -> dict[str, Markup]:
        """The first place of each of these calls, the words marked."""
        return {call: _snippet(self.places[call][0]) for call in calls if call in self.places}

    def starts(self, call: str) -> float:
        """Seconds into a call where the words are said. Raises KeyError."""
        return self.places[call][0].start


def find(query: str) -> SearchResult:
    """Every call in which all terms of the query were said, by anybody; what the reader may see of them is the list's business."""
    return SearchResult(search(box().store, query))


def _snippet(found: Found) -> Markup:
    """The words marked in the midst of what was said; all of it when it only sounds like them."""
    if found.sounds_like:
        return Markup("<mark>{}</mark>").format(found.text[: _BEFORE + _AFTER])
    first, last = max(0, found.at - _BEFORE), found.at + found.length
    before = ("…" if first else "") + found.text[first : found.at]
    after = found.text[last : last + _AFTER] + ("…" if last + _AFTER < len(found.text) else "")
    return Markup("{}<mark>{}</mark>{}").format(before, found.text[found.at : last], after)
