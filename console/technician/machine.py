"""What the machine itself says: disks and their wear, network, clock, services, log. Each as lines for a person."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from console.output import facts, table
from hw.messages import Message
from quality.health.status import BoxStatus
from quality.health.wear import Wear, finding, wears
from quality.health.words import local
from recorder.settings.sections import Settings
from recorder.times import to_text

LOG_LINES = 30
WAIT_S = 10.0
"""Seconds a tool of the system gets to answer."""

def disk_lines(settings: Settings, language: str, disks: Iterable[Wear] | None = None) -> list[str]:
    """How full, and how worn where the disk says so."""
    store = Path(settings.store.path)
    rows = [_usage(name, place) for name, place in (("store", store), ("/", Path("/"))) if place.exists()]
    heads = ("", "path", "GB", "free GB", "used %") if language == "en" else ("", "目录", "GB", "可用 GB", "已用 %")
    wear = [finding(one).seen.text(language) for one in (wears() if disks is None else disks)]
    return [*table(heads, rows).splitlines(), *wear]


def _usage(name: str, place: Path) -> tuple[str, str, str, str, str]:
    usage = shutil.disk_usage(place)
    return name, str(place), f"{usage.total / 1e9:.1f}", f"{usage.free / 1e9:.1f}", f"{100 * usage.used / usage.total:.0f}"


def net_lines(language: str) -> list[str]:
    """Addresses, gateway and name servers."""
    rows = []
    stats = psutil.net_if_stats()
    for name, found in sorted(psutil.net_if_addrs().items()):
        ours = [one for one in found if one.family in (socket.AF_INET, socket.AF_INET6)]
        shown = [f"{one.address.partition('%')[0]}{_prefix(one.netmask)}" for one in ours]
        up = Message("up", "已连接") if name in stats and stats[name].isup else Message("down", "未连接")
        rows.append((name, up.text(language), ", ".join(shown) or "–"))
    heads = ("interface", "state", "addresses") if language == "en" else ("接口", "状态", "地址")
    values = {
        Message("host name", "主机名").text(language): socket.gethostname(),
        Message("gateway", "网关").text(language): _gateway() or "–",
        Message("name servers", "域名服务器").text(language): ", ".join(_name_servers()) or "–",
    }
    return [*table(heads, rows).splitlines(), *facts(values).splitlines()]


def _prefix(netmask: str | None) -> str:
    """/24 for 255.255.255.0 and for ffff:… alike."""
    if not netmask:
        return ""
    family = socket.AF_INET6 if ":" in netmask else socket.AF_INET
    return f"/{bin(int.from_bytes(socket.inet_pton(family, netmask), 'big')).count('1')}"


def _gateway(route: Path = Path("/proc/self/net/route")) -> str:
    """The default route's gateway; the kernel writes it as a little-endian hexadecimal number."""
    try:
        rows = [line.split() for line in route.read_text().splitlines()[1:]]
    except OSError:
        return ""
    found = [row[2] for row in rows if len(row) > 7 and row[1] == "00000000" and row[7] == "00000000"]
    return socket.inet_ntoa(int(found[0], 16).to_bytes(4, "little")) if found else ""


def _name_servers(path: Path = Path("/etc/resolv.conf")) -> list[str]:
    try:
        return [line.split()[1] for line in path.read_text().splitlines() if line.startswith("nameserver ")]
    except (OSError, IndexError):
        return []


def time_lines(status: BoxStatus, synchronised: bool | None, language: str) -> list[str]:
    """The clock, who sets it, and how long the machine has been up."""
    sets = {
        True: Message("a time server", "时间服务器"), False: Message("NOBODY: it drifts", "无人校准，会走偏"),
        None: Message("not known", "未知"),
    }  # fmt: skip
    up = time.clock_gettime(time.CLOCK_BOOTTIME)
    return facts({
        Message("time", "时间").text(language): f"{local(to_text(time.time()), status.timezone)} ({status.timezone})",
        "UTC": to_text(time.time()),
        Message("set by", "校准").text(language): sets[synchronised].text(language),
        Message("up", "已运行").text(language): f"{up // 86400:.0f} d {up % 86400 / 3600:.0f} h",
    }).splitlines()  # fmt: skip


def service_lines(language: str) -> list[str]:
    """Every unit of the box, as systemd sees it."""
    fields = ("UNIT", "LOAD", "ACTIVE", "SUB")
    shown = run_tool("systemctl", "list-units", "--all", "--plain", "--no-legend", "--no-pager", "callbox*")
    rows = [line.split(None, 4)[:4] for line in shown if len(line.split()) >= 4]
    if not rows:
        return [Message("systemd does not run here, or knows no callbox", "此处没有 systemd 或 callbox 服务").text(language)]
    return table(fields, rows).splitlines()


def log_lines(language: str, count: int = LOG_LINES) -> list[str]:
    """The last lines of all services."""
    shown = run_tool("journalctl", "--no-pager", "-o", "short-iso", "-n", str(count), "-u", "callbox*")
    return shown or [Message("no journal can be read here", "此处无法读取系统日志").text(language)]


def run_tool(*command: str) -> list[str]:
    """A tool's output; nothing where the tool is not there, fails or hangs."""
    return list(_output(command))


def _output(command: tuple[str, ...]) -> Iterator[str]:
    if not shutil.which(command[0]):
        return
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False, errors="replace")  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return
    if done.returncode == 0:
        yield from done.stdout.splitlines()
