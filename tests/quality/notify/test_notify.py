"""Alarms out of the box, to real servers on loopback: each once, in order, and nowhere but the LAN."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from hw.messages import Message, UserError
from quality.notify.rounds import PATIENCE_S, tell
from quality.notify.senders import News, check_local, senders
from recorder.settings.sections import Notify, Settings, Site, Store
from recorder.store.writer import CallStore


@pytest.fixture
def store(tmp_path: Path) -> CallStore:
    store = CallStore(tmp_path / "store")
    store.raise_alarm("one_sided", "1", 500.0, Message("long ago", "很久以前"))
    store.clear_alarm("one_sided", "1", 600.0)
    store.raise_alarm("device_gone", "tap", 1000.0, Message("no card", "没有声卡"))
    store.raise_alarm("hum", "3", 1001.0, Message("agent -40 dBFS", "座席 -40 dBFS"))
    return store


def settings(store: CallStore, **notify: object) -> Settings:
    return Settings(site=Site(name="云帆", language="en"), store=Store(str(store.store)), notify=Notify(**notify))  # type: ignore[arg-type]


class Inbox:
    """Takes news; `broken` lets it refuse."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bool]] = []
        self.broken = False

    def __call__(self, news: News) -> None:
        if self.broken:
            raise OSError("no route to host")
        self.got.append((news.alarm.kind, news.over))


def test_each_is_told_once_and_that_it_is_over(store: CallStore) -> None:
    inbox, box = Inbox(), settings(store, severity="warning")
    assert tell(box, {"webhook": inbox}, 1010.0).told == {"webhook": 2}
    assert tell(box, {"webhook": inbox}, 1020.0).told == {"webhook": 0}
    store.clear_alarm("device_gone", "tap", 1025.0)
    tell(box, {"webhook": inbox}, 1030.0)
    assert inbox.got == [("device_gone", False), ("hum", False), ("device_gone", True)]


def test_only_what_is_bad_enough(store: CallStore) -> None:
    inbox = Inbox()
    tell(settings(store), {"webhook": inbox}, 1010.0)
    assert inbox.got == [("device_gone", False)]


def test_a_server_that_was_down_gets_it_later_and_in_order(store: CallStore) -> None:
    inbox, other, box = Inbox(), Inbox(), settings(store, severity="warning")
    inbox.broken = True
    done = tell(box, {"webhook": inbox, "syslog": other}, 1010.0)
    assert (done.failed, len(other.got)) == ({"webhook": "no route to host"}, 2)
    inbox.broken = False
    tell(box, {"webhook": inbox, "syslog": other}, 1020.0)
    assert inbox.got == other.got == [("device_gone", False), ("hum", False)]


def test_what_is_a_day_old_is_told_no_more(store: CallStore) -> None:
    inbox, box = Inbox(), settings(store, severity="warning")
    inbox.broken = True
    tell(box, {"webhook": inbox}, 1010.0)
    inbox.broken = False
    assert tell(box, {"webhook": inbox}, 1002.0 + PATIENCE_S).told == {"webhook": 0}


@contextmanager
def http_server(status: int = 204, location: str = "") -> Iterator[tuple[int, list[bytes]]]:
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, got
    finally:
        server.shutdown()
        server.server_close()


def test_a_webhook_gets_json(store: CallStore) -> None:
    with http_server() as (port, got):
        box = settings(store, webhook=f"http://127.0.0.1:{port}/alarms")
        assert tell(box, senders(box.notify), 1010.0).told == {"webhook": 1}
    document = json.loads(got[0])
    named = [document[name] for name in ("site", "kind", "severity", "subject")]
    assert named == ["云帆", "device_gone", "critical", "tap"]
    assert document["raised_at"].startswith("1970-01-01T00:16:40") and document["what_to_do"]


def test_a_redirect_out_of_the_lan_is_not_followed(store: CallStore) -> None:
    with http_server(302, "http://198.51.100.1/") as (port, got):
        box = settings(store, webhook=f"http://127.0.0.1:{port}/")
        assert "webhook" in tell(box, senders(box.notify), 1010.0).failed
    assert len(got) == 1


def test_a_mail(store: CallStore) -> None:
    with smtp_server() as (port, got):
        box = settings(store, smtp_host="127.0.0.1", smtp_port=port, mail_from="box@lan", mail_to=("it@lan", "boss@lan"))
        assert tell(box, senders(box.notify), 1010.0).told == {"mail": 1}
    text = "\n".join(got)
    assert "RCPT TO:<it@lan>" in text.replace("rcpt", "RCPT").replace("to:", "TO:") and "boss@lan" in text
    assert "Subject:" in text


@contextmanager
def smtp_server() -> Iterator[tuple[int, list[str]]]:
    """Says yes to everything, as RFC 5321 has it."""
    got: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 lan\r\n")
            data = False
            for raw in self.rfile:
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                got.append(line)
                if data and line != ".":
                    continue
                data = line.upper() == "DATA"
                self.wfile.write(b"354 go on\r\n" if data else b"221 bye\r\n" if line.upper() == "QUIT" else b"250 ok\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], got
    finally:
        server.shutdown()
        server.server_close()


def test_a_syslog_line_as_the_rfc_has_it(store: CallStore) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(5)
        box = settings(store, syslog_host="127.0.0.1", syslog_port=port.getsockname()[1])
        tell(box, senders(box.notify), 1010.0)
        line = port.recv(4096).decode()
    assert line.startswith("<130>1 ") and " callbox - device_gone - " in line and "tap" in line


@pytest.mark.parametrize("host", ["8.8.8.8", "2001:4860:4860::8888"])
def test_nothing_is_sent_out_of_the_lan(host: str) -> None:
    with pytest.raises(UserError, match="outside the LAN"):
        check_local(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.9", "10.1.2.3", "fd00::1"])
def test_the_lan_is_fine(host: str) -> None:
    check_local(host)
