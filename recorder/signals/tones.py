"""Sines found in short windows, by their share of the window's energy: what call-progress tones and DTMF are both heard with.

A 20 ms window cannot tell 440 from 450 Hz by one correlation, and a tone 25 Hz off would lose half its energy. So each tone has a
few orthonormal shapes that together hold nearly all of any sine of its band, at any phase; one matrix product a block tells all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHAPES = 4
"""Shapes a band: a band of 50 Hz seen for 20 ms has about 2 · 50 · 0.02 + 2 degrees of freedom. More of them also hold tones that
begin or end within the window."""

TONE_HZ = 450.0
"""Dial, ring-back, busy and congestion tones of Chinese exchanges: 450 ± 25 Hz (GB 3380; ITU-T E.180 Supplement 2, China)."""

TONE_BAND = (TONE_HZ - 25, TONE_HZ + 25)

TONE_SHARE = 0.85
"""Share of a piece's energy in the band from which it is the tone."""

QUIETEST = 32768.0**2 * 10 ** (-48 / 10)
"""Mean square of a 16-bit sample below which nothing is a tone: a tone of -30 dBm0 lies at -36 dBFS (0 dBm0 is 3.17 dB below the
full-scale sine of a G.711 codec, ITU-T G.711), and a worn line may take some of it."""


class Bands:
    """The energy in each of several narrow bands of windows of sound, without the DC a cheap tap adds.

    bands: (lowest, highest) Hz of each. rate: frames per second. length: frames of a window. shapes: of each band.
    """

    def __init__(self, bands: Sequence[tuple[float, float]], rate: int, length: int, shapes: int = SHAPES) -> None:
        self._split = (len(bands), shapes)
        rows = np.concatenate([_shapes(band, rate, length)[:shapes] for band in bands])
        # A shape without its mean sees a window without its mean: cheaper than taking it off every window.
        self._shapes = np.ascontiguousarray((rows - rows.mean(axis=1, keepdims=True)).T)

    def energies(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Energy in each band. windows: shape (n, length). Result: shape (n, bands)."""
        found = windows @ self._shapes
        energies: NDArray[np.float32] = (found * found).reshape(len(windows), *self._split).sum(axis=2)
        return energies


def _shapes(band: tuple[float, float], rate: int, length: int) -> NDArray[np.float32]:
    """Orthonormal rows, the strongest of what sines of the band have in common."""
    turns = np.linspace(*band, 15)[:, None] * np.arange(length) * (2 * np.pi / rate)
    shapes: NDArray[np.float32] = np.linalg.svd(np.concatenate([np.cos(turns), np.sin(turns)]))[2].astype(np.float32)
    return shapes
