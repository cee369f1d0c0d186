"""English text made comparable: lower case, digits one by one, contractions written out, American spelling, no punctuation."""

from __future__ import annotations

import re
import unicodedata

# fmt: off
_SMALL_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
# fmt: on
_SMALL = {word: value for value, word in enumerate(_SMALL_WORDS)}
_TENS = {word: 20 + 10 * i for i, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_NUMERALS = {**_SMALL, **_TENS, **_SCALES}

_CONTRACTIONS = (
    (r"\bcan't\b|\bcannot\b", "can not"),
    (r"\bwon't\b", "will not"),
    (r"n't\b", " not"),
    (r"\b(i|you|he|she|it|we|they|there|that|this|what|who)'ll\b", r"\1 will"),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"\bi'm\b", "i am"),
    (r"\blet's\b", "let us"),
    (r"\b(it|that|what|there|here|he|she|who|where|how)'s\b", r"\1 is"),
    (r"\b(i|you|he|she|it|we|they)'d\b", r"\1 would"),
)
_SPELLING = (
    (r"\b(col|fav|hon|behavi|neighb|lab)our", r"\1or"),
    (r"\b(dial|cancel|travel|label|model)l(ed|ing)\b", r"\1\2"),
    (r"\bcentre", "center"),
    (r"\bcheque", "check"),
    (r"\bprogramme\b", "program"),
    (r"\bgrey\b", "gray"),
    (r"\bok\b", "okay"),
    (r"\b(voice|e) mail", r"\1mail"),
    (r"\bmister\b", "mr"),
    (r"\bdoctor\b", "dr"),
)
_IZE = ["recogn", "author", "organ", "real", "apolog", "synchron", "util", "final", "custom", "minim", "maxim", "normal", "special"]
_FILLERS = frozenset(["uh", "um", "umm", "uhh", "hmm", "mm", "mhm"])


def normalise_english(text: str) -> list[str]:
    """The words that are compared. Numbers become single digits (162 = one hundred sixty two = 1 6 2), it's = it is, hyphens are
    spaces, colour = color, fillers (uh, um) are left out."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain).replace("%", " percent ")
    for pattern, replacement in _CONTRACTIONS:
        plain = re.sub(pattern, replacement, plain)
    plain = re.sub(r"[^\w\s]|_", " ", plain.replace("'", ""))
    plain = _american(re.sub(r"\s+", " ", plain))
    return _with_digits([word for word in plain.split() if word not in _FILLERS])


def _american(text: str) -> str:
    for pattern, replacement in _SPELLING:
        text = re.sub(pattern, replacement, text)
    return re.sub(rf"\b({'|'.join(_IZE)})is(e|ed|es|er|ing|ation)\b", r"\1iz\2", text)


def _with_digits(words: list[str]) -> list[str]:
    """Number words, and figures, as single digits."""
    out: list[str] = []
    i = 0
    while i < len(words):
        if words[i] in _SMALL or words[i] in _TENS:
            value, i = _number(words, i)
            out.extend(str(value))
        elif words[i].isdigit():
            out.extend(words[i])
            i += 1
        else:
            out.append(words[i])
            i += 1
    return out


def _number(words: list[str], start: int) -> tuple[int, int]:
    """The number that begins at `start`, and where it ends: "one hundred and sixty two" is one, "one two" are two."""
    total = part = 0
    room = 10**9  # what the next word has to stay below to belong to this number
    i = start
    while i < len(words):
        word = words[i]
        if word in _SCALES:
            part, total, room = (part * 100, total, 100) if word == "hundred" else (0, total + part * _SCALES[word], 1000)
        elif word == "and" and room in (100, 1000) and total + part and i + 1 < len(words) and words[i + 1] in _NUMERALS:
            pass
        elif word in _TENS and room >= 100:
            part, room = part + _TENS[word], 10
        elif word in _SMALL and _SMALL[word] < room and (room > 10 or _SMALL[word] > 0):
            part, room = part + _SMALL[word], 0
        else:
            break
        i += 1
    return total + part, i
