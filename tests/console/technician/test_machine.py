"""What the machine says of itself, from made files of its kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.technician import machine
from quality.health.wear import Wear
from recorder.settings.sections import Settings, Store


def test_wear_of_a_card(tmp_path: Path) -> None:
    settings = Settings(store=Store(str(tmp_path)))
    assert machine.disk_lines(settings, "en", [Wear("mmcblk0", 20, failing=False)])[-1] == "disk mmcblk0: 20 % of its life used"


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
