"""What can be wrong between the box and its tap board, in both languages."""

from __future__ import annotations

from firmware import protocol
from hw.errors import DeviceError


def not_open(port: str) -> DeviceError:
    """Read before it was opened."""
    return DeviceError(f"Serial port {port} is read before it was opened.", f"串口 {port} 尚未打开就被读取。")


def no_answer(port: str) -> DeviceError:
    """Nobody at the port."""
    return DeviceError(
        f"No tap board answers at {port}. Check its power, its cable and the port's name in [line_sense]; a reset may help.",
        f"{port} 上没有采集板应答。请检查其供电、连接线以及 [line_sense] 中的串口名称;也可尝试复位采集板。",
    )


def silent(port: str) -> DeviceError:
    """It has stopped talking."""
    return DeviceError(
        f"The tap board at {port} has fallen silent. Check its power and its cable; until then calls are found by voice alone.",
        f"{port} 上的采集板已无响应。请检查其供电和连接线;恢复之前只能靠语音发现通话。",
    )


def other_version(port: str, version: int) -> DeviceError:
    """It speaks another version of the protocol: older or newer, and what to do."""
    ours = protocol.VERSION
    if version < ours:
        return DeviceError(
            f"The tap board at {port} has older firmware: protocol version {version}, this box speaks version {ours}. "
            "Put the firmware of this release on the board (firmware/README.md).",
            f"{port} 上的采集板固件较旧:其协议版本为 {version},本机为 {ours}。请把本版本的固件写入采集板 (见 firmware/README.md)。",
        )
    return DeviceError(
        f"The tap board at {port} has newer firmware: protocol version {version}, this box speaks version {ours}. "
        "Upgrade the box, or put the firmware of this release on the board (firmware/README.md).",
        f"{port} 上的采集板固件较新:其协议版本为 {version},本机为 {ours}。"
        "请升级本机,或把本版本的固件写入采集板 (见 firmware/README.md)。",
    )
