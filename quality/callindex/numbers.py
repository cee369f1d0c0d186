"""Telephone numbers for looking up any piece of them: two digits a byte, the bytes of all calls beside one another, so that a piece
is looked for at every position by a few comparisons of whole arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from quality.callindex.columns import PLANES

LONGEST = 2 * PLANES
_MARKS = "0123456789*#+"
_BAD = 255

_CODE = np.full(256, _BAD, "u1")
_CODE[0] = 0
for _place, _mark in enumerate(_MARKS, 1):
    _CODE[ord(_mark)] = _place


def encode(texts: Sequence[str]) -> tuple[NDArray[np.uint8], list[int]]:
    """The planes of these numbers, and which of them do not fit (too long, or other marks than digits, * # +): those are empty."""
    plain = [text if text.isascii() and len(text) <= LONGEST else "?" for text in texts]
    codes = _CODE[np.array(plain, f"S{LONGEST}").view("u1").reshape(len(plain), LONGEST)]
    odd = np.flatnonzero((codes == _BAD).any(axis=1))
    codes[odd] = 0
    return (codes[:, 0::2] << 4 | codes[:, 1::2]).T.copy(), odd.tolist()


def find(planes: NDArray[np.uint8], piece: str) -> NDArray[np.bool_]:
    """Which numbers of one kind have the piece anywhere. planes: [plane, call]."""
    codes = _CODE[np.frombuffer(piece.encode("utf-8", "replace"), "u1")].tolist()
    found = np.zeros(planes.shape[1], bool)
    if not codes or _BAD in codes or len(codes) > LONGEST:
        return found
    for position in range(LONGEST - len(codes) + 1):
        found |= _at(planes, codes, position)
    return found


def _at(planes: NDArray[np.uint8], codes: list[int], position: int) -> NDArray[np.bool_]:
    here: NDArray[np.bool_] | None = None
    for plane, (mask, value) in _bytes(codes, position).items():
        same = planes[plane] == value if mask == 0xFF else (planes[plane] & mask) == value
        here = same if here is None else here & same
    assert here is not None
    return here


def _bytes(codes: list[int], position: int) -> Mapping[int, tuple[int, int]]:
    """Plane → which bits of it have to be what."""
    wanted: dict[int, tuple[int, int]] = {}
    for place, code in enumerate(codes, position):
        shift = 0 if place % 2 else 4
        mask, value = wanted.get(place // 2, (0, 0))
        wanted[place // 2] = mask | 0xF << shift, value | code << shift
    return wanted
