"""The udev rules: read by udev itself, and what they give to which device."""

from __future__ import annotations

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest

HW = Path(__file__).parents[2] / "hw"
RULES = HW / "udev" / "60-callbox.rules"

MATCHES = re.compile(r'(\w+)(?:\{(\w+)\})?(==|!=|\+=|=)"([^"]*)"')
MATCH_KEYS = {"SUBSYSTEM", "KERNEL", "ATTRS", "ENV", "ATTR"}
ASSIGN_KEYS = {"SYMLINK", "GROUP", "MODE", "ENV", "ATTR"}

Term = tuple[str, str, str, str]


def _named(key: str, name: str) -> str:
    return f"{key}{{{name}}}" if name else key


def rules() -> list[list[Term]]:
    """Each rule's terms: key, name in braces, operator, value."""
    found = []
    for line in RULES.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            terms = [match.groups("") for match in MATCHES.finditer(line)]
            assert ", ".join(f'{_named(key, name)}{op}"{value}"' for key, name, op, value in terms) == line
            found.append([(key, name, op, value) for key, name, op, value in terms])
    return found


def given(device: dict[str, str]) -> dict[str, str]:
    """What the rules assign to a device described as {"SUBSYSTEM": "tty", "ATTRS{product}": "callbox pbx", …}."""
    gives: dict[str, str] = {}
    for rule in rules():
        wants = [(_named(key, name), value) for key, name, op, value in rule if op == "=="]
        if all(fnmatch.fnmatchcase(device.get(key, ""), value) for key, value in wants):
            for key, name, op, value in rule:
                if op in ("=", "+="):
                    gives[_named(key, name)] = value.replace("$attr{serial}", device.get("ATTRS{serial}", ""))
    return gives


def adapter(product: str, vendor: str = "0403") -> dict[str, str]:
    ids = {"ATTRS{idVendor}": vendor, "ATTRS{idProduct}": "6015"}
    return {"SUBSYSTEM": "tty", **ids, "ATTRS{product}": product, "ATTRS{serial}": "DK0ABC"}


@pytest.mark.parametrize(
    ("device", "name"),
    [
        (adapter("callbox tap board"), "callbox/tapboard callbox/tapboard-DK0ABC"),
        (adapter("callbox pbx", "10c4"), "callbox/pbx callbox/pbx-DK0ABC"),
        (adapter("callbox console"), "callbox/console"),
        ({**adapter("Board in FS mode", "2e8a"), "ATTRS{idProduct}": "0005"}, "callbox/tapboard-firmware"),
    ],
)
def test_a_serial_adapter_gets_its_name_its_group_and_no_modem_manager(device: dict[str, str], name: str) -> None:
    gives = given(device)
    assert gives["SYMLINK"] == name
    assert (gives["GROUP"], gives["MODE"], gives["ENV{ID_MM_DEVICE_IGNORE}"]) == ("dialout", "0660", "1")


def test_the_bridges_card_is_called_tap_and_other_things_are_left_alone() -> None:
    card = {"SUBSYSTEM": "sound", "KERNEL": "card1", "ATTRS{idVendor}": "2752", "ATTRS{product}": "MCHStreamer Lite Multi-channels"}
    assert given(card) == {"ATTR{id}": "TAP"}
    assert given({**card, "KERNEL": "pcmC1D0c"}) == {}
    assert given({**card, "ATTRS{product}": "miniDSP Flex"}) == {}
    assert given(adapter("FT231X USB UART")) == {}


def test_matches_are_matches_and_assignments_come_after_them() -> None:
    for rule in rules():
        operators = [op for _, _, op, _ in rule]
        assert operators == sorted(operators, key=lambda op: op != "==")
        for key, _, op, _ in rule:
            assert key in (MATCH_KEYS if op == "==" else ASSIGN_KEYS)


def test_the_names_are_those_of_the_page() -> None:
    page = (HW / "udev" / "README.md").read_text("utf-8")
    for rule in rules():
        for key, _, _, value in rule:
            if key == "SYMLINK":
                assert f"`/dev/{value.split()[0]}`" in page


def complaints(folder: Path) -> str | None:
    """What udev says against the rules in a folder; None when it cannot be asked here."""
    verify = subprocess.run(["udevadm", "verify", *map(str, folder.iterdir())], capture_output=True, text=True, check=False)
    if "Unknown command verb" not in verify.stderr:
        return "" if verify.returncode == 0 else verify.stdout + verify.stderr
    apart = f"mount --bind {folder} /etc/udev/rules.d && udevadm test /devices/virtual/net/lo"
    read = subprocess.run(["unshare", "-rm", "sh", "-c", apart], capture_output=True, text=True, check=False)
    lines = [line for line in read.stderr.splitlines() if "/etc/udev/rules.d/" in line]
    if not any(line.startswith("Reading rules file") for line in lines):
        return None
    return "\n".join(line for line in lines if not line.startswith("Reading rules file"))


def test_udev_itself_has_nothing_against_the_rules(tmp_path: Path) -> None:
    (tmp_path / RULES.name).write_text(RULES.read_text("utf-8"), "utf-8")
    said = complaints(tmp_path)
    if said is None:
        pytest.skip("udevadm cannot verify here, and mount namespaces are not allowed")
    assert said == ""
    (tmp_path / "61-bad.rules").write_text('SUBSYSTEM=="tty", NONSENSE{x}="1"\n', "utf-8")
    assert "NONSENSE" in (complaints(tmp_path) or "")
