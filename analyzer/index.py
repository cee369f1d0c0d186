"""How utterances are written into the search index, and how a query is asked of it."""

from __future__ import annotations

import unicodedata
from functools import cache

from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_tone3

from analyzer.numerals.written import in_digits
from analyzer.rules.sound import HAN, Syllable, distance, spell, syllable
from analyzer.units import spoken

_NEAR = 0.5  # distance (analyzer.rules.sound) up to which a syllable may have been misheard
_MOST_NEAR = 12  # neighbours tried for a syllable


def index_row(text: str, heard: str = "") -> tuple[str, str]:
    """The characters and the sounds of a text: its units parted by spaces, so that a phrase of one or two characters is found.
    heard: the same with its numbers in words, where it had any; it is found both ways."""
    both = f"{text} {heard}"
    return " ".join(_units(both)), " ".join(_sounds(both))


def exact_query(term: str) -> str:
    """An FTS5 query for a term as one phrase of characters or words, numbers as given or in digits; empty when there is nothing
    in it to search."""
    return " OR ".join(_phrase("characters", _units(form)) for form in dict.fromkeys((term, in_digits(term))) if _units(form))


def sound_query(term: str) -> str:
    """An FTS5 query for what sounds like a Chinese term of two characters and more: the same syllables, of which one may be a
    neighbour (退款 finds 罪款); empty for other terms."""
    units = _units(term)
    if len(units) < 2 or not HAN.search(term):
        return ""
    sounds = _sounds(term)
    phrases = [sounds]
    for place, unit in enumerate(units):
        if _is_spelt(unit):
            near = _neighbours(spell(unit)[0].folded)
            phrases += [[*sounds[:place], other, *sounds[place + 1 :]] for other in near]
    return " OR ".join(_phrase("sounds", phrase) for phrase in phrases)


def _phrase(column: str, words: list[str]) -> str:
    quoted = " ".join(words).replace('"', '""')
    return f'{column} : "{quoted}"' if words else ""


def _units(text: str) -> list[str]:
    return spoken(unicodedata.normalize("NFKC", text))


def _sounds(text: str) -> list[str]:
    """One word a unit: the class of a character's syllable, or the word itself."""
    units = _units(text)
    syllables = iter(spell("".join(unit for unit in units if _is_spelt(unit))))
    return [_written(next(syllables).folded) if _is_spelt(unit) else unit for unit in units]


def _is_spelt(unit: str) -> bool:
    return len(unit) == 1 and (unit.isdigit() or HAN.match(unit) is not None)


def _written(folded: str) -> str:
    """A syllable class as one word for the tokenizer: the hyphen would part it. Digits never occur in one."""
    return folded.replace("-", "0")


@cache
def _inventory() -> tuple[Syllable, ...]:
    """One syllable of every class Mandarin has."""
    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    syllables = (syllable(to_tone3(reading, neutral_tone_with_five=True)) for reading in readings)
    return tuple({s.folded: s for s in syllables if s.pinyin}.values())


@cache
def _neighbours(folded: str) -> tuple[str, ...]:
    """The classes that are taken for this one, the nearest first."""
    known = {s.folded: s for s in _inventory()}
    if folded not in known:
        return ()
    near = sorted((distance(known[folded], other), other.folded) for other in known.values() if other.folded != folded)
    return tuple(_written(other) for far, other in near[:_MOST_NEAR] if far <= _NEAR)
