"""Said again and again: nearly the same sentence, or the same thing in other words.

Two measures, the larger counts: the share of syllable pairs that come again (the same words, misheard or cut), and the share of the
content units that come again in whatever order (the same words turned round), after particles, pronouns and auxiliaries are left
out and words that mean the same are folded together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from analyzer.rules.evidence import sound_key
from analyzer.rules.finder import DIGITS
from analyzer.rules.pattern import Pattern
from analyzer.rules.sound import spell
from analyzer.rules.view import CallView, Finding

Patterns = tuple[Pattern, ...]
Span = tuple[int, int]
T = TypeVar("T")

EMPTY = frozenset(
    "的了是在就也都才要会能可以吗呢吧啊哦嗯呀嘛好那这个我你您他她们咱给帮为把将让到去来一下先再之后然后以请内里上这边有得所因已经现在"
)
"""Units that say how, not what: they neither make two sentences alike nor unlike."""
LEAST_CONTENT = 5
"""Content units that a sentence must have to be compared by them."""


@dataclass(frozen=True)
class Repeated:
    """A fault is to say nearly the same thing `times` times. similarity: share of the shorter one's syllable pairs found again in
    the other, 0–1; meaning: the same for content units in any order; same: words that mean the same ("答复 回复 回电");
    least_units: shorter sentences may come again; unless: sentences with these words may come again too."""

    times: int = 3
    similarity: float = 0.75
    meaning: float = 0.75
    same: tuple[str, ...] = ()
    least_units: int = 7
    unless: Patterns = ()

    def find(self, call: CallView, side: str) -> Iterator[Finding]:
        """The first sentence that comes that often, from its first to its last time."""
        finder = call.finder(side)
        excused = finder.find_any(self.unless, True)
        for cut in (1, 3):
            spans = [s for s in _sentences(call, side, cut) if s[1] - s[0] >= self.least_units]
            if cut == 1:
                spans = [s for s in spans if not any(e.first < s[1] and e.last > s[0] for e in excused)]
            alike = self._come_again(call, side, spans, by_content=cut == 3)
            if alike:
                first, last = alike[0], alike[-1]
                units = finder.line.units
                text = f"{finder.line.text(*first)} ×{len(alike)}"
                yield Finding(units[first[0]].start, units[last[1] - 1].end, text, 0.85, call.side(side))
                return

    def _come_again(self, call: CallView, side: str, spans: list[Span], *, by_content: bool) -> list[Span]:
        """The first span that comes `times` times, with the others like it; clauses by their syllables, utterances by content."""
        line = call.finder(side).line
        if by_content:
            said = [content("".join(line.chars[a:b]), self.same) for a, b in spans]
            return _often(self.times, spans, said, lambda a, b: a.likeness(b) >= self.meaning)
        clauses = [(_pairs(line.sounds[a:b]), _numbers(line.chars[a:b])) for a, b in spans]
        return _often(self.times, spans, clauses, lambda a, b: _share(a[0], b[0]) >= self.similarity and _agree(a[1], b[1]))


def _often(times: int, spans: list[Span], things: Sequence[T], alike: Callable[[T, T], bool]) -> list[Span]:
    for i, one in enumerate(things):
        again = [i, *(j for j in range(i + 1, len(things)) if alike(one, things[j]))]
        if len(again) >= times:
            return [spans[j] for j in again]
    return []


@dataclass(frozen=True)
class Content:
    """What a sentence says: its content units as sounds, so that what is misheard is still the same, and its numbers apart."""

    units: frozenset[str]
    numbers: frozenset[str]

    def likeness(self, other: Content) -> float:
        """How far two sentences say the same, 0–1. Other numbers are another thing said, in however like words."""
        if min(len(self.units), len(other.units)) < LEAST_CONTENT:
            return 0.0
        if not _agree(self.numbers, other.numbers):
            return 0.0
        return _share(self.units, other.units)


def content(text: str, same: tuple[str, ...] = ()) -> Content:
    """The content of a text; words of one meaning become one."""
    for group in same:
        first, *others = group.split()
        text = re.sub("|".join(map(re.escape, sorted(others, key=len, reverse=True))), first, text) if others else text
    kept = [c for c in text if c not in EMPTY and c not in DIGITS and c.isalnum()]
    units = frozenset(sound_key(s) if s.pinyin else c for c in kept for s in spell(c)[:1])
    return Content(units, _numbers(text))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(c for c in text if c in DIGITS)


def _agree(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether the numbers of two sentences are the same, as far as both have any."""
    return not a or not b or _share(a, b) == 1


def _sentences(call: CallView, side: str, cut: int) -> list[Span]:
    """Spans of units between marks (cut 1), or between utterances (cut 3)."""
    units = call.finder(side).line.units
    cuts = [i for i, u in enumerate(units) if u.parted >= cut] + [len(units)]
    return [(a, b) for a, b in pairwise(cuts) if b > a]


def _pairs(sounds: str) -> frozenset[str]:
    return frozenset(sounds[i : i + 2] for i in range(len(sounds) - 1))


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    """Share of the smaller set found in the larger, but never of two very unequal sentences."""
    small, large = sorted((len(a), len(b)))
    return len(a & b) / small if small * 2 >= large and small else 0.0
