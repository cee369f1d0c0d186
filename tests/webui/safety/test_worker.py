"""Connections that never finish what they ask hold no thread."""

from __future__ import annotations

import socket
import threading
import time

from webui.safety.worker import HEAD_S, PatientWorker


class Connection:
    def __init__(self) -> None:
        self.ours, self.sock = socket.socketpair()


def worker() -> PatientWorker:
    made = PatientWorker.__new__(PatientWorker)  # gunicorn's own making wants a whole arbiter
    made._heads, made._heads_lock = {}, threading.Lock()
    return made


def test_only_a_head_that_takes_too_long_is_late() -> None:
    waiting, slow, now = Connection(), Connection(), time.monotonic()
    patient = worker()
    patient._heads = {1: (waiting, now), 2: (slow, now - HEAD_S - 1)}
    assert patient._late(now) == [slow]
    patient._has_come(slow)
    assert patient._late(now + 1) == [slow]  # known by its own id alone
    patient._heads = {id(slow): (slow, now - HEAD_S - 1)}
    patient._has_come(slow)
    assert patient._late(now) == []
