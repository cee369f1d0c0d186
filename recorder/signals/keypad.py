"""A line's keys: decoded, and on a line that is set so taken out of the sound before anybody gets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hw.interfaces import Samples
from recorder.settings.sections import Line
from recorder.signals.dtmf import Digit, DigitDecoder, Pressed
from recorder.signals.masking import Masker

AGENT, CUSTOMER = 0, 1
"""Channels of a pair line."""


@dataclass(frozen=True)
class Played:
    """What goes on to the recording. samples: shape (frames, channels), a little behind what came in where keys are masked. spans:
    (first frame, frame after) of keys that lie in it. digits: keys that were let go."""

    samples: Samples
    spans: tuple[tuple[int, int], ...] = ()
    digits: tuple[Digit, ...] = ()


class Keypad:
    """One line's. rate: frames per second."""

    def __init__(self, line: Line, rate: int) -> None:
        channels = len(line.channels)
        self._decoder = DigitDecoder(rate, channels)
        # On a mono line nobody can tell who pressed.
        self._masker = Masker(rate, channels, None if channels == 1 else CUSTOMER) if line.mask_digits else None

    def feed(self, samples: Samples) -> Played:
        """The next frames as they came."""
        pressed = self._decoder.feed(samples)
        out = samples if self._masker is None else self._masker.feed(samples, pressed)
        return Played(out, _spans(pressed), pressed.digits)

    def flush(self) -> Iterator[Played]:
        """What is held back, if anything: a loss or the end comes now."""
        digits = self._decoder.skip(0).digits
        held = None if self._masker is None else self._masker.flush()
        if digits or (held is not None and len(held)):
            yield Played(held if held is not None else self._decoder.nothing(), (), digits)

    def skip(self, frames: int) -> None:
        """Frames that were lost, after flush()."""
        self._decoder.skip(frames)
        if self._masker is not None:
            self._masker.skip(frames)


def _spans(pressed: Pressed) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end, _ in pressed.hits)
