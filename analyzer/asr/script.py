"""Simplified characters out, whatever script a model was in the mood for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import opencc


def simplified(words: Sequence[str]) -> list[str]:
    """The words in simplified characters, one for one. Converted together, since some characters go by their neighbours."""
    joined = "".join(words)
    plain = _converter().convert(joined)
    if len(plain) != len(joined):
        return [_converter().convert(word) for word in words]
    cut = []
    at = 0
    for word in words:
        cut.append(plain[at : at + len(word)])
        at += len(word)
    return cut


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
