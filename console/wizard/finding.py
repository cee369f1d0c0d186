"""What is connected: sound devices with their channels, serial ports, and the tap board among them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from hw.errors import DeviceError
from hw.interfaces import Clock, LineSense
from hw.linesense import SerialLineSense
from recorder.settings.sections import LineSenseSettings

RATES = (8000, 16000, 48000, 32000)
"""What a line may be recorded from, the best first: less work, then the better filters."""


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
    """What a PCM can do; None when it cannot be opened for capture or has no usable rate."""
    import alsaaudio  # noqa: PLC0415

    try:
        with closing(alsaaudio.PCM(type=alsaaudio.PCM_CAPTURE, mode=alsaaudio.PCM_NORMAL, device=pcm)) as device:
            channels = device.getchannels()
            rates = device.getrates()
            card = device.cardname()
    except alsaaudio.ALSAAudioError:
        return None
    most = max(channels) if isinstance(channels, (tuple, list)) else int(channels)
    rate = next((rate for rate in RATES if _offers(rates, rate)), None)
    return SoundDevice(pcm, card, most, rate) if rate else None


def _offers(rates: object, rate: int) -> bool:
    """pyalsaaudio gives one rate, a (lowest, highest) pair, or a list."""
    if isinstance(rates, tuple) and len(rates) == 2:
        return bool(rates[0] <= rate <= rates[1])
    return rate in rates if isinstance(rates, (tuple, list)) else rates == rate


def serial_ports() -> list[SerialPort]:
    """The machine's serial ports that a device answers for."""
    from serial.tools import list_ports  # noqa: PLC0415

    return [SerialPort(port.device, port.description or "") for port in sorted(list_ports.comports())]


OpenSense = Callable[[str, int, Clock], LineSense]


def find_board(ports: list[SerialPort], clock: Clock, opener: OpenSense = SerialLineSense) -> str | None:
    """The port at which a tap board says hello, asked one after the other; two seconds a port that says nothing."""
    for port in ports:
        sense = opener(port.path, LineSenseSettings.baud, clock)
        try:
            sense.open()
        except DeviceError:
            continue
        sense.close()
        return port.path
    return None
