"""A small store with everything the chain knows: calls, parts with files, gaps, a late number, a deletion."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

from recorder.evidence.headfiles import heads_of, write_head
from recorder.evidence.keys import load_or_make
from recorder.evidence.problems import Problem
from recorder.evidence.verify import Scope, Seen, verify
from recorder.retention.deleting import bury, finish
from recorder.store.calls import Call, Gap, Part
from recorder.store.writer import CallStore, make_folder

START = 1_795_305_600.0  # 2026-11-22T00:00:00Z
HOUR = 3600.0


class Clock:
    """The recorder's clock, set by hand."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def open_shelf(folder: Path, clock: Clock, *, signed: bool = True) -> CallStore:
    store = CallStore(folder)
    store.chain.now = clock
    if signed:
        sign(store)
    return store


def sign(store: CallStore) -> None:
    with store.writing():
        store.chain.sign_with(load_or_make(store.store, make_folder))


def record(store: CallStore, name: str, at: float, parts: int = 1, **facts: object) -> Call:
    """A call of `parts` parts, closed."""
    call = Call(name, "1", "pair", "zh", "in", "recording", at, extension="801")
    call = dataclasses.replace(call, **facts)  # type: ignore[arg-type]
    store.start_call(call, None)
    for seq in range(1, parts + 1):
        audio = hashlib.sha256(f"{name}{seq}".encode()).digest() * 20
        path = store.store / "audio" / "2026" / "11" / "22" / f"{name}-{seq}.flac"
        make_folder(path.parent)
        path.write_bytes(audio)
        relative, digest = str(path.relative_to(store.store)), hashlib.sha256(audio).hexdigest()
        store.close_part(Part(f"{name}-{seq}", name, seq, relative, at, 8000, 2, "closed", 80_000, len(audio), digest))
    store.end_call(name, at + 10.0, 10.0, "customer")
    store.close_call(name)
    return call


def fill(folder: Path) -> None:
    """Two days: three calls of four parts, two gaps, a number learned late, one call deleted."""
    clock = Clock()
    store = open_shelf(folder, clock)
    record(store, "a", START + 10)
    store.add_gap(Gap("2", START + 50, 800, "device_lost"))
    clock.now += 30 * HOUR
    record(store, "b", clock.now, parts=2)
    store.add_gap(Gap("1", clock.now + 5, 80, "overrun", "b", "b-1", 40_000))
    store.fill_call("b", {"caller_number": "13800138000"})
    record(store, "c", clock.now + 60)
    with store.writing() as db:
        pause = {"id": "p", "line": "1", "call_id": "c", "at": "2026-11-23T06:01:00.000Z", "by": "ann", "reason": "card"}
        db.table("pauses").insert({**pause, "frames": 800, "ended": "resumed", "ended_by": "ann"})
    bury(store, "a", "age", "older than 1 day", "retention", clock.now + 120)
    finish(store)
    for head in heads_of(store.connection):
        write_head(store.store, head)
    store.close()


def problems(folder: Path, scope: Scope | None = None, seen: Seen | None = None) -> list[Problem]:
    return list(verify(folder, scope or Scope(), seen or Seen()))


def named(folder: Path, scope: Scope | None = None) -> list[tuple[str, str, str]]:
    return [(problem.kind, problem.table, problem.id) for problem in problems(folder, scope)]
