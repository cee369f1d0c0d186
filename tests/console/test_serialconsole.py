"""The serial console over a real pseudo terminal and the simulated cable, used as a technician would."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from console.technician.pin import set_pin
from hw.simulated.nullmodem import NullModem
from recorder.settings.sections import SerialConsole, Settings, Store
from tests.console.command import environment, written
from tests.quality.factory import fill

PROMPT = b"callbox> "
PIN = "471102"


@contextmanager
def plugged(tmp_path: Path) -> Iterator[Path]:
    """A cable from the box's port to the technician's, whose path is given."""
    cable = NullModem(tmp_path / "box", tmp_path / "laptop")
    cable.start()
    try:
        yield tmp_path / "laptop"
    finally:
        cable.stop()


@pytest.fixture
def baud() -> int:
    """Bits per second. A pseudo terminal carries any speed; what is tried is that both ends take the setting."""
    return 115200


@pytest.fixture
def service(tmp_path: Path, baud: int) -> Iterator[subprocess.Popen[str]]:
    """`callbox console` on the box's end of the cable, which is not plugged in yet."""
    (tmp_path / "store").mkdir()
    fill(tmp_path / "store", 20)
    set_pin(tmp_path / "store", PIN)
    settings = Settings(store=Store(str(tmp_path / "store")), console=SerialConsole(str(tmp_path / "box"), baud))
    config = written(settings, tmp_path)
    command = [sys.executable, "-m", "console", "console", "--config", str(config)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
    yield running
    running.terminate()
    running.communicate(timeout=30)


class Technician:
    """Somebody at a serial terminal."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def hear(self, prompt: bytes = PROMPT) -> str:
        """Everything up to the next prompt."""
        heard = self._port.read_until(prompt)
        assert heard.endswith(prompt), heard
        return bytes(heard).decode()

    def ask(self, command: str, prompt: bytes = PROMPT) -> str:
        """Type a command; the answer, with the echo, up to the prompt that comes then."""
        self._port.write(command.encode() + b"\r")
        return self.hear(prompt)


def stopped(status: str) -> bool:
    """Whether the status says that the recorder does not run."""
    return re.search(r"^recorder +NOT RUNNING\r$", status, re.MULTILINE) is not None


@contextmanager
def technician(laptop: Path, baud: int = 115200) -> Iterator[Technician]:
    """Plug in the laptop and press return until the box answers."""
    with serial.Serial(str(laptop), baud, timeout=1, write_timeout=30) as port:
        for _ in range(60):
            port.write(b"\r")
            if PROMPT in port.read_until(PROMPT):
                break
        while port.read_until(PROMPT):
            pass  # one prompt more for each return that was pressed
        port.timeout = 30
        yield Technician(port)


def test_a_technician_asks_and_is_answered(service: subprocess.Popen[str], tmp_path: Path) -> None:
    with plugged(tmp_path) as laptop, technician(laptop) as person:
        status = person.ask("status")
        assert status.startswith("status\r\n") and stopped(status) and "recorded" in status
        assert "the recorder is not running" in person.ask("lines")
        assert "no alarms" in person.ask("alarms")
        assert "what is wrong now" in person.ask("help")
        assert "needs the PIN" in person.ask("reboot yes")
        assert "中文" in person.ask("lang zh")
        assert re.search("录音服务 +未运行", person.ask("STATUS"))
        assert "English" in person.ask("lang en")
    assert service.poll() is None


@pytest.mark.parametrize("baud", [9600, 115200])
def test_a_technician_logs_in_and_takes_a_support_file(service: subprocess.Popen[str], tmp_path: Path, baud: int) -> None:
    logged_in = b"callbox# "
    with plugged(tmp_path) as laptop, technician(laptop, baud) as person:
        assert "needs the PIN" in person.ask("bundle")
        person.ask("login", b"PIN: ")
        shown = person.ask(PIN, logged_in)
        assert "logged in" in shown and PIN not in shown and "******" in shown
        assert ".zip" in person.ask(f"bundle {tmp_path / 'support'}", logged_in)
        assert "recording stops meanwhile" in person.ask("reboot", logged_in)
        assert "callbox-act.service" in person.ask("reboot yes", logged_in), "there is no such service here"
        person.ask("logout")
        person.ask("login", b"PIN: ")
        assert "wrong PIN" in person.ask("000001")
    assert len(list((tmp_path / "support").glob("callbox-support-*.zip"))) == 1
    assert service.poll() is None


def test_noise_on_the_line_harms_nothing(service: subprocess.Popen[str], tmp_path: Path) -> None:
    noise = random.Random(5)
    with plugged(tmp_path) as laptop:
        with serial.Serial(str(laptop), 115200, timeout=0, write_timeout=60) as port:
            for _ in range(256):
                port.write(noise.randbytes(4096))  # 1 MiB in all
                port.read(1 << 16)  # the box answers a great deal of it; here it is not even looked at
        with technician(laptop) as person:
            # On a slow machine the last of the noise may still be being answered: a person asks again.
            assert any(stopped(person.ask("status")) for _ in range(5))
    assert service.poll() is None


def test_a_laptop_that_leaves_and_comes_back_goes_on(service: subprocess.Popen[str], tmp_path: Path) -> None:
    with plugged(tmp_path) as laptop:
        for _ in range(2):
            with technician(laptop) as person:
                assert "recorder" in person.ask("status")
    assert service.poll() is None


def test_a_cable_pulled_out_and_plugged_in_again_begins_a_new_session(service: subprocess.Popen[str], tmp_path: Path) -> None:
    with plugged(tmp_path) as laptop, technician(laptop) as person:
        assert "中文" in person.ask("lang zh")
    with plugged(tmp_path) as laptop, technician(laptop) as person:
        assert "NOT RUNNING" in person.ask("status")
    assert service.poll() is None
