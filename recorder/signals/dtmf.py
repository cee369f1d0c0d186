"""Keys pressed on a telephone, from their tone pairs (ITU-T Q.23), within the limits of ITU-T Q.24.

Windows of 20 ms every 10 ms: a key of 40 ms holds two whole windows wherever it falls. Windows in a row have to show the same pair,
nearly alone, at a steady level and at the right frequencies; speech seldom does. Shorter ones are taken more often than not, from
some 15 ms on: Q.24 wants them refused up to 23 ms, but a card number's digit that is masked too easily does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hw.interfaces import Samples
from recorder.signals.tones import QUIETEST, Bands

LOW_HZ, HIGH_HZ = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")
"""ITU-T Q.23: a row's and a column's frequency."""

HOP_S, HOPS = 0.01, 2
"""Seconds between two windows, and how many such steps a window is long."""

WINDOW_S = HOPS * HOP_S

OFF = 0.023
"""Frequencies may be off by this much: Q.24 wants ±1.5 % accepted and ±3.5 % refused."""

SHARE = 0.92
"""Of a window's energy that the pair has to hold; a window that lies 15 % outside the key holds less."""

TWIST_DB = (-10.0, 6.0)
"""The higher tone's level over the lower's: Q.24's widest limits (Australia 10, others 4 to 10 dB)."""

STEADY_DB = 2.0
"""Each of the two tones changes by less than this from window to window; in speech hardly anything does for so long."""

BREAK = 4
"""Windows without the pair that end a key: a break of 10 ms spoils three, a pause of 40 ms at least five (Q.24)."""


@dataclass(frozen=True)
class Digit:
    """A key pressed. start, end: frames of the line, to about 10 ms. channel: where it was loudest. symbol: one of 0-9 * # A-D."""

    start: int
    end: int
    channel: int
    symbol: str


@dataclass(frozen=True)
class Pressed:
    """What a block told. digits: keys let go. hits: (first frame, frame after, channel) of windows that certainly hold a key.
    clear: no frame before it will be part of a hit told later."""

    digits: tuple[Digit, ...]
    hits: tuple[tuple[int, int, int], ...]
    clear: int


