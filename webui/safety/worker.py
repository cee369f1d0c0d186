"""gunicorn's threaded worker, with an end to patience: whoever sends a request byte by byte would hold a thread for ever, and a few
such hold all of them (slow loris)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEAD_S = 10.0
"""Seconds in which a request's line and headers, and TLS before them, have to be there."""
STALL_S = 60.0
"""Seconds in which a body, or an answer that is fetched, has to move."""


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Closes connections whose head takes too long, or that stand still."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._heads: dict[int, tuple[Any, float]] = {}
        self._heads_lock = threading.Lock()

    def init_process(self) -> None:
        """Called by gunicorn in the worker."""
        threading.Thread(target=self._watch, name="patience", daemon=True).start()
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Called by gunicorn in a thread for each request; an idle connection waits elsewhere."""
        with self._heads_lock:
            self._heads[id(conn)] = (conn, time.monotonic())
        try:
            return super().handle(conn)
        finally:
            self._has_come(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Called when the head has come."""
        self._has_come(conn)
        conn.sock.settimeout(STALL_S)
        return super().handle_request(req, conn)

    def _has_come(self, conn: Any) -> None:
        with self._heads_lock:
            self._heads.pop(id(conn), None)

    def _watch(self) -> None:
        while True:
            time.sleep(1.0)
            for conn in self._late(time.monotonic()):
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)

    def _late(self, now: float) -> list[Any]:
        with self._heads_lock:
            return [conn for conn, since in self._heads.values() if now - since > HEAD_S]
