"""A tap without hardware: calls laid into one multi-channel raw file that ALSA's file plugin hands to pyalsaaudio.

The plugin reads `infile` over a null device (alsa-lib, pcm_file.c): it neither paces (hw.paced does) nor ends (it starts again
at the file's end), so the file is padded and the reader stops at `Tap.duration_s`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hw.interfaces import Samples
from hw.messages import UserError
from hw.simulated.callaudio import CallAudio

NOISE_DBFS = -66.0
"""Level of the line noise between calls, RMS, dB relative to full scale: a little worse than the -65 dBm0p that ITU-T G.712 allows
an idle channel (0 dBm0 lies 3.17 dB below a µ-law codec's full-scale sine), as an old PBX and a tap's own input make it."""

PCM_NAME = "callbox_tap"


@dataclass(frozen=True)
class TapCall:
    """One recording to be heard on the tap. start_s: seconds from the tap's first frame. channels: the device channels it lies on.

    A two-channel file on one device channel is mixed, as a two-wire tap does.
    """

    start_s: float
    path: Path
    channels: tuple[int, ...]


@dataclass(frozen=True)
class Tap:
    """A built tap. config: the file for ALSA_CONFIG_PATH. duration_s: seconds of audio in the raw file, padding included."""

    pcm: str
    config: Path
    raw: Path
    channels: int
    rate: int
    duration_s: float

    def environment(self) -> dict[str, str]:
        """What a process that opens this tap needs in its environment."""
        return {"ALSA_CONFIG_PATH": str(self.config)}


def build_tap(
    calls: Iterable[TapCall],
    folder: Path,
    channels: int,
    *,
    rate: int = 8000,
    tail_s: float = 15.0,
    noise_dbfs: float = NOISE_DBFS,
    pcm: str = PCM_NAME,
) -> Tap:
    """Write the raw file and its ALSA configuration into `folder`, a second of audio at a time.

    rate: frames per second of the device; recordings of another rate are resampled. tail_s: seconds of noise after the last call.
    Raises UserError for a recording that cannot be read or does not fit its channels, and for two calls at once on one channel.
    """
    folder.mkdir(parents=True, exist_ok=True)
    placed = [_Placed(call, channels, rate) for call in sorted(calls, key=lambda call: call.start_s)]
    _refuse_overlaps(placed)
    frames = round(max((call.end for call in placed), default=0) + tail_s * rate)
    raw = folder / f"{pcm}.raw"
    _write(raw, placed, frames, channels, _Noise(noise_dbfs, rate))
    config = folder / f"{pcm}.conf"
    config.write_text(alsa_config(pcm, raw), encoding="utf-8")
    return Tap(pcm, config, raw, channels, rate, frames / rate)


def alsa_config(pcm: str, raw: Path) -> str:
    """A whole ALSA configuration with one capture device. It stands alone, so the machine's own asound.conf cannot disturb it."""
    path = str(raw.resolve()).replace("\\", "\\\\").replace('"', '\\"')
    return f'pcm.{pcm} {{\n  type file\n  slave.pcm {{ type null }}\n  file "/dev/null"\n  infile "{path}"\n  format "raw"\n}}\n'


class _Placed:
    """A call with its place in the device's frames; opens its recording when its time comes, so few are open at once."""

    def __init__(self, call: TapCall, channels: int, rate: int) -> None:
        if not call.channels or any(not 0 <= channel < channels for channel in call.channels) or call.start_s < 0:
            raise UserError(
                f"{call.path}: channels {list(call.channels)} from {call.start_s} s do not lie on a tap with {channels} channels.",
                f"{call.path}: 通道 {list(call.channels)} (起始 {call.start_s} 秒) 不在 {channels} 通道的采集设备上。",
            )
        self.call = call
        self.rate = rate
        self.start = round(call.start_s * rate)
        self.end = self.start + CallAudio.length(call.path, len(call.channels), rate)
        self._audio: CallAudio | None = None

    def lay_into(self, block: Samples, at: int) -> None:
        """Replace the noise with this call's samples where the block (whose first frame is `at`) meets it."""
        first, last = max(self.start - at, 0), min(self.end - at, len(block))
        if first >= last:
            return
        if self._audio is None:
            self._audio = CallAudio(self.call.path, len(self.call.channels), self.rate)
        samples = self._audio.read(last - first)
        for index, channel in enumerate(self.call.channels):
            block[first : first + len(samples), channel] = samples[:, index]
        if self.end - at <= len(block):
            self._audio.close()


def _refuse_overlaps(placed: Sequence[_Placed]) -> None:
    busy: dict[int, _Placed] = {}
    for call in placed:
        for channel in call.call.channels:
            other = busy.get(channel)
            if other is not None and other.end > call.start:
                raise UserError(
                    f"{call.call.path} starts on channel {channel} before {other.call.path} has ended. Give it a later start.",
                    f"{call.call.path} 在通道 {channel} 上开始时 {other.call.path} 还没有结束。请推迟其起始时间。",
                )
            busy[channel] = call


class _Noise:
    """Line noise, the same for the same seed."""

    def __init__(self, dbfs: float, rate: int) -> None:
        self._random = np.random.default_rng(20261122)
        self._scale = 32768.0 * 10.0 ** (dbfs / 20.0)
        self.rate = rate

    def block(self, frames: int, channels: int) -> Samples:
        noise: NDArray[np.float32] = self._random.standard_normal((frames, channels), dtype=np.float32)
        samples: Samples = np.rint(noise * self._scale).astype("<i2")
        return samples


def _write(raw: Path, placed: Sequence[_Placed], frames: int, channels: int, noise: _Noise) -> None:
    with raw.open("wb") as out:
        for at in range(0, frames, noise.rate):
            block = noise.block(min(noise.rate, frames - at), channels)
            for call in placed:
                call.lay_into(block, at)
            out.write(block.tobytes())