class DigitDecoder:
    """One line's. Feed every frame of the line, in order; of one thread. rate: frames per second. channels: 1 or 2."""

    def __init__(self, rate: int, channels: int) -> None:
        self._hop = round(HOP_S * rate)
        self._window = HOPS * self._hop
        self._bands = Bands([(hz * (1 - OFF), hz * (1 + OFF)) for hz in (*LOW_HZ, *HIGH_HZ)], rate, self._window)
        self._turn = _Turn(rate, self._window, self._hop)
        self._keys = [_Key(channel, self._hop, self._window) for channel in range(channels)]
        self._rest: Samples = np.zeros((0, channels), np.int16)
        self._at = 0  # frame of the next window

    def feed(self, samples: Samples) -> Pressed:
        """What the next block holds. samples: shape (frames, channels)."""
        joined = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        count = max(0, (len(joined) - self._window) // self._hop + 1)
        start, self._at = self._at, self._at + count * self._hop
        self._rest = joined[count * self._hop :].copy()
        digits: list[Digit] = []
        hits: list[tuple[int, int, int]] = []
        if count:
            for index, found in enumerate(self._found(joined, count)):
                for key, one in zip(self._keys, found, strict=True):
                    digits += key.window(start + index * self._hop, one, hits, self._turn)
        return Pressed(tuple(digits), tuple(hits), min(key.clear(self._at) for key in self._keys))

    def skip(self, frames: int) -> Pressed:
        """Frames that were lost end what was being pressed."""
        digits = [digit for key in self._keys for digit in key.reset()]
        self._at += len(self._rest) + frames
        self._rest = self._rest[:0]
        return Pressed(tuple(digits), (), self._at)

    def nothing(self) -> Samples:
        """No frames of this line."""
        return self._rest[:0]

    def _found(self, joined: Samples, count: int) -> Iterator[list[_Pair | None]]:
        """Each window's pair on each channel; where both channels show the same, only the louder."""
        # Each channel in one stretch: numpy goes through interleaved ones at half the speed.
        sound = np.ascontiguousarray(joined[: (count - 1 + HOPS) * self._hop].T)
        loud = [channel for channel, row in enumerate(sound) if row.max() > QUIETEST**0.5 or row.min() < -(QUIETEST**0.5)]
        pairs: list[list[_Pair | None]] = [[None] * count for _ in self._keys]
        if loud:
            # All loud channels in one go: numpy's cost lies in being called.
            found = self._pairs(self._windows(sound[loud]))
            for place, channel in enumerate(loud):
                pairs[channel] = found[place * count : (place + 1) * count]
        yield from (_louder(list(row)) for row in zip(*pairs, strict=True))

    def _windows(self, sound: NDArray[np.int16]) -> NDArray[np.float32]:
        """Overlapping windows of sound of shape (channels, frames), one channel's after the other's."""
        hops = sound.astype(np.float32).reshape(len(sound), -1, self._hop)
        count = hops.shape[1] - HOPS + 1
        return np.concatenate([hops[:, first : first + count] for first in range(HOPS)], axis=2).reshape(-1, self._window)

    def _pairs(self, windows: NDArray[np.float32]) -> list[_Pair | None]:
        mean = np.einsum("ws->w", windows) / self._window
        total = np.einsum("ws,ws->w", windows, windows) - self._window * mean * mean
        energies = self._bands.energies(windows)
        low, high = energies[:, :4].argmax(axis=1), energies[:, 4:].argmax(axis=1)
        rows = np.arange(len(windows))
        low_energy, high_energy = energies[rows, low], energies[rows, high + 4]
        twist = 10 * np.log10((high_energy + 1) / (low_energy + 1))
        good = (low_energy + high_energy > SHARE * total) & (total > QUIETEST * self._window)
        good &= (twist > TWIST_DB[0]) & (twist < TWIST_DB[1])
        found: list[_Pair | None] = [None] * len(windows)
        for row in np.flatnonzero(good):
            levels = 10 * float(np.log10(low_energy[row])), 10 * float(np.log10(high_energy[row]))
            found[row] = _Pair(int(low[row]), int(high[row]), levels, windows[row] - mean[row])
        return found


@dataclass(frozen=True)
class _Pair:
    """A window that may be part of a key."""

    low: int
    high: int
    levels: tuple[float, float]  # dB, of each tone
    samples: NDArray[np.float32]

    @property
    def symbol(self) -> str:
        return KEYS[self.low][self.high]

    @property
    def loudness(self) -> float:
        return max(self.levels)

    def like(self, other: _Pair) -> bool:
        return self.symbol == other.symbol and all(
            abs(here - there) < STEADY_DB for here, there in zip(self.levels, other.levels, strict=True)
        )


def _louder(found: list[_Pair | None]) -> list[_Pair | None]:
    """What one side presses leaks over to the other: where both show the same, the louder one counts."""
    agent, customer = found[0], found[-1]
    if len(found) == 1 or agent is None or customer is None or agent.symbol != customer.symbol:
        return found
    return [agent, None] if agent.loudness > customer.loudness else [None, customer]


class _Turn:
    """Frequencies to a few hertz: from how far a tone's phase moves between two windows."""

    def __init__(self, rate: int, window: int, hop: int) -> None:
        turns = np.array((*LOW_HZ, *HIGH_HZ))[:, None] * (2 * np.pi / rate)
        self._waves = np.exp(-1j * turns * np.arange(window)).astype(np.complex64)
        self._expected = (turns[:, 0] * hop).tolist()
        self._limit = [2 * np.pi * OFF * hz * hop / rate for hz in (*LOW_HZ, *HIGH_HZ)]

    def true(self, earlier: _Pair, later: _Pair) -> bool:
        """Whether both tones run at their frequencies."""
        for tone in (earlier.low, earlier.high + 4):
            wave = self._waves[tone]
            moved = np.angle(np.dot(later.samples, wave) / np.dot(earlier.samples, wave) * np.exp(-1j * self._expected[tone]))
            if abs(float(moved)) > self._limit[tone]:
                return False
        return True


class _Key:
    """The key that is down on one channel, if one is."""

    def __init__(self, channel: int, hop: int, window: int) -> None:
        self._channel = channel
        self._hop, self._window = hop, window
        self._before: tuple[int, _Pair] | None = None  # the window before, if it showed a pair
        self._down: tuple[str, int, int] | None = None  # symbol, first frame, last hit's end
        self._misses = 0

    def clear(self, next_at: int) -> int:
        """No frame before it can be part of a hit yet untold."""
        return self._before[0] if self._before else next_at

    def window(self, at: int, pair: _Pair | None, hits: list[tuple[int, int, int]], turn: _Turn) -> list[Digit]:
        """The window that begins at frame `at`. Gives the key that was let go, adds to `hits`."""
        before, self._before = self._before, (at, pair) if pair else None
        if pair and before and self._goes_on(before[1], pair, turn):
            return self._hit(pair.symbol, before[0], at + self._window, hits)
        self._misses += 1
        return self.let_go() if self._misses >= BREAK else []

    def let_go(self) -> list[Digit]:
        """The key that was down is no more."""
        down, self._down = self._down, None
        return [Digit(down[1], down[2], self._channel, down[0])] if down else []

    def reset(self) -> list[Digit]:
        """What comes next does not follow what came before."""
        self._before = None
        return self.let_go()

    def _goes_on(self, earlier: _Pair, later: _Pair, turn: _Turn) -> bool:
        return earlier.like(later) and turn.true(earlier, later)

    def _hit(self, symbol: str, start: int, end: int, hits: list[tuple[int, int, int]]) -> list[Digit]:
        self._misses = 0
        hits.append((start, end, self._channel))
        if self._down and self._down[0] == symbol:
            self._down = (symbol, self._down[1], end)
            return []
        gone = self.let_go()
        self._down = (symbol, start, end)
        return gone
