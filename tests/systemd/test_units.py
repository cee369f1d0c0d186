"""The units as systemd itself reads them, with the paths of an installed box put where they are here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
UNITS = sorted(path for path in (HOUSE / "systemd").iterdir() if path.suffix in (".service", ".target", ".timer", ".path"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
HIGHEST_EXPOSURE = 3.0  # systemd-analyze security: 0 safe … 10 dangerous

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (Debian package systemd)")


def setting(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


def systemd_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/callbox/current/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return tmp_path


@needs_systemd
def test_systemd_finds_nothing_wrong(installed: Path) -> None:
    found = systemd_analyze("verify", "--man=no", "--recursive-errors=no", *map(str, sorted(installed.iterdir())))
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


@needs_systemd
def test_a_wrong_unit_would_be_found(installed: Path) -> None:
    with (installed / "callbox-web.service").open("a", encoding="utf-8") as unit:
        unit.write("[Service]\nProtectEverything=yes\n")
    found = systemd_analyze("verify", "--man=no", "--recursive-errors=no", str(installed / "callbox-web.service"))
    assert "ProtectEverything" in found.stderr


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_exposure_is_low(unit: Path, installed: Path) -> None:
    report = systemd_analyze("security", "--offline=true", "--no-pager", str(installed / unit.name)).stdout
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", report)
    assert exposure, report
    print(f"{unit.stem}: exposure {exposure[1]}")  # noqa: T201  shown by pytest -rP
    assert float(exposure[1]) <= HIGHEST_EXPOSURE


ROOTS = {"callbox-act.service": "callbox-console", "callbox-settings.service": "callbox-web"}
"""The units that are root's, and whose requests they take: they touch no database, and each has what the other lacks."""

OF_USERS = [unit for unit in SERVICES if unit.name not in ROOTS]


def test_one_group_so_that_wal_works_across_users() -> None:
    for unit in OF_USERS:
        assert (setting(unit, "Group"), setting(unit, "UMask")) == (["callbox"], ["0007"]), unit.name
        assert setting(unit, "ReadWritePaths") == ["/var/lib/callbox"], unit.name
    folders = (HOUSE / "systemd/callbox.tmpfiles.conf").read_text(encoding="utf-8")
    assert re.search(r"^d /var/lib/callbox +2770 root callbox ", folders, re.MULTILINE)


def test_every_user_of_a_unit_is_made() -> None:
    made = set(re.findall(r"^u (\S+)", (HOUSE / "systemd/callbox.sysusers.conf").read_text(), re.MULTILINE))
    assert made == {user for unit in SERVICES for user in setting(unit, "User")}
    assert len(made) == len(OF_USERS)


@pytest.mark.parametrize(("root", "asker"), ROOTS.items())
def test_root_has_no_more_than_it_needs(root: str, asker: str) -> None:
    unit = HOUSE / "systemd" / root
    assert setting(unit, "CapabilityBoundingSet") == ["CAP_CHOWN CAP_DAC_OVERRIDE"]
    written = setting(unit, "ReadWritePaths")[0].split()
    assert written == {
        "callbox-act.service": ["-/run/callbox-console", "-/etc/systemd/network"],
        "callbox-settings.service": ["-/run/callbox-web", "/etc/callbox/callbox.d"],
    }[root]
    service = HOUSE / "systemd" / f"{asker}.service"
    assert (setting(service, "RuntimeDirectory"), setting(service, "RuntimeDirectoryMode")) == ([asker], ["0700"])
    assert setting(unit.with_suffix(".path"), "PathExistsGlob") == [f"/run/{asker}/*.json"]


def test_the_pages_reach_no_more_than_the_settings() -> None:
    """What a broken web service could ask for is not what the technician may."""
    [command] = setting(HOUSE / "systemd/callbox-settings.service", "ExecStart")
    assert "settings carry-out" in command
    assert setting(HOUSE / "systemd/callbox-settings.service", "RestrictAddressFamilies") == ["none"]


def test_only_recorder_and_console_reach_devices() -> None:
    assert {unit.stem for unit in SERVICES if setting(unit, "SupplementaryGroups")} == {"callbox-recorder", "callbox-console"}
    without = {unit.stem for unit in SERVICES if setting(unit, "PrivateDevices") == ["yes"]}
    quiet = ("act", "alerts", "analyzer", "evening", "notify", "reports", "settings", "verify", "web")
    assert without == {f"callbox-{name}" for name in quiet}


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_what_it_starts_exists_and_takes_these_arguments(unit: Path) -> None:
    """The same command line with --help instead of the settings file: a renamed module or option is seen here."""
    [command] = setting(unit, "ExecStart")
    program, *arguments = command.split()
    here = Path(sys.executable).parent / Path(program).name
    answer = subprocess.run([str(here), *arguments, "--help"], capture_output=True, text=True, cwd=HOUSE, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "--config" in answer.stdout
