"""How worn a disk is: from made files of the kernel and answers of smartctl as its documentation has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from quality.health.wear import Wear, finding, wears


def nothing(_disk: str) -> dict[str, object]:
    return {}


@pytest.mark.parametrize(("life", "end", "wear"), [
    ("0x01 0x02", "0x01", Wear("mmcblk0", 20, failing=False)), ("0x0b 0x01", "0x03", Wear("mmcblk0", 110, failing=True)),
    ("0x03 0x03", "0x02", Wear("mmcblk0", 30, failing=True)), ("0x00 0x00", "0x01", Wear("mmcblk0", None, failing=False)),
])  # fmt: skip
def test_an_emmc(tmp_path: Path, life: str, end: str, wear: Wear) -> None:
    device = tmp_path / "mmcblk0" / "device"
    device.mkdir(parents=True)
    (tmp_path / "loop0").mkdir()
    (device / "life_time").write_text(life + "\n")
    (device / "pre_eol_info").write_text(end + "\n")
    assert list(wears(tmp_path, nothing)) == [wear]


@pytest.mark.parametrize(("disk", "said", "expected"), [
    ("nvme0n1", {"smart_status": {"passed": True}, "nvme_smart_health_information_log": {"percentage_used": 7}}, (7, False)),
    ("sda", {"ata_smart_attributes": {"table": [{"id": 9, "value": 1}, {"id": 231, "value": 88}]}}, (12, False)),
    ("sda", {"smart_status": {"passed": False}}, (None, True)),
    ("sda", {"smart_status": {"passed": True}}, None), ("sda", {}, None), ("loop0", {"smart_status": {"passed": False}}, None),
])  # fmt: skip
def test_what_smartctl_says(tmp_path: Path, disk: str, said: dict[str, object], expected: tuple[int | None, bool] | None) -> None:
    (tmp_path / disk).mkdir()
    found = list(wears(tmp_path, lambda _: said))
    assert found == ([] if expected is None else [Wear(disk, expected[0], failing=expected[1])])


def test_a_worn_disk_is_worth_a_look_and_a_good_one_is_not() -> None:
    assert finding(Wear("sda", 79, failing=False)).state == "ok"
    assert finding(Wear("sda", 80, failing=False)).state == "warn"
    assert finding(Wear("sda", None, failing=True)).advice
