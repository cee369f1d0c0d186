"""Opening a serial port, and saying plainly why it cannot be."""

from __future__ import annotations

import errno
import os
from typing import Protocol

import serial

from hw.errors import DeviceError

PARITIES = {"N": serial.PARITY_NONE, "E": serial.PARITY_EVEN, "O": serial.PARITY_ODD}


class Port(Protocol):
    """What drivers use of a serial port; pyserial's Serial is one."""

    timeout: float | None
    """Seconds read() may wait; 0 never waits."""

    @property
    def in_waiting(self) -> int:
        """Bytes that read() would give at once."""

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes, as many as arrive before the port's timeout."""

    def write(self, data: bytes, /) -> int | None:
        """Send bytes."""

    def close(self) -> None:
        """Let the port go."""


def open_port(path: str, baud: int, form: str = "8N1", timeout_s: float = 0.0) -> Port:
    """Claim a serial port for this process alone.

    form: data bits, parity and stop bits, as "8N1". timeout_s: seconds read() may wait; 0 never waits. Raises DeviceError when
    there is no such port, it is in use, it is not ours to use, or it is no serial port.
    """
    bits, parity, stop = int(form[0]), PARITIES[form[1]], int(form[2])
    try:
        return serial.Serial(  # type: ignore[no-any-return]
            path, baud, bytesize=bits, parity=parity, stopbits=stop, timeout=timeout_s, write_timeout=0.5, exclusive=True
        )
    except (OSError, ValueError, serial.SerialException) as error:
        raise _open_error(path, error) from error


def gone(path: str, reason: object) -> DeviceError:
    """The error for a port that was open and has failed."""
    return DeviceError(
        f"Serial port {path} has gone ({reason}). Check its cable and adapter.",
        f"串口 {path} 已断开 ({reason})。请检查连接线和转接器。",
    )


def _open_error(path: str, error: Exception) -> DeviceError:
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or not os.path.exists(path):  # noqa: PTH110  what is given may be no path
        return DeviceError(
            f"There is no serial port {path}. Is the cable plugged in? ls /dev/serial/by-id shows what is there.",
            f"找不到串口 {path}。连接线插好了吗?可用 ls /dev/serial/by-id 查看现有串口。",
        )
    if number in (errno.EACCES, errno.EPERM):
        return DeviceError(
            f"No permission to use serial port {path}. Add the service's user to the group dialout and start it again.",
            f"没有权限使用串口 {path}。请把服务用户加入 dialout 组后重新启动。",
        )
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(error):
        return DeviceError(
            f"Serial port {path} is in use by another program. Stop that program (fuser -v {path} names it) and try again.",
            f"串口 {path} 正被其他程序占用。请停止该程序 (可用 fuser -v {path} 查看) 后重试。",
        )
    return DeviceError(
        f"{path} cannot be used as a serial port ({error}). Check the port's name and speed in callbox.toml.",
        f"{path} 无法作为串口使用 ({error})。请检查 callbox.toml 中的串口名称和速率。",
    )
