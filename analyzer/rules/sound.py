"""How words sound: Mandarin syllables, which of them a recogniser takes for one another, and how far apart two of them are.

Recognition errors in Mandarin are mostly homophones, so words are compared as toneless syllables folded into classes that southern
accents and narrow-band audio merge (zh/z, ch/c, sh/s, n/l, an/ang, en/eng, in/ing). The folds follow the fuzzy-pinyin pairs every
Chinese input method offers; the costs beyond them are phonetic neighbourhood (aspiration pairs b/p, d/t, g/k, j/q, z/c; f/h; r/l).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials

HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT_NAMES = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_INITIAL_FOLDS = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}
_FINAL_FOLDS = {"ang": "an", "eng": "en", "ing": "in", "uang": "uan", "iang": "ian", "ueng": "uen"}
_NEAR_INITIALS = tuple(map(set, ("bp", "dt", "gk", "jqx", "zc", "zj", "cq", "sx", "hfk", "lr", "tz", "tc")))
_NEAR_FINALS = tuple(
    set(group.split())
    for group in (
        *("e uo o", "ei uei i", "en uen", "ie ve ian", "an uan ian", "ao ou iao"),
        *("ong en uen", "in ian vn", "u ou v", "i v ie", "iou u"),
    )
)


@dataclass(frozen=True)
class Syllable:
    """A syllable: toneless pinyin ("" for what is no syllable), tone 1–5 (5 neutral), and the initial and final by which it
    is compared."""

    pinyin: str
    tone: int
    initial: str
    final: str

    @property
    def folded(self) -> str:
        """The class of the syllable: equal for syllables that a telephone line merges."""
        return f"{self.initial}-{self.final}"


@lru_cache(maxsize=4096)
def syllable(spelling: str) -> Syllable:
    """The syllable of a spelling with its tone as a trailing digit ("tou2"); anything else stands for itself."""
    match = re.fullmatch(r"([a-zêü]+)([0-5]?)", spelling)
    if match is None:
        return Syllable("", 5, "", spelling)
    plain, tone = match.group(1).replace("ü", "v"), int(match.group(2) or 5)
    # strict: y and w are spellings, not initials ("yan" is "" + "ian").
    initial, final = to_initials(plain, strict=True), to_finals(plain, strict=True).replace("ü", "v")
    return Syllable(plain, tone, _INITIAL_FOLDS.get(initial, initial), _FINAL_FOLDS.get(final, final))


@lru_cache(maxsize=8192)
def spell(text: str) -> tuple[Syllable, ...]:
    """One syllable a character, for a run of Chinese characters and digits; digits read as they are said one by one, 幺 as 一."""
    han = "".join(_DIGIT_NAMES.get(c, c) for c in text).replace("幺", "一")
    # Characters without a reading (rare ones) come back as one run: each stands for itself.
    spelled = lazy_pinyin(han, style=Style.TONE3, neutral_tone_with_five=True, errors=lambda rest: "?" * len(rest))
    sounds = [s for piece in spelled for s in (piece if piece.startswith("?") else [piece])]
    return tuple(syllable(s) for s in sounds)


@lru_cache(maxsize=16384)
def distance(a: Syllable, b: Syllable) -> float:
    """0 the same class, 0.5 neighbours (one half the same, the other near), 0.7 one half the same, 1 unlike."""
    same_initial, same_final = a.initial == b.initial, a.final == b.final
    if same_initial and same_final:
        return 0.0
    if not a.pinyin or not b.pinyin:
        return 1.0
    near_initial, near_final = _near(a.initial, b.initial, _NEAR_INITIALS), _near(a.final, b.final, _NEAR_FINALS)
    if (same_final and near_initial) or (same_initial and near_final):
        return 0.5
    return 0.7 if same_final or same_initial else 1.0


def _near(a: str, b: str, groups: tuple[set[str], ...]) -> bool:
    return any(a in group and b in group for group in groups)
