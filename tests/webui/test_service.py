"""The service as its operator meets it: starting, a busy port, bad settings, and what it must never load."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hw.messages import UserError
from recorder.settings.sections import Web
from webui.server import check_port


def run(*arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CALLBOX_LANG": language}
    command = [sys.executable, "-m", "webui", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def config(folder: Path, port: int, host: str = "127.0.0.1") -> Path:
    path = folder / "callbox.toml"
    path.write_text(f'[store]\npath = "{folder}"\n[web]\nhost = "{host}"\nport = {port}\nworkers = 1\n', "utf-8")
    return path


@pytest.mark.parametrize(("language", "words"), [("en", "is in use by another program"), ("zh", "已被其他程序占用")])
def test_a_busy_port_is_told_before_anything_starts(tmp_path: Path, language: str, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        ended = run("--config", str(config(tmp_path, port)), language=language)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert str(port) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_address_that_is_not_this_boxs_is_told() -> None:
    with pytest.raises(UserError, match=r"203\.0\.113\.1:8080.*\[web\] host"):
        check_port(Web(host="203.0.113.1"))


def test_a_store_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file, not a folder")
    path = tmp_path / "callbox.toml"
    path.write_text(f'[store]\npath = "{tmp_path}/store"\n[web]\nhost = "127.0.0.1"\nport = {free_port()}\n', "utf-8")
    ended = run("--config", str(path))
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "store" in ended.stderr


def test_check_and_show_config(tmp_path: Path) -> None:
    path = config(tmp_path, 8123)
    assert run("--config", str(path), "--check-config").returncode == 0
    shown = run("--config", str(path), "--show-config")
    assert "port = 8123  # default: 8080" in shown.stdout
    path.write_text("[web]\nprot = 1\n", "utf-8")
    wrong = run("--config", str(path), "--check-config")
    assert wrong.returncode == 2
    assert "port" in wrong.stderr


def test_it_starts_answers_and_stops(tmp_path: Path) -> None:
    from tests.browser.conftest import wait_until_up  # noqa: PLC0415  Playwright is only needed where it is used

    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "webui", "--config", str(config(tmp_path, port))])
    try:
        wait_until_up(f"http://127.0.0.1:{port}", server)
    finally:
        server.send_signal(signal.SIGTERM)
    assert server.wait(20) == 0


def test_the_web_service_loads_no_recogniser() -> None:
    script = (
        "import sys, webui.__main__, webui.app\n"
        "print([name for name in ('vosk', 'ctranslate2', 'faster_whisper', 'onnxruntime') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "[]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
