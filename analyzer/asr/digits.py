"""Runs of digits that nobody should read later: cards, identity and account numbers, as asterisks."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_SHOWN = 5
"""Digits in a row that stay: order numbers' ends, 工号, prices. Six and more may be a card or a person."""

_DIGIT = "0-9零〇一二三四五六七八九幺两"
_NAMES = "zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
_BETWEEN = r"[\s,，、.。\-–·]*"  # how people group them
_RUN = re.compile(
    rf"(?<![{_DIGIT}])(?:[{_DIGIT}]{_BETWEEN}){{{LONGEST_SHOWN},}}[{_DIGIT}]"
    rf"|\b(?:(?:{_NAMES}|\d+)\b{_BETWEEN}){{{LONGEST_SHOWN},}}\b(?:{_NAMES}|\d+)\b",
    re.IGNORECASE,
)
_ONE = re.compile(rf"\b(?:{_NAMES})\b|[{_DIGIT}]", re.IGNORECASE)
_PART = re.compile(rf"(?:[{_DIGIT}]{_BETWEEN}){{2,}}[{_DIGIT}]|\b(?:(?:{_NAMES})\b{_BETWEEN}){{2,}}\b(?:{_NAMES})\b", re.IGNORECASE)


def masked(pieces: Sequence[str]) -> list[str]:
    """The pieces of a text (words) with every digit of a run of six and more as "*"; one for one."""
    joined = "".join(pieces)
    return _hidden(pieces, [run.span() for run in _RUN.finditer(joined)])


def runs_of_digits(text: str) -> list[str]:
    """The runs `masked` hides, without what stands between their digits."""
    return [_bare(run.group()) for run in _RUN.finditer(text)]


def without(text: str, runs: Sequence[str]) -> str:
    """A text (a piece of evidence) with whatever it shows of these runs hidden too."""
    found = [run.span() for run in _PART.finditer(text) if any(_bare(run.group()) in whole for whole in runs)]
    return _hidden([text], found)[0]


def _bare(text: str) -> str:
    return "|".join(digit.group().lower() for digit in _ONE.finditer(text))


def _hidden(pieces: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[str]:
    joined = "".join(pieces)
    text = list(joined)
    for start, end in spans:
        for digit in _ONE.finditer(joined, start, end):
            text[digit.start() : digit.end()] = ["*", *[""] * (digit.end() - digit.start() - 1)]
    again = iter(text)
    return ["".join(next(again) for _ in piece) for piece in pieces]
