"""What the lines sound like now: from the recorder while it runs, else from the devices themselves for two seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from hw.alsa import AlsaSource
from hw.decimate import LINE_RATE, DecimatedSource
from hw.errors import DeviceError, EndOfAudio
from hw.interfaces import AudioSource
from hw.messages import Message
from recorder.live import read_status
from recorder.settings.sections import Device, Line, Settings
from recorder.signals.levels import SideLevels
from recorder.signals.voice import VoiceDetector
from recorder.watch.line import LineWatch

LISTEN_S = 2.0
"""Seconds a device is listened to."""

Sides = tuple[SideLevels, ...]
OpenSource = Callable[[Device], AudioSource]


def alsa_source(device: Device) -> AudioSource:
    """The real device, as the recorder opens it."""
    source: AudioSource = AlsaSource(device.pcm, device.channels, device.rate, device.period_ms)
    return source if device.rate == LINE_RATE else DecimatedSource(source)


class Ear:
    """Listens to lines of one device that nobody else has open."""

    def __init__(self, settings: Settings, device: Device, lines: tuple[Line, ...], open_source: OpenSource = alsa_source) -> None:
        self._source = open_source(device)
        self._lines = {
            line.name: (
                list(line.channels),
                VoiceDetector(LINE_RATE, len(line.channels)),
                LineWatch(LINE_RATE, len(line.channels), settings.alarms),
            )
            for line in lines
        }

    def seconds(self, seconds: float) -> Iterator[dict[str, Sides]]:
        """Each line's levels, about once a second. Raises DeviceError when the device cannot be opened or gives nothing."""
        self._source.open()
        try:
            frames = told = 0
            while frames < seconds * LINE_RATE:
                samples = self._source.read().samples
                frames += len(samples)
                for channels, voice, watch in self._lines.values():
                    mine = samples[:, channels]
                    watch.audio(mine, voice.feed(mine))
                if frames // LINE_RATE > told:
                    told = frames // LINE_RATE
                    yield {name: watch.levels() for name, (_, _, watch) in self._lines.items()}
        except EndOfAudio:
            return
        finally:
            self._source.close()


def listen(settings: Settings, open_source: OpenSource = alsa_source) -> tuple[dict[str, Sides], dict[str, Message]]:
    """Every line's sides after two seconds on each device, and the devices that could not be listened to, with why."""
    heard: dict[str, Sides] = {}
    refused: dict[str, Message] = {}
    for device in settings.device:
        lines = tuple(line for line in settings.line if line.device == device.name)
        try:
            for levels in Ear(settings, device, lines, open_source).seconds(LISTEN_S):
                heard |= levels
        except DeviceError as error:
            refused[device.name] = error.message
    return heard, refused


def follow(settings: Settings, line: Line, seconds: float, sleep: Callable[[float], None] = time.sleep) -> Iterator[Sides]:
    """The line's sides once a second, as the running recorder tells them; its device is not touched."""
    for _ in range(round(seconds)):
        sleep(1.0)
        status = read_status(settings)
        for one in status.lines if status is not None else ():
            if one.line == line.name:
                yield one.sides


def overhear(settings: Settings, line: Line, seconds: float, open_source: OpenSource = alsa_source) -> Iterator[Sides]:
    """The same from the device, while no recorder runs. Raises DeviceError."""
    device = next(device for device in settings.device if device.name == line.device)
    for levels in Ear(settings, device, (line,), open_source).seconds(seconds):
        yield levels[line.name]
