"""The installer on a bare Debian 12 in a chroot: twice, an upgrade, one that fails, the way back, removal. No systemd runs there,
so services are enabled and not started. Slow: it installs everything, as on a new box."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("CALLBOX_TEST_CHROOT", "/var/tmp/callbox-chroot"))  # noqa: S108  kept, for the next run to be quicker
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOUNTS = ("dev/pts", "dev", "sys", "proc")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0 or shutil.which("debootstrap") is None, reason="needs root and debootstrap"),
]


class Box:
    """A Debian of its own."""

    def run(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {"HOME": "/root", "PATH": PATH, "TERM": "dumb", "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
                     "NODE_EXTRA_CA_CERTS": "/etc/ssl/certs/ca-certificates.crt", "LANG": "C.UTF-8", **environment}  # fmt: skip
        return subprocess.run(
            ["chroot", str(FOLDER), "bash", "-c", f"cd /home/callbox && {command}"], env=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip

    def says(self, command: str, **environment: str) -> str:
        done = self.run(command, **environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    @property
    def release(self) -> str:
        return (FOLDER / "opt/callbox/current").readlink().name


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    subprocess.run(["bash", str(HOUSE / "tests/setup/chroot.sh"), str(FOLDER), str(HOUSE)], check=True)
    one = Box()
    one.run("./install.sh --uninstall --delete-recordings", CALLBOX_DELETE="DELETE")  # what a run that was broken off has left
    yield one
    for name in MOUNTS:
        subprocess.run(["umount", str(FOLDER / name)], check=False)


@pytest.mark.timeout(3600)
def test_a_box_is_installed_upgraded_turned_back_and_removed(box: Box) -> None:
    assert "Next: sudo callbox setup" in box.says("./install.sh")
    first = box.release
    enabled = box.says("systemctl is-enabled callbox.target callbox-recorder callbox-analyzer callbox-web callbox-evening.timer")
    assert enabled.split() == ["enabled"] * 5
    assert "no line to record is described yet" in box.run("callbox doctor").stdout
    assert oct((FOLDER / "var/lib/callbox").stat().st_mode & 0o7777) == "0o2770"

    assert box.says("./install.sh").count("ready") >= 4, "the second time there is nothing to do"
    assert box.release == first

    box.says("""printf '[site]\\nname = "probe"\\n' > /etc/callbox/callbox.toml
        /opt/callbox/current/.venv/bin/python -c "from pathlib import Path; from hw.messages import Message
from recorder.store.writer import CallStore
CallStore(Path('/var/lib/callbox')).raise_alarm('hum', '1', 0.0, Message('kept', 'kept'))"
        echo '# a new version' >> console/__init__.py""")
    box.says("./install.sh --no-start")
    second = box.release
    assert second != first
    assert len(list((FOLDER / "var/lib/callbox/backups").glob("before-*/calls.db"))) == 1
    assert "kept" in box.says("callbox alarms --all")

    box.says("echo 'broken =' >> pyproject.toml")
    assert box.run("./install.sh --no-start").returncode != 0
    assert box.release == second, "a version that cannot be set up does not become the current one"
    box.says("git checkout -q pyproject.toml")

    box.says("./install.sh --back --no-start")
    assert box.release == first
    assert "kept" in box.says("callbox alarms --all")

    box.says("./install.sh --uninstall")
    assert not (FOLDER / "opt/callbox").exists()
    assert not list((FOLDER / "etc/systemd/system").glob("callbox*"))
    assert (FOLDER / "var/lib/callbox/calls.db").exists()
    assert (FOLDER / "etc/callbox/callbox.toml").exists()

    assert box.run("./install.sh --uninstall --delete-recordings").returncode != 0, "nobody said DELETE"
    assert (FOLDER / "var/lib/callbox/calls.db").exists()
    box.says("./install.sh --uninstall --delete-recordings", CALLBOX_DELETE="DELETE")
    assert not (FOLDER / "var/lib/callbox").exists()
    assert "callbox" not in (FOLDER / "etc/passwd").read_text()
