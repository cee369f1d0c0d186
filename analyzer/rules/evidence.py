"""What the rules look at: one call's utterances, measures and facts, and each side's words as one line of units."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from analyzer.result import CallFacts, Utterance
from analyzer.rules.sound import HAN, Syllable, spell, syllable
from analyzer.units import spoken, tokens

_SENTENCE_END = set("。!?！？…;；")
_MASKED = {"*"}
_CLAUSE_END = set(",，、:：")


@dataclass(frozen=True)
class CallEvidence:
    """A call as the rules see it.

    duration_s: seconds. channels: 1 (side "mixed") or 2. utterances: in order of time. acoustics: as analyzer.acoustics.measure
    returns it. company: names the agents may give for their own company, as settings know them.
    """

    duration_s: float
    channels: int
    utterances: tuple[Utterance, ...]
    acoustics: dict[str, object] = field(default_factory=dict)
    facts: CallFacts = field(default_factory=CallFacts)
    company: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> dict[str, Line]:
        """Each side's words as one line."""
        return {side: Line(self.utterances, side) for side in ("agent", "customer", "mixed")}


@dataclass(frozen=True)
class Unit:
    """A character, digit or word said: `text` as heard (lower case), its sound, seconds from the call's start, the utterance it is
    in (an index into the call's), and how strongly it is parted from the unit before: 0 not, 1 clause, 2 sentence, 3 utterance."""

    text: str
    sound: Syllable
    start: float
    end: float
    utterance: int
    parted: int


class Line:
    """Everything one side said, in one row of units that words are looked for in; punctuation and spaces are gone.

    chars and sounds hold one code point a unit, so that looking a word up is `str.find`.
    """

    def __init__(self, utterances: tuple[Utterance, ...], side: str) -> None:
        self.side = side
        self.utterances = utterances
        self.units: list[Unit] = []
        for index, utterance in enumerate(utterances):
            if utterance.side == side:
                self.units += _units(utterance, index)
        self.chars = "".join(char_key(u.text) for u in self.units)
        self.sounds = "".join(sound_key(u.sound) for u in self.units)

    def text(self, first: int, last: int) -> str:
        """Units first..last-1 as heard, a bar where an utterance ends."""
        pieces = []
        for i in range(first, last):
            unit = self.units[i]
            if i > first and unit.parted == 3:
                pieces.append("｜")
            elif i > first and not HAN.match(unit.text) and not unit.text.isdigit():
                pieces.append(" ")
            pieces.append(unit.text)
        return "".join(pieces).strip()

    def turns_between(self, first: int, last: int) -> bool:
        """Whether the other side said more than a back-channel between two neighbouring units of this line."""
        a, b = self.units[first].utterance, self.units[last].utterance
        return any(len(spoken(u.text)) > 4 for u in self.utterances[a + 1 : b] if u.side != self.side)


def _units(utterance: Utterance, index: int) -> list[Unit]:
    heard, parted = _tokens_with_parting(utterance.as_heard)
    times = _times(utterance, len(heard))
    sounds = _sounds(heard)
    return [Unit(t, s, *span, index, p) for t, s, span, p in zip(heard, sounds, times, parted, strict=True)]


def _tokens_with_parting(text: str) -> tuple[list[str], list[int]]:
    found, parted, pending = [], [], 3
    for token in tokens(text):
        if token[0].isalnum():
            found.append(token)
            parted.append(pending)
            pending = 0
        elif token in _MASKED:  # a digit that was masked: nobody reads it, but that one was said still counts
            found.append("0")
            parted.append(pending)
            pending = 0
        elif token in _SENTENCE_END:
            pending = max(pending, 2)
        elif token in _CLAUSE_END or token in {"."}:
            pending = max(pending, 1)
    return found, parted


def _sounds(heard: list[str]) -> list[Syllable]:
    """Syllables of the units; runs of Chinese are spelled together, so that a character is read as in its word."""
    sounds: list[Syllable] = []
    run = ""
    for token in [*heard, ""]:
        if token and (HAN.match(token) or token.isdigit()):
            run += token
            continue
        sounds += spell(run) if run else ()
        run = ""
        if token:
            sounds.append(syllable(f"<{token}>"))
    return sounds


def _times(utterance: Utterance, count: int) -> list[tuple[float, float]]:
    """Start and end of each unit: from the engine's word times where they fit the text, else spread evenly."""
    spans = [
        (w.start + (w.end - w.start) * k / n, w.start + (w.end - w.start) * (k + 1) / n)
        for w in utterance.words
        for n in (len(spoken(w.text)),)
        for k in range(n)
    ]
    if len(spans) == count:
        return spans
    step = (utterance.end - utterance.start) / max(1, count)
    return [(utterance.start + step * k, utterance.start + step * (k + 1)) for k in range(count)]


@lru_cache(maxsize=65536)
def char_key(text: str) -> str:
    """One code point for a unit's spelling."""
    return text if len(text) == 1 else _intern("w:" + text)


@lru_cache(maxsize=16384)
def sound_key(sound: Syllable) -> str:
    """One code point for a syllable's class."""
    return _intern("s:" + sound.folded)


_KEYS: dict[str, str] = {}


def _intern(name: str) -> str:
    # Planes 15 and 16 are private: no character of a transcript is there. A box meets far fewer than 130,000 words.
    return _KEYS.setdefault(name, chr(0xF0000 + len(_KEYS) % 0x1FFF0))
