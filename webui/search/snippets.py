"""What was said, around the words that were searched for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from analyzer.search import Found

_BEFORE, _AFTER = 14, 60  # characters of a snippet on either side of the words
_LEAD_S = 1.0  # the player starts a moment before the words


def snippets(found: Mapping[str, Sequence[Found]]) -> dict[str, Markup]:
    """By call, the first place of its words, these marked."""
    return {call: snippet(places[0]) for call, places in found.items()}


def starts(found: Mapping[str, Sequence[Found]]) -> dict[str, float]:
    """By call, seconds from its start at which to begin to play."""
    return {call: round(max(0.0, min(place.start for place in places) - _LEAD_S), 1) for call, places in found.items()}


def snippet(found: Found) -> Markup:
    """The words marked in the midst of what was said; all of it when it only sounds like them."""
    if found.sounds_like:
        return Markup("<mark>{}</mark>").format(found.text[: _BEFORE + _AFTER])
    first, last = max(0, found.at - _BEFORE), found.at + found.length
    before = ("…" if first else "") + found.text[first : found.at]
    after = found.text[last : last + _AFTER] + ("…" if last + _AFTER < len(found.text) else "")
    return Markup("{}<mark>{}</mark>{}").format(before, found.text[found.at : last], after)
