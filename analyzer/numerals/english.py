"""Numbers said in English: only where nothing else can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.numerals.numeral import Numeral

# fmt: off
_SMALL = {word: value for value, word in enumerate((
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
))}
# fmt: on
_TENS = {word: 20 + 10 * i for i, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])}
_DIGITS = {word: str(value) for word, value in _SMALL.items() if value < 10} | {"oh": "0"}
_WORD = "|".join([*_SMALL, *_TENS, "hundred", "thousand", "million", "oh"])
_RUN = re.compile(rf"\b(?:{_WORD})(?:(?:[\s-]+and)?[\s-]+(?:{_WORD}))*\b", re.IGNORECASE)
_UNDER_100 = rf"(?:(?:{'|'.join(_TENS)})(?: (?:{'|'.join(list(_SMALL)[1:10])}))?|{'|'.join(list(_SMALL)[1:])})"
_UNDER_1000 = rf"(?:(?:{'|'.join(list(_SMALL)[1:10])}) hundred(?:(?: and)? {_UNDER_100})?|{_UNDER_100})"
_CARDINAL = re.compile(
    rf"(?:(?P<million>{_UNDER_1000}) million ?)?(?:(?P<thousand>{_UNDER_1000}) thousand ?)?(?:and )?(?P<rest>{_UNDER_1000})?"
)
_WORTH = {"million": 1_000_000, "thousand": 1000, "rest": 1}
_LARGEST = 99_999  # longer ones read better in words, and would be taken for a card's digits
_MEASURED = re.compile(
    r"\s+(?:dollars?|cents|percent|per cent|pounds|euros|yuan|kilometers?|miles|minutes|hours|days)\b", re.IGNORECASE
)


def english_numerals(text: str) -> Iterator[Numeral]:
    """The numbers of a text that are written in digits: of two words and more (twenty five, three hundred), above nine before a
    measure (ten dollars), and three and more digits read one by one. "twenty twenty five" or "one or two" stay as they are."""
    for found in _RUN.finditer(text):
        words = re.split(r"[\s-]+", found.group().lower())
        digits = _one_by_one(words) if len(words) > 2 else None
        digits = digits or _cardinal(words, bool(_MEASURED.match(text, found.end())))
        if digits:
            yield Numeral(found.start(), found.end(), digits)


def _one_by_one(words: list[str]) -> str | None:
    return "".join(_DIGITS[word] for word in words) if all(word in _DIGITS for word in words) else None


def _cardinal(words: list[str], measured: bool) -> str | None:
    parts = _CARDINAL.fullmatch(" ".join(words))
    if parts is None:
        return None
    value = sum(_value(parts[name]) * worth for name, worth in _WORTH.items() if parts[name])
    if (len(words) == 1 and (value < 10 or not measured)) or value > _LARGEST:
        return None
    return f"{value:,}" if value >= 10_000 else str(value)


def _value(section: str) -> int:
    total = 0
    for word in section.split():
        total = total * 100 if word == "hundred" else total + _SMALL.get(word, _TENS.get(word, 0))
    return total
