"""How loud each side of a line is: peak, power, noise, hum, clipping and speech, about once a second.

Once a second and not once a block, since numpy's cost lies in the calls: a second of a pair line takes about 0.1 ms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hw.interfaces import Samples
from recorder.signals.voice import FRAME_S, FULL_SCALE, Heard

FLOOR_DB = -96.0
"""dBFS of digital silence: one step of 16 bits."""

RAIL = 32_000
"""A sample at or above it stands at full scale: G.711 decodes its loudest code to 32 124 (µ-law) or 32 256 (A-law)."""

HARMONICS = (1, 2, 3, 5, 7)
"""Of the mains. Even ones beyond the second are weak; the fifth and seventh pass a telephone band that the first three do not."""

QUIET_SHARE = 0.2
"""The noise of a second is its pieces' power at this quantile: between words there is always that much pause."""

LEAK = 10 ** (-15 / 10)
"""A piece of speech this much (15 dB) below the other side's is that side leaking over: a hybrid keeps at least 20 dB apart or is
audibly bad, and people who talk at once differ by less."""

STIR = 10 ** (9 / 10)
"""A piece this much (9 dB) above its second's pauses is something that comes and goes, as words do and line noise does not."""

STIR_LEAST = FULL_SCALE * 10 ** (-70 / 10)
"""And it must reach -70 dBFS."""

RATE = 8000
"""Frames per second at which hum is measured; higher rates are averaged down."""


@dataclass(frozen=True)
class Second:
    """One side of a line for about a second. Powers are mean squares of 16-bit samples, without DC.

    peak: largest sample, 0 to 32 768. quiet: the power of its pauses. hum: of the mains and its harmonics. clipped: samples at full
    scale. spoken: 20 ms pieces of speech (the other side's leaking over left out); speech: the sum of their powers. stirred: pieces
    that stand out of the pauses, leaking left out, whether the voice detector knew them for speech or not (below about -50 dBFS it
    misses much); stirring: the sum of their powers.
    """

    frames: int
    peak: int
    power: float
    quiet: float
    hum: float
    clipped: int
    spoken: int
    speech: float
    stirred: int
    stirring: float

    @property
    def spoken_s(self) -> float:
        """Seconds of speech."""
        return self.spoken * FRAME_S


class Meter:
    """One line's. rate: frames per second. mains_hz: 50 or 60."""

    def __init__(self, rate: int, channels: int, mains_hz: float = 50.0) -> None:
        self._rate = rate
        self._piece = int(rate * FRAME_S)
        self._blocks: list[Samples] = []
        self._spoken: list[list[int]] = [[] for _ in range(channels)]
        self._held = self._start = 0
        self._down = max(1, rate // RATE)
        self._hum = _mains_table(rate // self._down, mains_hz)

    def take_up(self, mains_hz: float) -> None:
        """From now on the mains has this frequency."""
        self._hum = _mains_table(self._rate // self._down, mains_hz)

    def feed(self, samples: Samples, heard: Heard) -> list[Second]:
        """The next block, shape (frames, channels), and what was heard in it. Once a second is full: each side's figures."""
        if not self._blocks:
            self._start = heard.end - len(samples)
        self._blocks.append(samples)
        self._held += len(samples)
        for mine, ends in zip(self._spoken, heard.sides, strict=False):
            mine.extend(ends)
        if self._held < self._rate:
            return []
        seconds = self._digest()
        self.skip()
        return seconds

    def skip(self) -> None:
        """Audio was lost: what is half measured is let go."""
        self._blocks, self._held = [], 0
        for ends in self._spoken:
            ends.clear()

    def _digest(self) -> list[Second]:
        block = np.ascontiguousarray(np.concatenate(self._blocks).T)
        wide = block.astype(np.float32)
        peaks = np.maximum(block.max(axis=1).astype(np.int32), -block.min(axis=1).astype(np.int32))
        powers = _piece_powers(wide, self._piece)
        quiet = np.partition(powers, rank := int(QUIET_SHARE * powers.shape[1]), axis=1)[:, rank]
        hum = self._hum_powers(wide)
        mean = powers.mean(axis=1)
        spoken = self._spoken_powers(powers)
        stirred = _stirring(powers, quiet)
        return [
            Second(
                block.shape[1],
                int(peaks[side]),
                float(mean[side]),
                float(quiet[side]),
                float(hum[side]),
                _clipped(block[side]) if peaks[side] >= RAIL else 0,
                len(spoken[side]),
                float(spoken[side].sum()),
                int(np.count_nonzero(stirred[side])),
                float(powers[side][stirred[side]].sum()),
            )
            for side in range(len(block))
        ]

    def _spoken_powers(self, powers: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The powers of each side's pieces of speech."""
        last = powers.shape[1] - 1
        found = []
        for side, ends in enumerate(self._spoken):
            at = np.clip((np.array(ends, np.int64) - self._start - 1) // self._piece, 0, last)
            mine = powers[side][at]
            if len(powers) == 2:
                mine = mine[mine > LEAK * powers[1 - side][at]]
            found.append(mine)
        return found

    def _hum_powers(self, wide: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._down > 1:
            whole = wide.shape[1] // self._down * self._down
            wide = wide[:, :whole].reshape(len(wide), -1, self._down).mean(axis=2)
        parts = wide[:, : len(self._hum)] @ self._hum
        powers: NDArray[np.float32] = np.einsum("ch,ch->c", parts, parts) / 2
        return powers


def decibels(power: float) -> float:
    """Mean square of 16-bit samples → dBFS, to a tenth; FLOOR_DB for silence."""
    return round(max(FLOOR_DB, 10 * float(np.log10(max(power, 1e-9) / FULL_SCALE))), 1)


def _piece_powers(wide: NDArray[np.float32], piece: int) -> NDArray[np.float32]:
    """Mean squares without DC, shape (channels, pieces)."""
    count = wide.shape[1] // piece
    pieces = wide[:, : count * piece].reshape(len(wide), count, piece)
    mean = pieces.mean(axis=2)
    powers: NDArray[np.float32] = np.maximum(np.einsum("cps,cps->cp", pieces, pieces) / piece - mean * mean, 0)
    return powers


def _stirring(powers: NDArray[np.float32], quiet: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which pieces stand out of their second's pauses and are not the other side leaking over."""
    out: NDArray[np.bool_] = powers > np.maximum(STIR * quiet, STIR_LEAST)[:, None]
    if len(powers) == 2:
        out &= powers > LEAK * powers[::-1]
    return out


def _clipped(side: Samples) -> int:
    return int(np.count_nonzero(side >= RAIL) + np.count_nonzero(side <= -RAIL))


def _mains_table(rate: int, mains_hz: float) -> NDArray[np.float32]:
    """Cosine and sine of each harmonic under a Hann window of one second, scaled so that a sine of amplitude A gives A."""
    window: NDArray[np.float64] = np.hanning(rate + 1)[:rate]
    turns = 2 * np.pi * mains_hz * np.arange(rate)[:, None] / rate * np.array(HARMONICS)
    table: NDArray[np.float64] = np.hstack([np.cos(turns), np.sin(turns)]) * window[:, None] * 2 / window.sum()
    return table.astype(np.float32)
