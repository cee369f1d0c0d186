"""The simulated null-modem cable."""

from __future__ import annotations

from pathlib import Path

import serial

from hw.simulated.nullmodem import NullModem


def test_what_goes_in_at_one_end_comes_out_at_the_other(tmp_path: Path) -> None:
    cable = NullModem(tmp_path / "one", tmp_path / "other")
    cable.start()
    with serial.Serial(str(tmp_path / "one"), timeout=5) as one, serial.Serial(str(tmp_path / "other"), timeout=5) as other:
        one.write(b"to the box")
        assert other.read(10) == b"to the box"
        other.write(b"to the laptop")
        assert one.read(13) == b"to the laptop"
    cable.stop()
    assert not (tmp_path / "one").exists()
