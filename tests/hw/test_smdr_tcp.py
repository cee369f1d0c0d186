"""Call records over TCP: what connections do that serial ports do not. The common ground is in tests/contracts."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from hw.errors import DeviceError
from hw.smdr_tcp import TcpClientWire, TcpServerWire


@pytest.fixture
def listening() -> Iterator[TcpServerWire]:
    wire = TcpServerWire("127.0.0.1", 0)
    wire.open()
    yield wire
    wire.close()


def wait_for(read: Callable[[], bytes], wanted: bytes) -> bytes:
    """What comes, until `wanted` is in it; the loopback needs a moment."""
    got = b""
    for _ in range(500):
        got += read()
        if wanted in got:
            break
        time.sleep(0.002)
    return got


def test_a_pbx_that_does_not_answer_is_a_device_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeviceError, match="does not answer") as caught:
        TcpClientWire("127.0.0.1", port).open()
    assert f"127.0.0.1:{port}" in caught.value.message.zh


def test_a_pbx_that_hangs_up_is_gone_and_can_be_called_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        wire = TcpClientWire(*server.getsockname())
        for _ in range(2):
            wire.open()
            pbx, _ = server.accept()
            pbx.sendall(b"one\r\n")
            assert wait_for(wire.read, b"\n") == b"one\r\n"
            pbx.close()
            with pytest.raises(DeviceError, match="closed the connection"):
                wait_for(wire.read, b"never")
        wire.close()


def test_a_port_that_is_taken_is_a_device_error(listening: TcpServerWire) -> None:
    with pytest.raises(DeviceError, match="the port is taken"):
        TcpServerWire("127.0.0.1", listening.port).open()


def test_a_pbx_that_calls_again_is_heard_and_half_a_line_ends_with_its_call(listening: TcpServerWire) -> None:
    assert listening.read() == b""
    with socket.create_connection(("127.0.0.1", listening.port)) as pbx:
        pbx.sendall(b"half a li")
        assert wait_for(listening.read, b"li") == b"half a li"
    assert wait_for(listening.read, b"\n") == b"\n"
    with socket.create_connection(("127.0.0.1", listening.port)) as pbx:
        pbx.sendall(b"two\r\n")
        assert wait_for(listening.read, b"\n") == b"two\r\n"


def test_the_newest_caller_counts(listening: TcpServerWire) -> None:
    with socket.create_connection(("127.0.0.1", listening.port)) as old:
        old.sendall(b"old\n")
        assert wait_for(listening.read, b"\n") == b"old\n"
        with socket.create_connection(("127.0.0.1", listening.port)) as new:
            new.sendall(b"new\n")
            assert wait_for(listening.read, b"\n") == b"new\n"
            assert old.recv(1) == b""  # hung up
