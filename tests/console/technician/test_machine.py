"""What the machine says of itself, from made files of its kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.technician import machine
from recorder.settings.sections import Settings, Store


@pytest.mark.parametrize(("life", "eol", "said"), [
    ("0x01 0x02", "0x01", "mmcblk0: wear 10-20 %"), ("0x0a 0x09", "0x01", "mmcblk0: wear 90-100 %: replace it"),
    ("0x0b 0x01", "0x03", "mmcblk0: wear > 100 %: replace it"), ("0x03 0x03", "0x02", "mmcblk0: wear 20-30 %: replace it"),
])  # fmt: skip
def test_wear_of_a_card(tmp_path: Path, life: str, eol: str, said: str) -> None:
    device = tmp_path / "mmcblk0" / "device"
    device.mkdir(parents=True)
    (tmp_path / "sda" / "device").mkdir(parents=True)
    (device / "life_time").write_text(life + "\n")
    (device / "pre_eol_info").write_text(eol + "\n")
    lines = machine.disk_lines(Settings(store=Store(str(tmp_path))), "en", tmp_path)
    assert lines[-1] == said
    assert not [line for line in lines if "sda" in line]


def test_the_gateway_as_the_kernel_writes_it(tmp_path: Path) -> None:
    route = tmp_path / "route"
    route.write_text(
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    )
    assert machine._gateway(route) == "192.168.1.1"
    assert machine._gateway(tmp_path / "none") == ""


@pytest.mark.parametrize(
    ("mask", "prefix"), [("255.255.255.0", "/24"), ("255.255.254.0", "/23"), ("ffff:ffff::", "/32"), (None, "")]
)
def test_masks_as_prefixes(mask: str | None, prefix: str) -> None:
    assert machine._prefix(mask) == prefix


def test_a_tool_that_is_not_there_or_fails_says_nothing() -> None:
    assert machine.run_tool("no-such-tool") == []
    assert machine.run_tool("false") == []
    assert machine.run_tool("echo", "a") == ["a"]
