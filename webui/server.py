"""gunicorn, started from Python, so that a busy port is told in words before anything runs."""

from __future__ import annotations

import errno
import functools
import socket
import ssl
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config

from hw.messages import UserError
from quality.access.certificate import Pair
from quality.readers import keep_readers
from recorder.settings.sections import Web
from webui.memory import give_back_early, share
from webui.warming import warm

THREADS = 8  # requests a worker answers at once: a slow download must not hold up the pages
KEEPALIVE_S = 5
RENEW_AFTER = 200_000
"""Requests after which a worker is forked anew: a guard against what a library may lose over months, no more, for memory is given
back at once (webui.memory). It cuts off who hears a line live at that moment, and every open live wall asks once a second: with
twenty of them a worker of two reaches this in five and a half hours, with one or two in days."""


def check_port(web: Web) -> None:
    """Raises UserError when the page cannot be served at the set address."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            raise _unusable(web, error) from error


def _unusable(web: Web, error: OSError) -> UserError:
    where = f"{web.host}:{web.port}"
    if error.errno == errno.EADDRINUSE:
        return UserError(
            f"Port {web.port} is in use by another program. Stop it (ss -ltnp shows which), or set another port: [web] port = …",
            f"端口 {web.port} 已被其他程序占用。请停止该程序（用 ss -ltnp 查看），或改用其他端口：[web] port = …",
        )
    if error.errno == errno.EACCES:
        return UserError(
            f"This user may not use port {web.port}. Choose a port from 1024 up: [web] port = …",
            f"当前用户无权使用端口 {web.port}。请选择 1024 及以上的端口：[web] port = …",
        )
    return UserError(
        f"The web page cannot be served at {where} ({error.strerror or error}). Check [web] host.",
        f"无法在 {where} 提供网页服务（{error.strerror or error}）。请检查 [web] host。",
    )


def _context(config: Config, _default: object) -> ssl.SSLContext:
    """TLS 1.2 and later with the libraries' choice of ciphers; the files are read again when they were renewed."""
    files = Path(config.certfile), Path(config.keyfile)
    return _loaded(*map(str, files), *(path.stat().st_mtime_ns for path in files))


@functools.lru_cache(maxsize=2)
def _loaded(certificate: str, key: str, *_written: int) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with its options given here and nowhere else: no command line, no environment."""

    def __init__(self, app: Flask, web: Web, pair: Pair | None = None) -> None:
        """pair: serve by TLS with these files."""
        self._app = app
        self._web = web
        self._pair = pair
        give_back_early()
        super().__init__()

    def load_config(self) -> None:
        """Called by gunicorn."""
        host = f"[{self._web.host}]" if ":" in self._web.host else self._web.host
        options = {
            "bind": f"{host}:{self._web.port}",
            "workers": self._web.workers,
            "worker_class": "webui.safety.worker.PatientWorker",
            "threads": THREADS,
            "keepalive": KEEPALIVE_S,
            "max_requests": RENEW_AFTER,
            "max_requests_jitter": RENEW_AFTER // 10,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "callbox-webui",
            "control_socket_disable": True,
            "pre_fork": lambda _arbiter, _worker: self._before_fork(),
            "post_fork": lambda _arbiter, _worker: keep_readers(),
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "limit_request_field_size": 8190,
            # Proxies are not believed: nobody may say which address they come from.
            "forwarded_allow_ips": "",
            **(self._tls(self._pair) if self._pair else {}),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def _tls(self, pair: Pair) -> dict[str, object]:
        # In the worker's thread, not in the loop that accepts: a handshake that never comes would stop everybody.
        options = {"certfile": str(pair.certificate), "keyfile": str(pair.key), "do_handshake_on_connect": False}
        return {**options, "ssl_context": _context}

    def _before_fork(self) -> None:
        """What is read here all workers share, memory and time."""
        warm(self._app)
        share()

    def load(self) -> Flask:
        """Called by gunicorn in each worker."""
        return self._app
