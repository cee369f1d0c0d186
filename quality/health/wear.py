"""How worn the box's disks are, as far as they say: eMMC through the kernel, NVMe and SATA through smartctl where root asks."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from quality.health.case import Case
from quality.health.finding import Finding, doubtful, good

WORN_PERCENT = 80
"""Percent of a disk's life used, from which on it should be replaced at leisure."""

LIFE, END = "device/life_time", "device/pre_eol_info"
"""What an eMMC says (JESD84-B51, 7.4.38 to 7.4.40): two counts in tenths of its life, and 1 normal, 2 warning, 3 urgent."""

ATA_LIFE = (231, 233, 177, 173, 202)
"""SMART attributes by which makers tell what is left of an SSD's life, in percent; the first that is there is believed."""

WAIT_S = 10.0


@dataclass(frozen=True)
class Wear:
    """disk: the kernel's name. used: percent of its life, None when it does not say. failing: it says itself that it is."""

    disk: str
    used: int | None
    failing: bool

    @property
    def worn(self) -> bool:
        """Whether it should be replaced."""
        return self.failing or (self.used is not None and self.used >= WORN_PERCENT)


Smart = Callable[[str], dict[str, object]]


def smartctl(disk: str) -> dict[str, object]:
    """What smartctl says of a disk; nothing where there is no smartctl or no right to ask."""
    if not shutil.which("smartctl"):
        return {}
    command = ["smartctl", "--json", "--info", "--health", "--attributes", f"/dev/{disk}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=WAIT_S, check=False)  # noqa: S603  a name of the kernel's
        document: dict[str, object] = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return {}
    return document


def wears(sys_block: Path = Path("/sys/block"), smart: Smart = smartctl) -> Iterator[Wear]:
    """Every disk that says anything."""
    for device in sorted(sys_block.glob("*")):
        found = _emmc(device) if (device / LIFE).exists() else _smart(device.name, smart)
        if found is not None:
            yield found


def _emmc(device: Path) -> Wear | None:
    try:
        tenths = max(int(value, 16) for value in (device / LIFE).read_text().split())
        urgent = int((device / END).read_text(), 16) >= 2
    except (OSError, ValueError):
        return None
    return Wear(device.name, 10 * tenths or None, urgent)


def _smart(disk: str, smart: Smart) -> Wear | None:
    if not disk.startswith(("sd", "nvme")):
        return None
    said = smart(disk)
    health, nvme = said.get("smart_status"), said.get("nvme_smart_health_information_log")
    used = nvme.get("percentage_used") if isinstance(nvme, dict) else _ata(said)
    failing = isinstance(health, dict) and health.get("passed") is False
    return Wear(disk, used if isinstance(used, int) else None, failing) if used is not None or failing else None


def _ata(said: dict[str, object]) -> int | None:
    attributes = said.get("ata_smart_attributes")
    table = attributes.get("table", []) if isinstance(attributes, dict) else []
    left = {row["id"]: row["value"] for row in table if isinstance(row, dict) and "id" in row and "value" in row}
    return next((max(0, 100 - int(left[number])) for number in ATA_LIFE if number in left), None)


def check(_case: Case) -> Iterator[Finding]:
    """A finding for each disk that says anything of its wear."""
    for wear in wears():
        yield finding(wear)


def finding(wear: Wear) -> Finding:
    """What a disk's wear means."""
    used = "?" if wear.used is None else f"{wear.used}"
    seen = (f"disk {wear.disk}: {used} % of its life used", f"磁盘 {wear.disk}:寿命已用 {used} %")
    if not wear.worn:
        return good("disk.wear", *seen, figures={"used_percent": wear.used})
    advice = ("make a backup and replace it: callbox backup FOLDER", "请备份后更换:callbox backup 目录")
    return doubtful("disk.wear", seen, advice, figures={"used_percent": wear.used, "failing": wear.failing})
