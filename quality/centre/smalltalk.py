"""Words for a made store that is to be searched: a few that everybody says and many that hardly anybody does, as in real talk."""

from __future__ import annotations

import itertools
import random
from functools import lru_cache

from pypinyin.constants import PHRASES_DICT

from analyzer.index import index_row

_WORDS = 20_000
_AT_ONCE = 4096
_ADDED = {"customer": 3, "agent": 1}
"""Words added to an utterance, on the average: customers have the long tail."""


class SmallTalk:
    """Changes utterances so that no two calls say the same. Words by Zipf's law: the n-th most common one n times as rarely."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        words = [word for word in PHRASES_DICT if 2 <= len(word) <= 4]
        self._words = rng.sample(words, min(_WORDS, len(words)))
        self._weights = list(itertools.accumulate(1 / n for n in range(1, len(self._words) + 1)))
        self._drawn: list[str] = []

    def vary(self, text: str, side: str) -> tuple[str, str, str]:
        """The text with some words after it, and its row of the search index (analyzer.index.index_row)."""
        more = [self._word() for _ in range(self._rng.randrange(2 * _ADDED.get(side, 1) + 1))]
        rows = [_row(piece) for piece in (text, *more)]
        return "，".join((text, "".join(more))) if more else text, " ".join(r[0] for r in rows), " ".join(r[1] for r in rows)

    def _word(self) -> str:
        if not self._drawn:
            self._drawn = self._rng.choices(self._words, cum_weights=self._weights, k=_AT_ONCE)
        return self._drawn.pop()


@lru_cache(maxsize=50_000)
def _row(piece: str) -> tuple[str, str]:
    return index_row(piece)
