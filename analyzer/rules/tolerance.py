"""How much of a word may be misheard: the shorter a word, the less. What a syllable is from another: `sound.distance`."""

from __future__ import annotations

NO_TOLERANCE = frozenset("不没别无未非我你您他她谁能会")
"""To take one of these for something else, or something else for it, changes the meaning: no tolerance is given to them."""


def changes_meaning(heard: str, text: str) -> bool:
    """Whether one unit must never be taken for the other."""
    return heard != text and {heard, text} != {"你", "您"} and (heard in NO_TOLERANCE or text in NO_TOLERANCE)


def judge(costs: list[float], tones: int, same_pinyin: bool) -> float | None:
    """The cost of a word of len(costs) syllables, worst first, or None: the shorter a word, the less may differ. tones: how many
    syllables have another tone."""
    size, worst, rest = len(costs), costs[0], sum(costs[1:])
    if worst == 0:
        # Two syllables of the same class are too common: they must be the same sounds. One tone may change (three-three).
        return 0.2 if size > 3 or (tones < 2 and (size == 3 or same_pinyin)) else None
    if size < 3 or (size < 5 and tones) or worst > MOST.get(size, 1.0) or rest > (0.0 if size < 5 else 0.5 if size < 7 else 0.7):
        return None
    return 0.3 + 0.5 * (worst + rest) / (size / 4)


def judge_leniently(costs: list[float], _tones: int, _same_pinyin: bool) -> float | None:
    """The same for words that excuse: any tones, and more may differ."""
    size, worst, rest = len(costs), costs[0], sum(costs[1:])
    if worst == 0:
        return 0.2
    fits = worst <= MOST_LENIENT.get(size, 1.0) and rest <= (0.0 if size < 5 else 0.5 if size < 7 else 0.7)
    return 0.4 if fits else None


FUNCTION_WORDS = frozenset("的了是在就也都我你您他她吗吧呢啊不没有这那一个们得地着过到")
MOST_LENIENT = {2: 0.0, 3: 0.5, 4: 0.7, 5: 0.7, 6: 0.7}
MOST = {3: 0.5, 4: 0.7, 5: 0.7}
"""How far one syllable of a word of so many may be (sound.distance); longer words may have any one syllable wrong."""
