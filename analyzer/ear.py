"""One channel heard once: everything the first pass keeps of it, a few numbers a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analyzer.music import MusicListener, Tonal
from analyzer.speakers.pitch import Floats, PitchListener
from analyzer.speakers.timbre import CEPSTRA, TimbreListener
from analyzer.vad import FrameListener, Frames
from hw.interfaces import Samples


@dataclass(frozen=True)
class Heard:
    """What an ear has heard. semitones: see analyzer.speakers.pitch. cepstra: shape (frames, CEPSTRA), empty where forgotten."""

    frames: Frames
    tonal: Tonal
    semitones: Floats
    cepstra: Floats


class Ear:
    """Listens to one channel block by block."""

    def __init__(self, detector: str = "webrtc") -> None:
        self._frames = FrameListener(detector)
        self._music = MusicListener()
        self._pitch = PitchListener()
        self._timbre: TimbreListener | None = TimbreListener()

    def forget_timbre(self) -> None:
        """Who has a channel alone need not be told from anybody."""
        self._timbre = None

    def listen(self, samples: Samples) -> None:
        """The channel's next samples, shape (n,); any length."""
        self._frames.listen(samples)
        self._music.listen(samples)
        self._pitch.listen(samples)
        if self._timbre is not None:
            self._timbre.listen(samples)

    def heard(self) -> Heard:
        """Everything, to the last sample."""
        frames = self._frames.frames()
        count = len(frames.voiced)
        cepstra = np.zeros((0, CEPSTRA), np.float32) if self._timbre is None else self._timbre.cepstra(count)
        return Heard(frames, self._music.tonal(), self._pitch.semitones(count), cepstra)
