"""The site's own names, put where the recogniser wrote something that sounds like them.

A name given to Whisper as a prompt comes back over noise, where nobody said it, and costs recognition where it is not said
(docs/measurements.md, Names): that is a choice, [analysis] lexicon_prompt. Putting names in by sound afterwards invents nothing:
something that sounds so was heard.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.rules.sound import HAN, Syllable, distance, spell

_SHORTEST_HAN = 3  # characters: of two there are too many that sound the same (安心, 安新, 暗信)
_SYLLABLE_OFF = 0.25  # mean distance of its syllables up to which a name is taken for meant
_WORST_SYLLABLE = 0.7  # none may be wholly unlike
_SHORTEST_LATIN = 5  # letters
_LETTERS_ALIKE = 0.8  # share of letters (difflib's ratio) from which a word is taken for the name


@dataclass(frozen=True)
class _Name:
    text: str
    syllables: tuple[Syllable, ...]


class Lexicon:
    """names: as they are to be written; those too short to be sure of are left alone."""

    def __init__(self, names: Sequence[str]) -> None:
        cleaned = dict.fromkeys(name.strip() for name in names)
        han = [name for name in cleaned if len(name) >= _SHORTEST_HAN and all(map(HAN.match, name))]
        self._han = [_Name(name, spell(name)) for name in sorted(han, key=len, reverse=True)]
        latin = [name for name in cleaned if name.isascii() and len(_letters(name)) >= _SHORTEST_LATIN]
        self._latin = sorted(latin, key=len, reverse=True)

    def mended(self, pieces: Sequence[str]) -> list[str]:
        """The pieces of a text (words with their spaces and punctuation) with the names as they are written; one for one."""
        mended = list(pieces)
        for name in self._han:
            mended = _with_han(mended, name)
        for text in self._latin:
            mended = _with_latin(mended, text)
        return mended


def _with_han(pieces: list[str], name: _Name) -> list[str]:
    """Characters are replaced one for one, so every piece keeps its length and its time."""
    characters = list("".join(pieces))
    for first, past in _han_runs("".join(characters)):
        sounds = spell("".join(characters[first:past]))
        at = 0
        while at + len(name.syllables) <= len(sounds):
            if _sounds_like(sounds[at : at + len(name.syllables)], name):
                characters[first + at : first + at + len(name.text)] = name.text
                at += len(name.text)
            else:
                at += 1
    again = iter(characters)
    return ["".join(next(again) for _ in piece) for piece in pieces]


def _han_runs(text: str) -> Iterator[tuple[int, int]]:
    return ((run.start(), run.end()) for run in re.finditer(rf"(?:{HAN.pattern})+", text))


def _sounds_like(sounds: Sequence[Syllable], name: _Name) -> bool:
    apart = [distance(a, b) for a, b in zip(sounds, name.syllables, strict=True)]
    return max(apart) <= _WORST_SYLLABLE and sum(apart) <= _SYLLABLE_OFF * len(apart)


def _with_latin(pieces: list[str], name: str) -> list[str]:
    """Words of as many letters, more or less, from one word fewer to one more than the name has."""
    wanted, count = _letters(name), len(name.split())
    mended, at = list(pieces), 0
    while at < len(mended):
        widths = range(max(1, count - 1), min(count + 1, len(mended) - at) + 1)
        alike = {width: _alike([_letters(piece) for piece in mended[at : at + width]], wanted) for width in widths}
        best = max(alike, key=alike.__getitem__, default=0)
        if best and alike[best] >= _LETTERS_ALIKE:
            mended[at : at + best] = _in_place_of(mended[at : at + best], name)
        at += 1
    return mended


def _alike(heard: Sequence[str], wanted: str) -> float:
    """How much of the letters is the same, 0–1; 0 for what begins otherwise."""
    together = "".join(heard)
    if not all(heard) or together[:1] != wanted[:1]:
        return 0.0
    return difflib.SequenceMatcher(None, together, wanted).ratio()


def _in_place_of(heard: Sequence[str], name: str) -> list[str]:
    """The name's words over the pieces heard, what surrounds them kept."""
    lead, tail = re.match(r"[^\w]*", heard[0]), re.search(r"[^\w]*$", heard[-1])
    assert lead is not None and tail is not None
    words = name.split()
    words = [*words[: len(heard) - 1], " ".join(words[len(heard) - 1 :])] if len(words) >= len(heard) else words
    placed = [word if n == 0 else " " + word for n, word in enumerate(words)]
    placed += [""] * (len(heard) - len(placed))
    placed[0] = lead.group() + placed[0]
    placed[len(words) - 1] += tail.group()
    return placed


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower()) if text.isascii() else ""
