"""What is connected: sound devices with their channels, serial ports, and the tap board among them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from hw.errors import DeviceError
from hw.interfaces import Clock, LineSense
from hw.linesense import SerialLineSense

BOARD_BAUD = 115200
"""Bits per second of the tap board, which never speaks any other."""

RATES = (8000, 16000, 48000, 32000)
"""What a line may be recorded from, the best first: less work, then the better filters."""

CHANNELS = (32, 24, 16, 12, 8, 6, 4, 2, 1)
"""Counts that sound devices come with, the most first."""


@dataclass(frozen=True)
class SoundDevice:
    """pcm: its ALSA name. card: as people know it. channels: how many it captures at most. rate: frames per second to use."""

    pcm: str
    card: str
    channels: int
    rate: int


@dataclass(frozen=True)
class SerialPort:
    """path: of the device, a stable name where there is one. what: what the adapter says of itself."""

    path: str
    what: str


def sound_devices() -> list[SoundDevice]:
    """The machine's capture devices that can be opened. ALSA is loaded only here."""
    import alsaaudio  # noqa: PLC0415

    names = [name for name in alsaaudio.pcms(alsaaudio.PCM_CAPTURE) if name.startswith("hw:")]
    return [found for name in dict.fromkeys(names) if (found := sound_device(name)) is not None]


def sound_device(pcm: str) -> SoundDevice | None:
    """The most channels of a PCM and its best rate; None when it cannot be opened for capture or has no usable rate. Tried one
    by one: asked for all it can do, a device of ALSA's null or file plugin would count for ever."""
    tries = ((channels, rate) for channels in CHANNELS for rate in RATES)
    with _silent():
        return next((found for channels, rate in tries if (found := _try(pcm, channels, rate)) is not None), None)


@contextmanager
def _silent() -> Iterator[None]:
    """ALSA's library writes what it thinks of a name to standard error itself; here every try but one may fail."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def _try(pcm: str, channels: int, rate: int) -> SoundDevice | None:
    import alsaaudio  # noqa: PLC0415

    wanted = {"channels": channels, "rate": rate, "format": alsaaudio.PCM_FORMAT_S16_LE, "periodsize": rate // 10}
    try:
        with closing(alsaaudio.PCM(type=alsaaudio.PCM_CAPTURE, mode=alsaaudio.PCM_NORMAL, device=pcm, **wanted)) as device:
            got = device.info()
    except alsaaudio.ALSAAudioError:
        return None
    fits = (got["channels"], got["rate"]) == (channels, rate)
    return SoundDevice(pcm, got.get("card_longname") or got.get("card_name") or pcm, channels, rate) if fits else None


def serial_ports() -> list[SerialPort]:
    """The machine's serial ports that a device answers for."""
    from serial.tools import list_ports  # noqa: PLC0415

    return [SerialPort(port.device, port.description or "") for port in sorted(list_ports.comports())]


OpenSense = Callable[[str, int, Clock], LineSense]


def find_board(ports: list[SerialPort], clock: Clock, opener: OpenSense = SerialLineSense) -> str | None:
    """The port at which a tap board says hello, asked one after the other; two seconds a port that says nothing."""
    for port in ports:
        sense = opener(port.path, BOARD_BAUD, clock)
        try:
            sense.open()
        except DeviceError:
            continue
        sense.close()
        return port.path
    return None


def board_at(port: str, clock: Clock) -> LineSense:
    """The tap board at a port, not opened yet."""
    return SerialLineSense(port, BOARD_BAUD, clock)
