"""A call that goes on, cut into utterances as they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.audio import RATE
from analyzer.leakage import own_speech
from analyzer.live.channel import Channel
from analyzer.music import music_flags
from analyzer.utterances import PAUSE_S, Stretch, stretches
from analyzer.vad import FRAME_S, Frames, speech_flags
from hw.interfaces import Samples

LONGEST_S = 6.0
"""Who talks on is cut here at the latest, where it is quietest: a word must not wait for the end of a long sentence."""

_SETTLED = round((PAUSE_S + 0.12) / FRAME_S)  # frames after which an end stays one: the pause, and what steadies the flags
_LOOK = round(0.4 / FRAME_S)  # frames between two looks


@dataclass(frozen=True)
class LiveClip:
    """An utterance's sound. start, end: of its speech, in seconds from the call's first frame. samples: mono, 8 kHz, shape (n,),
    from `clip_start` seconds on. level_db: dBFS (RMS) of its speech. said_at: UTC epoch seconds of its last sound."""

    call_id: str
    line: str
    side: str
    start: float
    end: float
    clip_start: float
    samples: Samples
    level_db: float
    said_at: float


class CallEar:
    """Hears one call. offset_s: seconds of it that were missed. channels: 1 or 2. vad: the detector's name."""

    def __init__(self, call_id: str, line: str, channels: int, vad: str, offset_s: float = 0.0) -> None:
        self.call_id = call_id
        self._line = line
        self._sides = ("agent", "customer") if channels == 2 else ("mixed",)
        self._channels = [Channel(vad) for _ in range(channels)]
        self._offset_s = offset_s
        self._done = [0] * channels  # the frame up to which each channel's utterances have been given
        self._looked = 0

    @property
    def duration_s(self) -> float:
        """Seconds of the call so far."""
        return self._offset_s + self._channels[0].heard * FRAME_S

    def listen(self, block: Samples) -> None:
        """The next samples, shape (frames, channels)."""
        for number, channel in enumerate(self._channels):
            channel.listen(np.ascontiguousarray(block[:, number]))

    def ended(self, now: float, *, final: bool = False) -> list[LiveClip]:
        """The utterances that have ended since it was asked last, in order of their ends. now: the instant of the last sample
        heard. final: nothing more comes."""
        if not final and self._channels[0].heard < self._looked + _LOOK:
            return []
        self._looked = self._channels[0].heard
        frames = [channel.frames() for channel in self._channels]
        speech = [
            speech_flags(of) & ~music_flags(channel.tonal(final=final), of)
            for of, channel in zip(frames, self._channels, strict=True)
        ]
        found = [
            clip
            for number, flags in enumerate(own_speech(speech, frames))
            for clip in self._clips(number, flags, frames[number], now, final=final)
        ]
        return sorted(found, key=lambda clip: clip.end)

    def _clips(self, number: int, flags: np.ndarray, frames: Frames, now: float, *, final: bool) -> Sequence[LiveClip]:
        channel = self._channels[number]
        fresh = flags.copy()
        fresh[: max(0, self._done[number] - channel.since)] = False
        cut = stretches(fresh, frames.level_db, LONGEST_S)
        settled = (len(flags) - _SETTLED) * FRAME_S
        over = cut if final or not cut or cut[-1].speech[1] <= settled else cut[:-1]
        clips = [self._clip(number, stretch, frames, now) for stretch in over]
        if over:
            self._done[number] = channel.since + round(over[-1].speech[1] / FRAME_S)
        return clips

    def _clip(self, number: int, stretch: Stretch, frames: Frames, now: float) -> LiveClip:
        channel = self._channels[number]
        (begin, end), (first, past) = stretch.speech, (round(edge / FRAME_S) for edge in stretch.clip)
        first = max(channel.since + first, self._done[number])
        inside = slice(round(begin / FRAME_S), max(round(end / FRAME_S), round(begin / FRAME_S) + 1))
        levels = frames.level_db[inside][frames.voiced[inside]]
        levels = levels if len(levels) else frames.level_db[inside]
        shift = self._offset_s + channel.since * FRAME_S
        return LiveClip(
            self.call_id,
            self._line,
            self._sides[number],
            round(shift + begin, 2),
            round(shift + end, 2),
            round(self._offset_s + first * FRAME_S, 2),
            channel.cut(first, channel.since + past),
            round(float(10 * np.log10(np.mean(10 ** (levels.astype(np.float64) / 10)))), 1),
            now - (channel.heard - channel.since) * FRAME_S + end,
        )


def seconds(samples: Samples) -> float:
    """How long they sound."""
    return len(samples) / RATE
