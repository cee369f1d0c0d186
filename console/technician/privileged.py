"""What only root may do, asked for by the serial console and done by a service that does nothing else.

The console runs as a user without rights. It leaves a request in a folder that only it may write (RuntimeDirectory of its unit);
callbox-act.path sees it, and callbox-act.service, as root, does one of the few things below, nothing else, and leaves the answer.
"""

from __future__ import annotations

import ipaddress
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.technician.machine import run_tool
from hw.messages import UserError
from quality import letterbox
from recorder.times import from_text

REQUESTS = Path("/run/callbox-console")
ANSWER_S = 30.0
SERVICES = ("recorder", "analyzer", "web", "console")
INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")
"""What Linux takes as an interface's name, less what a shell or a file name could take amiss."""

NETWORKD = Path("/etc/systemd/network/10-callbox.network")


@dataclass(frozen=True)
class Request:
    """action: one of ACTIONS. values: its words, checked by the action itself, which trusts nobody."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


Run = Callable[..., list[str]]


def ask(request: Request, folder: Path = REQUESTS, sleep: Callable[[float], None] = time.sleep) -> str:
    """Leave a request and wait for the answer. Raises UserError when nobody answers, with the answer's own words when it failed."""
    if not os.access(folder, os.W_OK):
        raise UserError(
            "This needs callbox-act.service: it is not installed, or this is not the console's own user.",
            "需要 callbox-act.service：未安装，或当前用户不是控制台用户。",
        )
    name = letterbox.leave(folder, {"action": request.action, "values": request.values})
    for _ in range(round(ANSWER_S / 0.2)):
        if (said := letterbox.answer_to(folder, name)) is not None:
            letterbox.forget(folder, name)
            return _told(said)
        sleep(0.2)
    letterbox.take_back(folder, name)
    raise UserError(
        "No answer from callbox-act.service. Look at: services, logs", "callbox-act.service 没有应答。请查看 services、logs"
    )


def _told(said: dict[str, Any]) -> str:
    if not said["done"]:
        raise UserError(said["en"], said["zh"])
    return str(said["en"])


def serve_all(folder: Path = REQUESTS, run: Run = run_tool) -> int:
    """Do every request that waits; the number done. What callbox-act.service runs."""
    done = 0
    for path in letterbox.requests(folder):
        try:
            answer = {"done": True, "en": perform(_read(path), run), "zh": ""}
            done += 1
        except UserError as error:
            answer = {"done": False, "en": error.message.en, "zh": error.message.zh}
        letterbox.answer(path, answer)
    return done


def _read(path: Path) -> Request:
    """A request. Raises UserError for whatever is none."""
    document = letterbox.read(path)
    action, values = (document.get("action"), document.get("values")) if isinstance(document, dict) else (None, None)
    if (
        not isinstance(action, str)
        or action not in ACTIONS
        or not isinstance(values, dict)
        or not all(isinstance(value, str) for value in values.values())
    ):
        raise UserError("This is no request.", "请求无效。")
    return Request(action, values)


def perform(request: Request, run: Run = run_tool) -> str:
    """Do it. Raises UserError for values that will not do, before anything is changed."""
    return ACTIONS[request.action](request.values, run)


def _reboot(_values: dict[str, str], run: Run) -> str:
    run("systemctl", "reboot")
    return "rebooting"


def _power_off(_values: dict[str, str], run: Run) -> str:
    run("systemctl", "poweroff")
    return "shutting down"


def _restart(values: dict[str, str], run: Run) -> str:
    service = values.get("service", "")
    if service not in SERVICES:
        raise UserError(f"Services: {', '.join(SERVICES)}", f"可用服务：{'、'.join(SERVICES)}")
    run("systemctl", "restart", f"callbox-{service}.service")
    return f"callbox-{service} restarted"


def _set_time(values: dict[str, str], run: Run) -> str:
    try:
        instant = from_text(values["utc"])
    except (KeyError, ValueError) as error:
        raise UserError("A UTC instant is wanted: 2026-11-22T08:00:00Z", "请输入 UTC 时间：2026-11-22T08:00:00Z") from error
    run("timedatectl", "set-ntp", "false")
    run("timedatectl", "set-time", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(instant)))
    return "time set; no time server sets the clock now (net, then: time ntp)"


def _follow_time(_values: dict[str, str], run: Run) -> str:
    run("timedatectl", "set-ntp", "true")
    return "a time server sets the clock again"


def _set_address(values: dict[str, str], run: Run) -> str:
    interface, address, gateway = (values.get(name, "") for name in ("interface", "address", "gateway"))
    if not INTERFACE.fullmatch(interface):
        raise UserError("An interface's name is wanted; net shows them.", "请给出接口名称；net 可查看。")
    _check_address(address, gateway)
    if run("systemctl", "is-active", "NetworkManager"):
        return _by_network_manager(interface, address, gateway, run)
    if run("systemctl", "is-active", "systemd-networkd"):
        return _by_networkd(interface, address, gateway, run)
    raise UserError(
        "Neither NetworkManager nor systemd-networkd sets this machine's addresses: change /etc/network/interfaces by hand.",
        "本机地址不由 NetworkManager 或 systemd-networkd 管理：请手工修改 /etc/network/interfaces。",
    )


def _check_address(address: str, gateway: str) -> None:
    if address == "dhcp":
        return
    try:
        network = ipaddress.ip_interface(address).network
        if "/" not in address or (gateway and ipaddress.ip_address(gateway) not in network):
            raise ValueError(address)
    except ValueError as error:
        raise UserError(
            "Wanted: net set INTERFACE dhcp, or net set INTERFACE 192.168.1.5/24 192.168.1.1 with a gateway of the same network.",
            "用法：net set 接口 dhcp，或 net set 接口 192.168.1.5/24 192.168.1.1（网关须在同一网段）。",
        ) from error


def _by_network_manager(interface: str, address: str, gateway: str, run: Run) -> str:
    names = run("nmcli", "-g", "GENERAL.CONNECTION", "device", "show", interface)
    if not names or not names[0]:
        raise UserError(f"NetworkManager knows no connection of {interface}.", f"NetworkManager 中没有 {interface} 的连接。")
    if address == "dhcp":
        change = ["ipv4.method", "auto", "ipv4.addresses", "", "ipv4.gateway", ""]
    else:
        change = ["ipv4.addresses", address, "ipv4.gateway", gateway, "ipv4.method", "manual"]
    run("nmcli", "connection", "modify", names[0], *change)
    run("nmcli", "connection", "up", names[0])
    return f"{interface}: {address}"


def _by_networkd(interface: str, address: str, gateway: str, run: Run, path: Path = NETWORKD) -> str:
    how = "DHCP=yes" if address == "dhcp" else f"Address={address}" + (f"\nGateway={gateway}" if gateway else "")
    path.write_text(f"# Written by the serial console.\n[Match]\nName={interface}\n\n[Network]\n{how}\n", "utf-8")
    run("networkctl", "reload")
    return f"{interface}: {address}"


ACTIONS: dict[str, Callable[[dict[str, str], Run], str]] = {
    "reboot": _reboot, "poweroff": _power_off, "restart": _restart, "time": _set_time, "ntp": _follow_time, "address": _set_address,
}  # fmt: skip
