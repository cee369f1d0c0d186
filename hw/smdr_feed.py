"""The wire that settings name, whatever it is made of."""

from __future__ import annotations

from hw.smdr import SerialWire, Wire
from hw.smdr_tcp import TcpClientWire, TcpServerWire


def wire_of(transport: str, *, port: str, baud: int, form: str, host: str, tcp_port: int) -> Wire:
    """transport: "serial", "tcp" (the box calls the PBX) or "tcp_listen" (the PBX calls the box); the rest as in [call_records]."""
    if transport == "serial":
        return SerialWire(port, baud, form)
    return (TcpClientWire if transport == "tcp" else TcpServerWire)(host, tcp_port)
