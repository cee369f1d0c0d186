"""The service: settings checked, one at a time, a missing model told, a stop heeded."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.analyzer.recordings import Recordings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "callbox.toml"
    path.write_text(f'[store]\npath = "{tmp_path}/store"\n[analysis]\nmodels = "{tmp_path}/no models"\npoll_s = 0.1\n')
    return path


def _run(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analyzer", "--config", str(config), *arguments]
    environment = {**os.environ, "CALLBOX_LANG": "en"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_settings_are_checked_and_shown(config: Path) -> None:
    assert _run(config, "--check-config").returncode == 0
    assert "poll_s = 0.1  # default: 2.0" in _run(config, "--show-config").stdout
    config.write_text("[analysis]\nbeem = 5\n")
    wrong = _run(config, "--check-config")
    assert wrong.returncode == 2 and "beam" in wrong.stderr


def test_a_missing_model_is_told_without_a_traceback(config: Path) -> None:
    if Path("/var/lib/callbox/models/whisper-base").exists():
        pytest.skip("the model is installed for the whole machine")
    ended = _run(config, "--until-idle")
    assert ended.returncode == 1
    assert "callbox models install whisper-base" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_two_analyzers_do_not_share_a_store(config: Path) -> None:
    store = config.parent / "store"
    store.mkdir()
    with (store / "analyzer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = _run(config, "--until-idle")
    assert ended.returncode == 1
    assert "Another analyzer" in ended.stderr


@pytest.mark.model
def test_it_analyses_what_there_is_and_stops_when_told(config: Path) -> None:
    store = config.parent / "store"
    recordings = Recordings(store)
    recordings.add()
    config.write_text(f'[store]\npath = "{store}"\n[analysis]\npoll_s = 0.1\n')
    ended = _run(config, "--until-idle")
    assert ended.returncode == 0, ended.stderr
    assert "1 s analysed" in ended.stderr
    command = [sys.executable, "-m", "analyzer", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        for line in service.stderr:
            if "analysing the calls" in line:
                break
        time.sleep(0.3)
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == 0
    recordings.close()
