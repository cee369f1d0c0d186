"""The real audio source: an ALSA capture device, by pyalsaaudio."""

from __future__ import annotations

import errno
import os
import select
import time
from collections.abc import Callable
from typing import Any

import alsaaudio
import numpy as np

from hw.errors import DeviceError, DeviceStuckError
from hw.interfaces import AudioBlock

BUFFER_MS = 2000
"""Milliseconds of audio the device is asked to hold while nobody reads: longer than a disk's worst pause, a few hundred KiB."""

TRIES = 8
"""Overruns in a row, without a sample between them, after which the device counts as stuck."""

STUCK_S = 1.0
"""Seconds without one sample after which the device counts as stuck: ten periods."""

SPIN_S = 0.02
"""Seconds between two looks at a device that says it has samples and gives none."""


class AlsaSource:
    """A capture device with any number of channels, signed 16 bit, read one period at a time.

    pcm: ALSA PCM name ("hw:1,0", or one of an asound.conf). rate: frames per second. period_ms: milliseconds of audio per read.
    The device is opened without waiting and read() waits for it by poll(2): in a blocking read the kernel notices a card that has
    stopped only after about ten seconds.
    """

    def __init__(
        self, pcm: str, channels: int, rate: int, period_ms: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.pcm = pcm
        self._channels = channels
        self._rate = rate
        self._period = max(1, rate * period_ms // 1000)
        self._monotonic = monotonic
        self._device: Any = None
        self._poll = select.poll()
        self._running = self._idle = False  # capturing; said it had a period and gave nothing
        self._heard_at = 0.0
        self._backlog = 0

    @property
    def rate(self) -> int:
        """Frames per second."""
        return self._rate

    @property
    def channels(self) -> int:
        """Channels per frame."""
        return self._channels

    def open(self) -> None:
        """Claim the device. Raises DeviceError when it is absent, busy, not ours or cannot do the rate or channels asked for."""
        try:
            device = self._claim()
        except alsaaudio.ALSAAudioError as error:
            raise _open_error(self.pcm, str(error)) from error
        try:
            self._check(device.info())
        except DeviceError:
            device.close()
            raise
        self._device = device
        self._poll = select.poll()
        self._running = self._idle = False
        for descriptor, events in device.polldescriptors():
            self._poll.register(descriptor, events)
        self._mark()

    def _claim(self) -> Any:
        return alsaaudio.PCM(
            type=alsaaudio.PCM_CAPTURE,
            mode=alsaaudio.PCM_NONBLOCK,
            rate=self._rate,
            channels=self._channels,
            format=alsaaudio.PCM_FORMAT_S16_LE,
            periodsize=self._period,
            periods=max(4, BUFFER_MS * self._rate // 1000 // self._period),
            device=self.pcm,
        )

    def _check(self, info: dict[str, Any]) -> None:
        """ALSA gives what it has when it has not got what was asked; recording that would play at the wrong speed."""
        got = (info.get("channels"), info.get("rate"), info.get("format_name"))
        if got != (self._channels, self._rate, "S16_LE"):
            raise _shape_error(self.pcm, (self._channels, self._rate, "S16_LE"), got)

    def read(self) -> AudioBlock:
        """Wait for the next period. lost_frames estimates an overrun's loss from the time since the last good read.

        Raises DeviceError when the device was not opened or is gone, DeviceStuckError when it gives nothing for STUCK_S.
        """
        if self._device is None:
            raise _not_open(self.pcm)
        lost, overruns, started = 0, 0, self._monotonic()
        while overruns < TRIES and (left := started + STUCK_S - self._monotonic()) > 0:
            if self._running:
                self._wait(left)
            length, data = self._read_once()
            if length > 0:
                samples = np.frombuffer(data, dtype="<i2").reshape(-1, self._channels)
                self._mark()
                return AudioBlock(samples, lost)
            if length < 0:
                overruns += 1
                lost += self._lost_since_heard()
        raise _stuck(self.pcm)

    def _wait(self, seconds: float) -> None:
        """Until the device has a whole period. A read would give the few samples there are, and so keep us busy all the time."""
        ready = self._poll.poll(seconds * 1000)
        if ready:
            self._device.polldescriptors_revents(ready)  # some plugins (dsnoop) would wake us for ever without it
        if ready and self._idle:
            time.sleep(min(SPIN_S, seconds))

    def _read_once(self) -> tuple[int, bytes]:
        try:
            length, data = self._device.read()
        except alsaaudio.ALSAAudioError as error:
            raise _gone(self.pcm, str(error)) from error
        self._idle = self._running and length == 0
        self._running = length >= 0  # the first read starts the device, and so does the first one after an overrun
        return length, data

    def _mark(self) -> None:
        """Note when the device was last heard and how much it still holds, to know what an overrun would take."""
        self._heard_at = self._monotonic()
        try:
            waiting = int(self._device.avail())
        except alsaaudio.ALSAAudioError:
            waiting = 0
        # The null and file plugins claim a full buffer at all times; only less than that says anything.
        self._backlog = waiting if 0 < waiting < BUFFER_MS * self._rate // 1000 else 0

    def _lost_since_heard(self) -> int:
        """Frames between the last one delivered and the restart that pyalsaaudio has just made: what waited is thrown away too."""
        now = self._monotonic()
        lost = round((now - self._heard_at) * self._rate) + self._backlog
        self._heard_at, self._backlog = now, 0
        return lost

    def close(self) -> None:
        """Let the device go; closing twice does no harm."""
        if self._device is not None:
            self._device.close()
            self._device = None


def _open_error(pcm: str, reason: str) -> DeviceError:
    if os.strerror(errno.EBUSY) in reason:
        return DeviceError(
            f"Audio device {pcm} is in use by another program. Stop that program (fuser -v /dev/snd/* names it) and try again.",
            f"音频设备 {pcm} 正被其他程序占用。请停止该程序 (可用 fuser -v /dev/snd/* 查看) 后重试。",
        )
    if os.strerror(errno.EACCES) in reason or os.strerror(errno.EPERM) in reason:
        return DeviceError(
            f"No permission to use audio device {pcm}. Add the service's user to the group audio and start it again.",
            f"没有权限使用音频设备 {pcm}。请把服务用户加入 audio 组后重新启动。",
        )
    if any(os.strerror(number) in reason for number in (errno.ENOENT, errno.ENODEV, errno.ENXIO)):
        return DeviceError(
            f"There is no audio device {pcm}. Is the tap plugged in? arecord -L lists the names to put in [[device]] pcm.",
            f"找不到音频设备 {pcm}。请检查采集卡是否插好;arecord -L 可列出 [[device]] pcm 可用的名称。",
        )
    return DeviceError(
        f"Audio device {pcm} cannot be opened ({reason}). Check its name, channels and rate in [[device]] of callbox.toml.",
        f"无法打开音频设备 {pcm} ({reason})。请检查 callbox.toml 中 [[device]] 的名称、通道数和采样率。",
    )


def _shape_error(pcm: str, asked: tuple[object, ...], got: tuple[object, ...]) -> DeviceError:
    return DeviceError(
        f"Audio device {pcm} gives {got[0]} channels at {got[1]} Hz in {got[2]}, not {asked[0]} at {asked[1]} Hz in {asked[2]}. "
        f"Correct channels and rate in [[device]], or name it plughw: to have ALSA convert.",
        f"音频设备 {pcm} 提供 {got[0]} 通道、{got[1]} Hz、{got[2]},而不是设置的 {asked[0]} 通道、{asked[1]} Hz、{asked[2]}。"
        f"请更正 [[device]] 的 channels 和 rate,或改用 plughw: 名称由 ALSA 转换。",
    )


def _not_open(pcm: str) -> DeviceError:
    return DeviceError(f"Audio device {pcm} is read before it was opened.", f"音频设备 {pcm} 尚未打开就被读取。")


def _gone(pcm: str, reason: str) -> DeviceError:
    return DeviceError(
        f"Audio device {pcm} has stopped delivering audio ({reason}). Check its cable; the recorder starts again by itself.",
        f"音频设备 {pcm} 已停止提供音频 ({reason})。请检查连接线;录音服务会自动重新启动。",
    )


def _stuck(pcm: str) -> DeviceStuckError:
    return DeviceStuckError(
        f"Audio device {pcm} is there but delivers no samples. Unplug it and plug it in again; the recorder goes on by itself.",
        f"音频设备 {pcm} 存在但不输出采样。请拔下后重新插入;录音服务会自动恢复。",
    )
