"""Is anybody speaking on this line? Cheap enough for every channel all day: an energy gate first, WebRTC's voice detector only on
what passes it. Only segmentation uses this; what was said is understood upstairs."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from hw.interfaces import Samples
from recorder.signals.tones import QUIETEST, TONE_BAND, TONE_SHARE, Bands

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

FULL_SCALE = 32768.0**2

GATE = 10 ** (9 / 10)
"""Speech must stand 9 dB above the floor."""

DETECTOR_LIKES = FULL_SCALE * 10 ** (-26 / 10)
"""Mean square of speech as networks carry it (ITU-T P.56: -26 dBFS). WebRTC's detector was trained on such speech, and finds hardly
any that is 20 dB quieter, however silent the line behind it."""

MOST_GAIN = 10 ** (12 / 10)
"""A quiet line is lifted by up to 12 dB for the detector; 18 made speech of noise that swells, and calls of what leaks over from
other lines (docs/measurements.md)."""

LOUDNESS_FALL = 10 ** (-1.0 * FRAME_S / 10)
"""How loud a channel is is forgotten by 1 dB a second, so that a pause within a call changes little."""

QUIETER = 10 ** (-12 / 10)
"""Sounds 12 dB below the last tone on the line are its noise."""


@dataclass(frozen=True)
class Heard:
    """What one block held: frame numbers are absolute and mark the ends of 20 ms pieces.

    end: frames up to and with this block. speech: pieces of confirmed speech. tone: pieces that are a 450 Hz tone. power: mean
    square of the block's loudest channel. sides: pieces of confirmed speech of each channel. other: pieces on the customer's
    channel that are loud and no tone. keys: first frames of telephone keys that were pressed.
    """

    end: int
    speech: tuple[int, ...] = ()
    tone: tuple[int, ...] = ()
    power: float = 0.0
    sides: tuple[tuple[int, ...], ...] = ()
    other: tuple[int, ...] = ()
    keys: tuple[int, ...] = ()

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

    def feed(self, samples: Samples, keys: Sequence[tuple[int, int]] = ()) -> Heard:
        """What the next block holds. samples: shape (frames, channels). keys: (first frame, frame after) of telephone keys pressed:
        they are no speech."""
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
        ends = [start + (index + 1) * self.piece for index in range(count)]
        pressed = {index for index, end in enumerate(ends) if any(first < end and end - self.piece < last for first, last in keys)}
        for channel, detector in enumerate(self._channels):
            spoken, toned = detector.feed(pieces[channel], powers[channel], pressed)
            speech |= spoken
            tone |= toned
            sides.append(spoken)
        loud = {int(index) for index in np.flatnonzero(powers[-1] > self._channels[-1].noise())}
        return Heard(
            self._end,
            tuple(ends[index] for index in sorted(speech)),
            tuple(ends[index] for index in sorted(tone - speech)),
            float(powers.mean(axis=1).max()),
            tuple(tuple(ends[index] for index in sorted(spoken)) for spoken in sides),
            tuple(ends[index] for index in sorted(loud - tone)),
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
        self._loudness = 0.0  # mean square of the loudest piece of late
        self._bands = Bands((TONE_BAND,), rate, int(rate * FRAME_S))
        self._like_tone = False  # the last piece
        self._tone_power = 0.0  # of the last tone

    def feed(self, pieces: Samples, powers: NDArray[np.float32], pressed: set[int]) -> tuple[set[int], set[int]]:
        """Indexes of the pieces that are speech, and of those that are a tone. pressed: pieces that a telephone key made."""
        spoken, toned = set(), set()
        tones = self._tones(pieces, powers)
        for index, (power, like_tone) in enumerate(zip(powers.tolist(), tones, strict=True)):
            self._floor = min(max(power, FLOOR_RANGE[0]), self._floor * FLOOR_RISE, FLOOR_RANGE[1])
            voiced = False
            if like_tone and self._like_tone:  # one alone may be a vowel
                toned.add(index)
                self._tone_power = power
            elif power > self._floor * GATE and index not in pressed:
                voiced = self._vad.is_speech(self._lifted(pieces[index], power).tobytes(), self._rate)
            self._loudness = max(power, self._loudness * LOUDNESS_FALL)
            self._like_tone = like_tone
            self._recent.append(voiced)
            if voiced and sum(self._recent) >= VOICED_OF[0]:
                spoken.add(index)
        return spoken, toned

    def _lifted(self, piece: Samples, power: float) -> Samples:
        """The piece as loud as the detector likes speech; what is loud enough stays as it is."""
        gain = min(MOST_GAIN, DETECTOR_LIKES / max(power, self._loudness))
        if gain <= 1.0:
            return piece
        lifted: Samples = np.clip(piece * np.float32(gain**0.5), -32768, 32767).astype(np.int16)
        return lifted

    def noise(self) -> float:
        """Mean square up to which a sound is none beside a tone."""
        return max(QUIETEST, QUIETER * self._tone_power, GATE * self._floor)

    def _tones(self, pieces: Samples, powers: NDArray[np.float32]) -> list[bool]:
        loud = powers > QUIETEST
        if not loud.any():
            return [False] * len(powers)
        energies = self._bands.energies(pieces.astype(np.float32))[:, 0]
        return [bool(tone) for tone in loud & (energies > TONE_SHARE * powers * pieces.shape[1])]


def _powers(pieces: Samples) -> NDArray[np.float32]:
    """Mean square without the DC a cheap tap adds; shape (channels, pieces)."""
    wide = pieces.astype(np.float32)
    mean = wide.mean(axis=2)
    power: NDArray[np.float32] = np.einsum("cps,cps->cp", wide, wide) / wide.shape[2] - mean * mean
    return power
