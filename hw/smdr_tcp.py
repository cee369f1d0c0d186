"""Call records over the LAN: the box calls the PBX (Mitel, TCP 1752), or waits for the PBX to call (Avaya and others push)."""

from __future__ import annotations

import contextlib
import errno
import socket

from hw.errors import DeviceError

CONNECT_S = 3.0
"""Seconds a connection may take; the recorder waits for it, its audio does not."""

CHUNK = 65_536


class TcpClientWire:
    """A connection to a PBX that is the server."""

    def __init__(self, host: str, port: int, connect_s: float = CONNECT_S) -> None:
        self.name = f"{host}:{port}"
        self._address = (host, port)
        self._connect_s = connect_s
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Connect. Raises DeviceError."""
        self.close()
        try:
            self._socket = socket.create_connection(self._address, self._connect_s)
        except OSError as error:
            raise DeviceError(
                f"The PBX does not answer at {self.name} ({error}). Is its SMDR output on, and is the port right?",
                f"PBX 在 {self.name} 没有应答({error})。话单(SMDR)输出是否开启?端口是否正确?",
            ) from error
        _keep_alive(self._socket)

    def read(self) -> bytes:
        """What has arrived; never waits. Raises DeviceError when the PBX has hung up."""
        if self._socket is None:
            return b""
        data = _received(self._socket)
        if data is None:
            raise DeviceError(f"The PBX at {self.name} closed the connection.", f"PBX {self.name} 关闭了连接。")
        return data

    def close(self) -> None:
        """Hang up; twice does no harm."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class TcpServerWire:
    """A port of the box on which PBXs that push their records call. The newest connection counts: a PBX that was restarted does
    not say goodbye. host: the box's address to listen on, "" for all."""

    def __init__(self, host: str, port: int) -> None:
        self.name = f"{host or '*'}:{port}"
        self._address = (host, port)
        self._server: socket.socket | None = None
        self._caller: socket.socket | None = None

    @property
    def port(self) -> int:
        """The TCP port that is listened on; 0 while there is none."""
        return int(self._server.getsockname()[1]) if self._server else 0

    def open(self) -> None:
        """Listen. Raises DeviceError."""
        self.close()
        try:
            self._server = socket.create_server(self._address)
        except OSError as error:
            why = "the port is taken" if error.errno == errno.EADDRINUSE else str(error)
            raise DeviceError(
                f"Cannot wait for call records on {self.name}: {why}. Choose another tcp_port in callbox.toml and in the PBX.",
                f"无法在 {self.name} 上等待话单:{why}。请在 callbox.toml 和 PBX 中换一个 tcp_port。",
            ) from error
        self._server.setblocking(False)

    def read(self) -> bytes:
        """What has arrived; never waits. A PBX that is not connected, or has hung up, sends nothing."""
        if self._server is None:
            return b""
        self._answer(self._server)
        if self._caller is None:
            return b""
        data = _received(self._caller)
        if data is None:
            self._hang_up()
            return b"\n"  # what it sent last is whole, or never will be
        return data

    def close(self) -> None:
        """Stop listening; twice does no harm."""
        self._hang_up()
        if self._server is not None:
            self._server.close()
            self._server = None

    def _answer(self, server: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            caller, _ = server.accept()
            self._hang_up()
            _keep_alive(caller)
            self._caller = caller

    def _hang_up(self) -> None:
        if self._caller is not None:
            self._caller.close()
            self._caller = None


def _keep_alive(connection: socket.socket) -> None:
    """Never wait in reading, and notice within minutes that the other end has lost its power."""
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _received(connection: socket.socket) -> bytes | None:
    """What has arrived; None when the other end is gone."""
    try:
        return connection.recv(CHUNK) or None
    except BlockingIOError:
        return b""
    except OSError:
        return None
