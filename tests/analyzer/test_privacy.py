"""Nothing leaves the box: onnxruntime's telemetry, on by default in its Linux wheels, stays off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOAD = "import {module}; from analyzer.emotion.model import EmotionModel; EmotionModel.load()"


def test_loading_a_model_starts_no_telemetry(tmp_path: Path) -> None:
    # A bare environment: onnxruntime itself holds its telemetry back where it sees signs of a test run. With telemetry on it leaves
    # a device id and a queue of events under the home folder.
    for module in ("analyzer.emotion.model", "analyzer.pipeline"):
        environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-c", LOAD.format(module=module)], check=True, env=environment)
    assert list(tmp_path.rglob("*")) == []
