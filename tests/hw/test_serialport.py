"""Why a serial port cannot be opened, in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import serial

from hw.errors import DeviceError
from hw.serialport import open_port
from hw.simulated.pty import Pty


def refused(path: Path | str) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        open_port(str(path), 9600)
    assert str(path) in caught.value.message.en
    assert str(path) in caught.value.message.zh
    return caught.value


def test_no_such_port(tmp_path: Path) -> None:
    assert "no serial port" in str(refused(tmp_path / "ttyUSB9"))


def test_a_port_in_use(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "port")
    first = open_port(str(tmp_path / "port"), 9600)
    assert "in use" in str(refused(tmp_path / "port"))
    first.close()
    open_port(str(tmp_path / "port"), 9600).close()
    pty.close()


def test_a_file_that_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be used" in str(refused(tmp_path / "file"))
    assert "cannot be used" in str(refused(tmp_path))


def test_a_port_that_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(*_: object, **__: object) -> None:
        raise serial.SerialException(13, "could not open port: Permission denied")

    monkeypatch.setattr(serial, "Serial", forbid)
    (tmp_path / "port").write_text("")
    error = refused(tmp_path / "port")
    assert "dialout" in error.message.en
    assert "dialout" in error.message.zh


def test_every_frame_format_opens(tmp_path: Path) -> None:
    for form in ("8N1", "7E2", "7E1", "7O1", "8N2", "8E1"):
        pty = Pty(tmp_path / "port")
        open_port(str(tmp_path / "port"), 1200, form).close()
        pty.close()
    assert os.listdir(tmp_path) == []  # noqa: PTH208
