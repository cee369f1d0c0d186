"""Which channel is whose, while somebody speaks into it; and which input of the tap board, while the handset is lifted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from console.doctor.listen import Ear, OpenSource, alsa_source
from hw.errors import DeviceError
from hw.interfaces import LineEvent, LineSense
from recorder.settings.sections import Device, Line, Settings
from recorder.signals.levels import SideLevels

QUIET_S, SPEAK_S = 3.0, 8.0
"""Seconds of silence that voices are held against, and seconds that are waited for one."""

RISES_DB = 12.0
"""dB above the same channel's quiet seconds, from which on somebody speaks into it. Leakage lies well below, so
that the speaker's own channel is the one that rises most."""

LOWEST_DB = -100.0
"""dBFS that stand for no signal at all, which has no level."""

Seconds = Iterator[Mapping[int, SideLevels]]
"""Once a second: the level of each channel."""


@dataclass(frozen=True)
class Heard:
    """channel: the one that rose most, None when none did. rises: dB by channel. sense: the board's input whose line was
    taken off the hook meanwhile, None without."""

    channel: int | None
    rises: Mapping[int, float] = field(default_factory=dict)
    sense: int | None = None


class ChannelEar:
    """Hears single channels of a device that nobody else has open."""

    def __init__(self, device: Device, channels: Sequence[int], open_source: OpenSource = alsa_source) -> None:
        self._device, self._channels, self._open = device, tuple(channels), open_source

    def seconds(self, seconds: float) -> Seconds:
        """Levels for so long. Raises DeviceError."""
        lines = tuple(Line(str(channel), self._device.name, (channel,)) for channel in self._channels)
        for levels in Ear(Settings(), self._device, lines, self._open).seconds(seconds):
            yield {int(name): sides[0] for name, sides in levels.items()}


def quiet(ear: ChannelEar) -> dict[int, float]:
    """Each channel's loudest quiet second, dBFS."""
    return _loudest(list(ear.seconds(QUIET_S)))


def who_speaks(
    ear: ChannelEar,
    before: Mapping[int, float],
    sense: LineSense | None = None,
    show: Callable[[Mapping[int, SideLevels]], None] = lambda _: None,
) -> Heard:
    """Listen until somebody has spoken into a channel, SPEAK_S at most. before: of `quiet`. Raises DeviceError."""
    events: list[LineEvent] = []
    heard = []
    for levels in ear.seconds(SPEAK_S):
        heard.append(levels)
        show(levels)
        events += _events(sense)
    loudest = _loudest(heard)
    rises = {channel: round(level - before.get(channel, level), 1) for channel, level in loudest.items()}
    best = max(rises, key=lambda channel: rises[channel], default=None)
    lifted = [event.sense for event in events if event.kind == "off_hook"]
    return Heard(best if best is not None and rises[best] >= RISES_DB else None, rises, lifted[-1] if lifted else None)


def _events(sense: LineSense | None) -> list[LineEvent]:
    try:
        return sense.poll() if sense is not None else []
    except DeviceError:
        return []  # the board's own trouble is the doctor's matter; channels are found without it


def _loudest(heard: list[Mapping[int, SideLevels]]) -> dict[int, float]:
    channels = heard[0] if heard else {}
    return {channel: max(LOWEST_DB, *(levels[channel].rms_db for levels in heard)) for channel in channels}
