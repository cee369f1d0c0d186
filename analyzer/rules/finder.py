"""Patterns looked up in a line of speech, in characters and in sound.

Recognition errors are mostly homophones. The shorter a word, the less may differ: two syllables must be the same sounds, long words
may have one syllable wrong. What may differ at all is in `sound.distance`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.rules.evidence import Line
from analyzer.rules.pattern import Element, Pattern, Word
from analyzer.rules.sound import distance
from analyzer.rules.tolerance import FUNCTION_WORDS, NO_TOLERANCE, changes_meaning, judge, judge_leniently

PAUSE_S = 2.5
"""Seconds of silence over which one side's words are no longer one phrase."""

UNBROKEN = 4
"""Units up to which a word that only sounds so is none when punctuation stands inside it (不要吃，带在身上 is no 痴呆)."""

DIGITS = frozenset(
    [*"0123456789零〇一二三四五六七八九幺两", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
)
_NOWHERE: list[Found] = []


@dataclass(frozen=True)
class Found:
    """Words found in a line: units first..last-1, and how far they are from the words looked for (0: spelled so; ~1: barely)."""

    first: int
    last: int
    cost: float


class Finder:
    """Looks patterns up in one line, remembering what it has found. ordinary: everyday words that only sound like a rule's.

    lenient: words that excuse are taken for said when they are nearly heard, since what is missing is the fault; words that are the
    fault themselves are not.
    """

    def __init__(self, line: Line, ordinary: Sequence[str] = ()) -> None:
        self.line = line
        self._heard: tuple[dict[str, list[Found]], dict[str, list[Found]]] = {}, {}
        self._barriers = _barriers(line)
        self._everyday, self._inside = _covered(line.chars, ordinary)

    def find(self, pattern: Pattern, lenient: bool = False) -> list[Found]:
        """Every place where the pattern stands, in order, the closest match of each start only."""
        best: dict[int, Found] = {}
        for found in self._chains(pattern, lenient):
            if found.first not in best or found.cost < best[found.first].cost:
                best[found.first] = found
        return [best[first] for first in sorted(best)]

    def find_any(self, patterns: Sequence[Pattern], lenient: bool = False) -> list[Found]:
        """Every place where one of the patterns stands, in order of start; overlapping ones are all given."""
        if not self.line.units:
            return []
        found = [f for p in patterns if self._may_begin(p[0], lenient) for f in self.find(p, lenient)]
        return sorted(found, key=lambda f: (f.first, f.cost, -f.last))

    def sentence_end(self, first: int, most: int) -> int:
        """The last unit from `first` on, at most `most` of them, before the sentence ends."""
        for i in range(first, min(first + most, len(self._barriers))):
            if self._barriers[i] >= 1:
                return i - 1
        return min(first + most, len(self._barriers)) - 1

    def _chains(self, pattern: Pattern, lenient: bool) -> Iterator[Found]:
        chains = self._element(pattern[0], lenient)
        for element in pattern[1:]:
            if not chains:
                return
            nexts = self._element(element, lenient)
            chains = [
                Found(a.first, b.last, a.cost + b.cost)
                for a in chains
                for b in nexts
                if element.least_gap <= b.first - a.last <= element.most_gap
                and not self._parted(a.last, b.first, 2 if element.most_gap == 0 else 1)
            ]
        yield from chains

    def _parted(self, first: int, last: int, level: int) -> bool:
        """Whether a barrier of at least `level` stands before one of the units first..last."""
        return any(self._barriers[i] >= level for i in range(first, min(last, len(self._barriers) - 1) + 1))

    def _may_begin(self, element: Element, lenient: bool) -> bool:
        """Whether a word of the element stands anywhere. Of a rulebook's thousands of patterns nearly all end here."""
        heard = self._heard[lenient]
        for word in element.words:
            found = heard.get(word.text)
            if found or (found is None and self._word(word, lenient)):
                return True
        return False

    def _element(self, element: Element, lenient: bool) -> list[Found]:
        return [found for word in element.words for found in self._word(word, lenient)]

    def _word(self, word: Word, lenient: bool) -> list[Found]:
        heard = self._heard[lenient]
        if word.text not in heard:
            if self._may_be_here(word):
                heard[word.text] = [f for f in self._look_for(word, lenient) if self._allowed(word, f)]
            else:
                self._heard[0][word.text] = self._heard[1][word.text] = _NOWHERE
        return heard[word.text]

    def _may_be_here(self, word: Word) -> bool:
        """A quick look, which spares most words the careful one: some of its spelling or its sound stands in the line."""
        if word.digits or word.chars in self.line.chars:
            return True
        if word.spelled:
            return False
        sounds = self.line.sounds
        if not word.halves:
            return word.sounds in sounds
        first, second = word.halves
        return first in sounds or second in sounds

    def _look_for(self, word: Word, lenient: bool) -> list[Found]:
        return self._digits(word.digits) if word.digits else self._spelled(word) + self._sounding(word, lenient)

    def _allowed(self, word: Word, found: Found) -> bool:
        units = self.line.units
        if any(self._barriers[i] == 2 for i in range(found.first + 1, found.last)):
            return False
        if found.cost and len(word.units) <= UNBROKEN and self._marked(found):
            return False
        if word.at_start and units[found.first].parted == 0:
            return False
        return not (word.at_end and found.last < len(units) and units[found.last].parted == 0)

    def _marked(self, found: Found) -> bool:
        """Whether a comma or full stop stands inside: nobody pauses within so short a word."""
        return any(unit.parted in (1, 2) for unit in self.line.units[found.first + 1 : found.last])

    def _digits(self, least: int) -> list[Found]:
        """Runs of digits, however they are written, that no other word parts."""
        line = "".join("0" if u.text in DIGITS else " " for u in self.line.units)
        return [Found(m.start(), m.end(), 0.0) for m in re.finditer(f"0{{{least},}}", line)]

    def _spelled(self, word: Word) -> list[Found]:
        return [Found(at, at + len(word.units), 0.0) for at in _places(self.line.chars, word.chars)]

    def _sounding(self, word: Word, lenient: bool) -> list[Found]:
        if word.spelled:
            return []
        spans = {(at, at + len(word.units)) for at in _places(self.line.sounds, word.sounds)}
        if word.halves:
            spans |= self._nearly(word)
        found = []
        for first, last in sorted(spans):
            heard = self.line.chars[first:last]
            if heard != word.chars and self._may_be_misheard(word, first, last, lenient):
                cost = self._cost(word, first, last, lenient)
                if cost is not None:
                    found.append(Found(first, last, cost))
        return found

    def _may_be_misheard(self, word: Word, first: int, last: int, lenient: bool) -> bool:
        """Whether what is spelled otherwise may be the word: not from the middle of an everyday word or into one, in up to three
        syllables not where one stands at all, and in two not where one of them is a particle or pronoun, which are next to
        everything."""
        if not lenient and (self._inside[first] or self._inside[last] or self._heard_as_ordinary(word, first, last)):
            return False
        if len(word.units) <= 3 and any(self._everyday[first:last]) and not (lenient and all(self._everyday[first:last])):
            return False
        return lenient or len(word.units) > 2 or not FUNCTION_WORDS.intersection(word.chars + self.line.chars[first:last])

    def _heard_as_ordinary(self, word: Word, first: int, last: int) -> bool:
        """Whether all that differs from the word stands in everyday words: then those were said (我们不敢 is no 我们不管)."""
        if len(word.units) > UNBROKEN or last - first != len(word.units):
            return False
        differing = [i for i in range(first, last) if self.line.chars[i] != word.chars[i - first]]
        return all(self._everyday[i] for i in differing)

    def _nearly(self, word: Word) -> set[tuple[int, int]]:
        """Spans that share one half of the word's sounds: an error of one unit leaves one half whole."""
        size, half = len(word.units), len(word.units) // 2
        spans = set()
        for offset, piece in zip((0, half), word.halves, strict=True):
            for at in _places(self.line.sounds, piece):
                first = at - offset
                lengths = (size - 1, size, size + 1) if size >= 6 else (size,)
                for length in lengths:
                    # A unit lost or added before the second half moves the start, not the end.
                    start = first if offset == 0 else at + size - half - length
                    if start >= 0 and start + length <= len(self.line.units):
                        spans.add((start, start + length))
        return spans

    def _cost(self, word: Word, first: int, last: int, lenient: bool) -> float | None:
        """How far what was heard is from the word; None when too far."""
        heard = self.line.units[first:last]
        if len(heard) != len(word.units):
            return self._cost_of_shift(word, first, last)
        costs, same_pinyin, tones = [], True, 0
        for unit, text, sound in zip(heard, word.units, word.syllables, strict=True):
            step = distance(unit.sound, sound) if unit.text != text else 0.0
            if (step > 0 or not lenient) and changes_meaning(unit.text, text):
                return None
            tones += unit.sound.tone not in (sound.tone, 5) and sound.tone != 5
            same_pinyin &= unit.sound.pinyin == sound.pinyin
            costs.append(step)
        weigh = judge_leniently if lenient else judge
        return weigh(sorted(costs, reverse=True), tones, same_pinyin)

    def _cost_of_shift(self, word: Word, first: int, last: int) -> float | None:
        """One unit lost or one too many in a long word, everything else as it should sound."""
        heard = [u.text for u in self.line.units[first:last]]
        long, short = (
            (self.line.sounds[first:last], word.sounds)
            if len(heard) > len(word.units)
            else (word.sounds, self.line.sounds[first:last])
        )
        texts = heard if len(heard) > len(word.units) else list(word.units)
        for i in range(1, len(long) - 1):
            if long[:i] + long[i + 1 :] == short:
                return None if texts[i] in NO_TOLERANCE else 0.6
        return None


def _places(line: str, piece: str) -> Iterator[int]:
    at = line.find(piece) if piece else -1
    while at >= 0:
        yield at
        at = line.find(piece, at + 1)


def _barriers(line: Line) -> list[int]:
    """Before each unit: 2 another turn or a long pause, 1 the end of a sentence, 0 nothing that parts words."""
    barriers = [2] if line.units else []
    for i in range(1, len(line.units)):
        unit, before = line.units[i], line.units[i - 1]
        if unit.parted == 3:
            barriers.append(2 if unit.start - before.end > PAUSE_S or line.turns_between(i - 1, i) else 0)
        else:
            barriers.append(1 if unit.parted == 2 else 0)
    return barriers


def _covered(chars: str, words: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Which units stand in one of the words, and which of them not as its first."""
    covered, inside = [False] * len(chars), [False] * (len(chars) + 1)
    for word in words:
        for at in _places(chars, word):
            covered[at : at + len(word)] = [True] * len(word)
            inside[at + 1 : at + len(word)] = [True] * (len(word) - 1)
    return covered, inside
