"""Is anybody speaking on this line? Cheap enough for every channel all day: an energy gate first, WebRTC's voice detector only on
what passes it. Only segmentation uses this; what was said is understood upstairs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from hw.interfaces import Samples

FRAME_S = 0.02
"""Seconds of a frame of the detector (it takes 10, 20 or 30 ms)."""

AGGRESSIVENESS = 3
"""The detector's strictest mode."""

VOICED_OF = (6, 10)
"""N of the last M frames must be speech: the detector alone takes keyboards for speech 41 % of the time (shared/anchors.md)."""

FLOOR_RISE = 10 ** (1.0 * FRAME_S / 10)
"""A line's noise floor is the quietest frame of late, let up by 1 dB a second so that it follows a line that grows noisier."""

FLOOR_RANGE = (10.0, 100_000.0)
"""Mean square of a 16-bit sample: -80 to -40 dBFS."""

GATE = 10 ** (9 / 10)
"""Speech must stand 9 dB above the floor."""

TONE_HZ = 450.0
"""Dial, ring-back, busy and congestion tones of Chinese exchanges (shared/domain.md)."""

TONE_SHARE = 0.85
"""Share of a frame's energy at 450 Hz from which it is a tone. Of speech, a vowel's one harmonic may reach 0.7."""

FULL_SCALE = 32768.0**2


@dataclass(frozen=True)
class Heard:
    """What one block held: frame numbers are absolute and mark the ends of 20 ms pieces.

    end: frames up to and with this block. speech: pieces of confirmed speech. tone: pieces that are a 450 Hz tone. power: mean
    square of the block's loudest channel. sides: pieces of confirmed speech of each channel.
    """

    end: int
    speech: tuple[int, ...] = ()
    tone: tuple[int, ...] = ()
    power: float = 0.0
    sides: tuple[tuple[int, ...], ...] = ()

    @property
    def level_dbfs(self) -> float:
        """RMS against full scale, -96 for digital silence."""
        return max(-96.0, 10 * float(np.log10(max(self.power, 1e-9) / FULL_SCALE)))


class VoiceDetector:
    """One line's detector. Feed every frame of the line, in order; of one thread.

    rate: frames per second, 8000 or a multiple that WebRTC knows (16000, 32000, 48000). channels: 1 or 2; speech on either counts.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.rate = rate
        self.piece = int(rate * FRAME_S)
        self._channels = [_Channel(rate) for _ in range(channels)]
        self._rest: Samples = np.zeros((0, channels), np.int16)
        self._end = 0

    def feed(self, samples: Samples) -> Heard:
        """What the next block holds. samples: shape (frames, channels)."""
        start = self._end - len(self._rest)
        self._end += len(samples)
        joined = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        count = len(joined) // self.piece
        self._rest = joined[count * self.piece :].copy()
        if not count:
            return Heard(self._end)
        pieces = joined[: count * self.piece].reshape(count, self.piece, -1).transpose(2, 0, 1)
        powers = _powers(pieces)
        speech, tone, sides = set(), set(), []
        for channel, detector in enumerate(self._channels):
            spoken, toned = detector.feed(pieces[channel], powers[channel])
            speech |= spoken
            tone |= toned
            sides.append(spoken)
        ends = [start + (index + 1) * self.piece for index in range(count)]
        return Heard(
            self._end,
            tuple(ends[index] for index in sorted(speech)),
            tuple(ends[index] for index in sorted(tone - speech)),
            float(powers.mean(axis=1).max()),
            tuple(tuple(ends[index] for index in sorted(spoken)) for spoken in sides),
        )

    def skip(self, frames: int) -> Heard:
        """Frames that were lost: nothing was heard, and what was half heard is let go."""
        self._end += frames
        self._rest = self._rest[:0]
        return Heard(self._end)


class _Channel:
    """Noise floor and the last few answers of one channel."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._vad = webrtcvad.Vad(AGGRESSIVENESS)
        self._recent: deque[bool] = deque([False] * VOICED_OF[1], VOICED_OF[1])
        self._floor = FLOOR_RANGE[1]
        turns = np.arange(int(rate * FRAME_S)) * (2 * np.pi * TONE_HZ / rate)
        self._tone = np.exp(-1j * turns).astype(np.complex64)

    def feed(self, pieces: Samples, powers: NDArray[np.float32]) -> tuple[set[int], set[int]]:
        """Indexes of the pieces that are speech, and of those that are a tone."""
        spoken, toned = set(), set()
        for index, power in enumerate(powers.tolist()):
            self._floor = min(max(power, FLOOR_RANGE[0]), self._floor * FLOOR_RISE, FLOOR_RANGE[1])
            voiced = False
            if power > self._floor * GATE:
                if self._is_tone(pieces[index], power):
                    toned.add(index)
                else:
                    voiced = self._vad.is_speech(pieces[index].tobytes(), self._rate)
            self._recent.append(voiced)
            if voiced and sum(self._recent) >= VOICED_OF[0]:
                spoken.add(index)
        return spoken, toned

    def _is_tone(self, piece: Samples, power: float) -> bool:
        """A sine of amplitude A has power A²/2 and correlates to A/2 with its own frequency."""
        found = abs(np.dot(piece.astype(np.float32), self._tone)) / len(piece)
        return bool(2 * found * found > TONE_SHARE * power)


def _powers(pieces: Samples) -> NDArray[np.float32]:
    """Mean square without the DC a cheap tap adds; shape (channels, pieces)."""
    wide = pieces.astype(np.float32)
    mean = wide.mean(axis=2)
    power: NDArray[np.float32] = np.einsum("cps,cps->cp", wide, wide) / wide.shape[2] - mean * mean
    return power
