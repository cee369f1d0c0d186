"""The little language rules say words in; analyzer.rules.finder looks them up in a line of speech.

A pattern is elements parted by spaces; an element is alternatives parted by "|":

    保证|包 ~6 赚钱|@good_outcome     one of the first, up to six units of anything within the sentence, one of the second
    ^喂                                at the start of a clause;  挂了$  at the end of one
    =喂                                this spelling only, not what sounds like it
    #4                                 four digits or more in a row
    have_a_nice_day                    words of English are joined by "_"

`@name` stands for the rulebook's set of that name. Without "~" elements follow one another directly. Punctuation never matters
inside a word; a gap stops at the end of a sentence, and nothing reaches over a turn of the other side.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from analyzer.rules.evidence import char_key, sound_key
from analyzer.rules.sound import HAN, Syllable, spell
from analyzer.units import spoken


@dataclass(frozen=True)
class Word:
    """A word of a pattern: its units, their keys, and whether only this spelling counts. halves: the sounds of its first and its
    second half where one of them may be misheard. digits: instead of units, so many digits in a row."""

    text: str
    units: tuple[str, ...]
    chars: str
    sounds: str
    syllables: tuple[Syllable, ...]
    spelled: bool
    at_start: bool
    at_end: bool
    halves: tuple[str, ...] = ()
    digits: int = 0


@dataclass(frozen=True)
class Element:
    """Alternatives, and how many units may lie between them and the element before."""

    words: tuple[Word, ...]
    least_gap: int
    most_gap: int


Pattern = tuple[Element, ...]


class PatternError(ValueError):
    """A pattern that cannot be read; the text says why, in English and Chinese (`zh`)."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


def compile_pattern(text: str, sets: Mapping[str, Sequence[str]]) -> Pattern:
    """The pattern a text says. Raises PatternError."""
    elements: list[Element] = []
    gap = (0, 0)
    for token in text.split():
        if token.startswith("~"):
            gap = _gap(token)
            continue
        elements.append(Element(tuple(_alternatives(token, sets, ())), *(gap if elements else (0, 0))))
        gap = (0, 0)
    if not elements:
        raise PatternError(f'no words in pattern "{text}"', f"规则词“{text}”里没有词")
    return tuple(elements)


def literal(text: str) -> Pattern:
    """The pattern of a text that is no pattern: a name, as settings give it."""
    part = "_".join(spoken(text)) if not HAN.search(text) else "".join(spoken(text))
    return (Element((_word(part),), 0, 0),) if part else ()


def _gap(token: str) -> tuple[int, int]:
    match = re.fullmatch(r"~(?:(\d+)-)?(\d+)", token)
    if match is None:
        raise PatternError(f'"{token}" is no gap: write ~6 or ~2-6', f"“{token}”不是间隔：请写 ~6 或 ~2-6")
    return int(match.group(1) or 0), int(match.group(2))


def _alternatives(token: str, sets: Mapping[str, Sequence[str]], seen: tuple[str, ...]) -> Iterator[Word]:
    for part in token.split("|"):
        start = "^" if part.startswith("^@") else ""
        if part.startswith(start + "@"):
            name = part[len(start) + 1 :]
            if name not in sets or name in seen:
                near = difflib.get_close_matches(name, sets, 1)
                hint_en, hint_zh = (f', did you mean "{near[0]}"?', f"，是否想写“{near[0]}”？") if near else ("", "")
                raise PatternError(f'no set of words called "{name}"{hint_en}', f"没有名为“{name}”的词组{hint_zh}")
            for entry in sets[name]:
                yield from _alternatives(start + entry, sets, (*seen, name))
        else:
            yield _word(part)


@cache
def _word(part: str) -> Word:
    if re.fullmatch(r"#\d+", part):
        return Word(part, (), "", "", (), True, False, False, digits=int(part[1:]))
    match = re.fullmatch(r"(\^?)(=?)([^\^=$@~\s]+?)(\$?)", part)
    units = tuple(spoken(match.group(3).replace("_", " "))) if match else ()
    if match is None or not units:
        raise PatternError(f'"{part}" holds no word', f"“{part}”里没有词")
    chinese = all(HAN.match(u) or u.isdigit() for u in units)
    syllables = spell("".join(units)) if chinese else ()
    sounds = "".join(sound_key(s) for s in syllables)
    spelled = bool(match.group(2)) or not chinese or len(units) == 1
    half = len(units) // 2
    return Word(
        text=part,
        units=units,
        chars="".join(char_key(u) for u in units),
        sounds=sounds,
        syllables=syllables,
        spelled=spelled,
        at_start=bool(match.group(1)),
        at_end=bool(match.group(4)),
        halves=() if spelled or len(units) < 3 else (sounds[:half], sounds[half:]),
    )
