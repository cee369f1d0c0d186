"""The ALSA configuration and the device tree overlay of the tap board."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ASOUND = Path(__file__).parents[2] / "hw" / "asound"

READ = """
import sys, alsaaudio
pcm = alsaaudio.PCM(alsaaudio.PCM_CAPTURE, alsaaudio.PCM_NORMAL, device="callbox_tap", rate=48000, channels=8,
                    format=alsaaudio.PCM_FORMAT_S16_LE, periodsize=480)
length, data = pcm.read()
sys.stdout.buffer.write(data)
"""


def capture(folder: Path, card: str) -> np.ndarray:
    """480 frames through the shipped configuration, the bridge's card replaced by a stand-in."""
    text, shipped = (ASOUND / "callbox-tap.conf").read_text("utf-8"), "    type hw\n    card TAP\n"
    assert shipped in text
    (folder / "alsa.conf").write_text("pcm.null { type null }\n" + text.replace(shipped, card), "utf-8")
    environment = {"ALSA_CONFIG_PATH": str(folder / "alsa.conf")}
    ran = subprocess.run([sys.executable, "-c", READ], capture_output=True, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    heard = np.frombuffer(ran.stdout, "<i2").reshape(-1, 8)
    assert len(heard) == 480
    return heard


def test_eight_lines_come_through_the_shipped_configuration(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-(2**15), 2**15, (4800, 8)).astype("<i4") << 16
    (tmp_path / "slots.raw").write_bytes(samples.tobytes())
    file = f'    type file\n    slave.pcm null\n    file /dev/null\n    infile "{tmp_path}/slots.raw"\n    format raw\n'
    assert np.array_equal(capture(tmp_path, file), (samples[:480] >> 16).astype(np.int16))


def test_a_bridge_that_has_24_channels_and_no_fewer_is_taken(tmp_path: Path) -> None:
    """Three silent cards of eight joined: nothing but 24 channels can be had of them."""
    card = "    type multi\n" + "".join(f"    slaves.s{number} {{ pcm null channels 8 }}\n" for number in range(3))
    card += "".join(f"    bindings.{channel} {{ slave s{channel // 8} channel {channel % 8} }}\n" for channel in range(24))
    assert not capture(tmp_path, card).any()


def test_the_overlay_compiles(tmp_path: Path) -> None:
    if shutil.which("dtc") is None:
        pytest.skip("dtc is not installed (apt-get install device-tree-compiler)")
    out = tmp_path / "tap.dtbo"
    command = ["dtc", "-@", "-I", "dts", "-O", "dtb", "-o", str(out), str(ASOUND / "callbox-tap-overlay.dts")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert out.read_bytes()[:4] == b"\xd0\x0d\xfe\xed"
