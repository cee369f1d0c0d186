"""The first pass over a call: who speaks when. Everything kept of it is a few numbers a frame, so hours cost no memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzer.audio import RATE, AudioInput
from analyzer.detectors import Flags
from analyzer.ear import Ear, Heard
from analyzer.leakage import own_speech, same_sound
from analyzer.music import music_flags, music_spans
from analyzer.progress import Progress, nobody
from analyzer.speakers.pitch import Floats
from analyzer.speakers.separation import VOICES, Labels, separate
from analyzer.utterances import Stretch, stretches, stretches_by_voice
from analyzer.vad import FRAME_S, Frames, Span, runs, speech_flags
from hw.messages import Message

_BREATH_S = 0.3  # a pause shorter than this is part of speaking

BOTH_THE_SAME = Message(
    "both channels carry the same sound: it is treated as one channel with both sides mixed",
    "两个声道内容相同:按单声道(双方混合)处理",
)


@dataclass(frozen=True)
class Side:
    """One side of the call. channel: in the audio. speech: stretches of its own speech, bare. utterances: what is recognised;
    both in order of time, in seconds. frames: its levels. semitones: its pitch, frame by frame. clearness: on a channel that two
    people share, how clearly it is this one who speaks, 0–1 a frame and 0 where it is not; None on a channel of its own."""

    name: str
    channel: int
    speech: list[Span]
    utterances: list[Stretch]
    frames: Frames
    semitones: Floats
    clearness: Floats | None = None

    def level_db(self, span: Span) -> float:
        """dBFS (RMS) of the speech within a span; of all of it where nothing counts as speech."""
        inside = _frames_of(span)
        levels, voiced = self.frames.level_db[inside], self.frames.voiced[inside]
        chosen = levels[voiced] if voiced.any() else levels
        return float(10 * np.log10(np.mean(10 ** (chosen.astype(np.float64) / 10)))) if len(chosen) else -90.0

    def clearness_of(self, span: Span) -> float | None:
        """How clearly it is this one who speaks within a span, 0–1; None on a channel of its own."""
        if self.clearness is None:
            return None
        inside = self.clearness[_frames_of(span)]
        return round(float(inside[inside > 0].mean()), 3) if (inside > 0).any() else 0.5


def _frames_of(span: Span) -> slice:
    first = round(span[0] / FRAME_S)
    return slice(first, max(round(span[1] / FRAME_S), first + 1))


@dataclass(frozen=True)
class Hearing:
    """What the first pass found. music: hold music and steady tones, kept out of the sides' speech. gain: where two people were
    told apart on one channel (their sides are VOICES), how much better two explain it than one; see Separation."""

    duration_s: float
    sides: tuple[Side, ...]
    music: list[Span] = field(default_factory=list)
    warnings: tuple[Message, ...] = ()
    gain: float = 0.0


def listen(audio: AudioInput, progress: Progress = nobody, detector: str = "webrtc") -> Hearing:
    """Hear a whole call once. detector: see analyzer.vad."""
    ears = [Ear(detector) for _ in range(audio.channels)]
    frames = 0
    alike = audio.channels == 2
    for block in audio.blocks():
        for channel, ear in enumerate(ears):
            ear.listen(np.ascontiguousarray(block[:, channel]))
        alike = alike and same_sound(block)
        if audio.channels == 2 and not alike:
            ears[0].forget_timbre()
        frames += len(block)
        progress(frames / RATE, audio.duration_s)
    heard = [ear.heard() for ear in ears]
    warnings: tuple[Message, ...] = ()
    if alike and heard[0].frames.voiced.any():
        heard, warnings = heard[:1], (BOTH_THE_SAME,)
    return _hearing(frames / RATE, heard, warnings)


def _hearing(duration_s: float, heard: Sequence[Heard], warnings: tuple[Message, ...]) -> Hearing:
    music = [music_flags(one.tonal, one.frames) for one in heard]
    raw = [speech_flags(one.frames) & ~m for one, m in zip(heard, music, strict=True)]
    speech = own_speech(raw, [one.frames for one in heard])
    found = music_spans(music)
    if len(heard) == 2:
        sides = tuple(_own_channel(*of) for of in zip(("agent", "customer"), range(2), heard, speech, strict=True))
        return Hearing(duration_s, sides, found, warnings)
    apart = separate(speech[0], heard[0].cepstra, heard[0].semitones)
    if not apart.is_two:
        return Hearing(duration_s, (_own_channel("mixed", 0, heard[0], speech[0]),), found, warnings)
    return Hearing(duration_s, tuple(_voices(heard[0], apart.labels, apart.clearness)), found, warnings, apart.gain)


def _own_channel(name: str, channel: int, heard: Heard, speech: Flags) -> Side:
    cut = stretches(speech, heard.frames.level_db)
    return Side(name, channel, _breathless(runs(speech)), cut, heard.frames, heard.semitones)


def _voices(heard: Heard, labels: Labels, clearness: Floats) -> Iterator[Side]:
    """The two people of one channel."""
    flags = [labels == who for who in range(len(VOICES))]
    for name, mine, cut in zip(VOICES, flags, stretches_by_voice(flags, heard.frames.level_db), strict=True):
        yield Side(name, 0, _breathless(runs(mine)), cut, heard.frames, heard.semitones, np.where(mine, clearness, 0))


def _breathless(found: list[tuple[int, int]]) -> list[Span]:
    """Runs of frames as seconds, breaths closed."""
    joined: list[tuple[int, int]] = []
    for first, past in found:
        if joined and (first - joined[-1][1]) * FRAME_S < _BREATH_S:
            joined[-1] = (joined[-1][0], past)
        else:
            joined.append((first, past))
    return [(first * FRAME_S, past * FRAME_S) for first, past in joined]
