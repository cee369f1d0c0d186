"""Simplified characters out, whatever script a model was in the mood for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import opencc

# The converter keeps 著 since 著名 has it; as the particle of 等著, 跟著 it is 着.
_PARTICLE = re.compile(r"(?<![显原名土编专卓昭论拙巨])著(?![名作称述录者])")


def simplified(words: Sequence[str]) -> list[str]:
    """The words in simplified characters, one for one. Converted together, since some characters go by their neighbours."""
    joined = "".join(words)
    plain = _PARTICLE.sub("着", _converter().convert(joined))
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
