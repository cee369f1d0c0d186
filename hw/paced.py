"""Paces a device that never waits (ALSA's file plugin) as a sound card would be paced, by a clock that may run fast."""

from __future__ import annotations

from hw.errors import EndOfAudio
from hw.interfaces import AudioBlock, AudioSource, Clock


class PacedSource:
    """Frame k of the wrapped source is due at start + k / rate on the clock; read() waits until the last frame of its block is due.

    start: UTC epoch seconds of the first frame. stop_after_s: seconds of audio after which read() raises EndOfAudio; 0: never.
    skip_missed: at open, throw away what was due before now, as a device does with what nobody read (a recorder started again
    in the middle of a simulation); otherwise a late reader catches up and loses nothing.
    """

    def __init__(
        self, source: AudioSource, clock: Clock, start: float, stop_after_s: float = 0.0, skip_missed: bool = False
    ) -> None:
        self._source = source
        self._clock = clock
        self.start = start
        self._end = round(stop_after_s * source.rate)
        self._skip_missed = skip_missed
        self._frames = 0
        self.waiting = False  # for the clock, not for the device

    @property
    def rate(self) -> int:
        """Frames per second of audio, whatever the clock's speed."""
        return self._source.rate

    @property
    def channels(self) -> int:
        """Channels per frame."""
        return self._source.channels

    @property
    def position(self) -> int:
        """Frames delivered, lost or thrown away so far, counted from `start`."""
        return self._frames

    def open(self) -> None:
        """Open the wrapped source at its first frame. Raises what that raises."""
        self._source.open()
        self._frames = 0
        if self._skip_missed:
            self._skip()

    def _skip(self) -> None:
        due = (self._clock.now() - self.start) * self.rate
        while self._frames < due:
            block = self._source.read()
            self._frames += len(block.samples) + block.lost_frames

    def read(self) -> AudioBlock:
        """The next block, no earlier than it is due. Raises EndOfAudio at stop_after_s, and what the wrapped source raises."""
        block = self._source.read()
        frames = len(block.samples)
        if self._end:
            frames = min(frames, self._end - self._frames - block.lost_frames)
            if frames <= 0:
                raise EndOfAudio
        self._frames += block.lost_frames + frames
        self._wait()
        return AudioBlock(block.samples[:frames], block.lost_frames)

    def _wait(self) -> None:
        self.waiting = True
        self._clock.sleep(self.start + self._frames / self.rate - self._clock.now())
        self.waiting = False

    def close(self) -> None:
        """Close the wrapped source; closing twice does no harm."""
        self._source.close()
