"""What people read has its numbers in digits; what was heard stays beside it, for the rules and the word times."""

from __future__ import annotations

from dataclasses import replace

from analyzer.numerals.chinese import chinese_numerals
from analyzer.numerals.english import english_numerals
from analyzer.numerals.numeral import Numeral
from analyzer.result import Analysis, Utterance


def numerals(text: str) -> list[Numeral]:
    """The numbers of a text that are written in digits, in order, whichever language."""
    return sorted((*chinese_numerals(text), *english_numerals(text)), key=lambda n: n.start)


def in_digits(text: str) -> str:
    """三百二十五块 is 325块, "twenty five dollars" is "25 dollars"; a text without such numbers as it is."""
    at, pieces = 0, []
    for numeral in numerals(text):
        pieces += [text[at : numeral.start], numeral.digits]
        at = numeral.end
    return "".join((*pieces, text[at:]))


def place_heard(heard: str, at: int) -> int:
    """Where in `heard` that lies which is at `at` in `in_digits(heard)`."""
    for numeral in numerals(heard):
        if at < numeral.start:
            return at
        if at < numeral.start + len(numeral.digits):
            return numeral.start
        at += numeral.end - numeral.start - len(numeral.digits)
    return min(at, len(heard))


def with_digits(analysis: Analysis) -> Analysis:
    """The analysis as people read it: each utterance's text with its numbers in digits, what was heard kept."""
    return replace(analysis, utterances=tuple(map(_written, analysis.utterances)))


def _written(utterance: Utterance) -> Utterance:
    text = in_digits(utterance.text)
    return utterance if text == utterance.text else replace(utterance, text=text, heard=utterance.text)
