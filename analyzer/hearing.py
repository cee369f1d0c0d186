"""The first pass over a call: who speaks when. Everything kept of it is a few numbers a frame, so hours cost no memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from analyzer.audio import RATE, AudioInput
from analyzer.leakage import own_speech, same_sound
from analyzer.music import MusicListener, Tonal, music_flags, music_spans
from analyzer.progress import Progress, nobody
from analyzer.utterances import Stretch, stretches
from analyzer.vad import FRAME_S, FrameListener, Frames, Span, runs, speech_flags
from hw.messages import Message

_BREATH_S = 0.3  # a pause shorter than this is part of speaking

BOTH_THE_SAME = Message(
    "both channels carry the same sound: it is treated as one channel with both sides mixed",
    "两个声道内容相同:按单声道(双方混合)处理",
)


@dataclass(frozen=True)
class Side:
    """One side of the call. channel: in the audio. speech: stretches of its own speech, bare. utterances: what is recognised;
    both in order of time, in seconds. frames: its levels."""

    name: str
    channel: int
    speech: list[Span]
    utterances: list[Stretch]
    frames: Frames

    def level_db(self, span: Span) -> float:
        """dBFS (RMS) of the speech within a span; of all of it where nothing counts as speech."""
        first, past = round(span[0] / FRAME_S), max(round(span[1] / FRAME_S), round(span[0] / FRAME_S) + 1)
        levels, voiced = self.frames.level_db[first:past], self.frames.voiced[first:past]
        chosen = levels[voiced] if voiced.any() else levels
        return float(10 * np.log10(np.mean(10 ** (chosen.astype(np.float64) / 10)))) if len(chosen) else -90.0


@dataclass(frozen=True)
class Hearing:
    """What the first pass found. music: hold music and steady tones, kept out of the sides' speech."""

    duration_s: float
    sides: tuple[Side, ...]
    music: list[Span] = field(default_factory=list)
    warnings: tuple[Message, ...] = ()


def listen(audio: AudioInput, progress: Progress = nobody) -> Hearing:
    """Hear a whole call once."""
    listeners = [FrameListener() for _ in range(audio.channels)]
    musicians = [MusicListener() for _ in range(audio.channels)]
    frames = 0
    alike = True
    for block in audio.blocks():
        for channel in range(audio.channels):
            samples = np.ascontiguousarray(block[:, channel])
            listeners[channel].listen(samples)
            musicians[channel].listen(samples)
        alike = alike and audio.channels == 2 and same_sound(block)
        frames += len(block)
        progress(frames / RATE, audio.duration_s)
    heard = [listener.frames() for listener in listeners]
    warnings: tuple[Message, ...] = ()
    if alike and heard[0].voiced.any():
        heard, musicians, warnings = heard[:1], musicians[:1], (BOTH_THE_SAME,)
    return _hearing(frames / RATE, heard, [m.tonal() for m in musicians], warnings)


def _hearing(duration_s: float, heard: list[Frames], tonal: list[Tonal], warnings: tuple[Message, ...]) -> Hearing:
    raw = [speech_flags(frames) for frames in heard]
    music = [music_flags(t, frames) for t, frames in zip(tonal, heard, strict=True)]
    speech = own_speech([flags & ~m for flags, m in zip(raw, music, strict=True)], heard)
    names = ("mixed",) if len(heard) == 1 else ("agent", "customer")
    sides = tuple(
        Side(name, channel, _breathless(runs(flags)), stretches(flags, frames.level_db), frames)
        for channel, (name, flags, frames) in enumerate(zip(names, speech, heard, strict=True))
    )
    return Hearing(duration_s, sides, music_spans(music), warnings)


def _breathless(found: list[tuple[int, int]]) -> list[Span]:
    """Runs of frames as seconds, breaths closed."""
    joined: list[tuple[int, int]] = []
    for first, past in found:
        if joined and (first - joined[-1][1]) * FRAME_S < _BREATH_S:
            joined[-1] = (joined[-1][0], past)
        else:
            joined.append((first, past))
    return [(first * FRAME_S, past * FRAME_S) for first, past in joined]
