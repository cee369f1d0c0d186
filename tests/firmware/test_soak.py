"""Thousands of events on eight disturbed lines, through the firmware under MicroPython: none lost, none made up, none late."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.firmware.test_micropython import node
from tests.firmware.traffic import Traffic, write_traffic

LATEST_MS = 60
"""From the first touch of the hook's contacts to the frame that tells of it."""

AWAY_MS = {"ring_start": 200, "ring_stop": 200}
"""By how much the told moment may differ from the true one: a ring is dated by its first and its last swing, and a spike beside it
may pass for one. Everything else: HOOK_MS."""

HOOK_MS = 60

Told = tuple[int, int, int, str]
"""When it was sent, when it is said to have happened, input, kind."""


def soak(path: Path, events: int, seed: int) -> tuple[Traffic, list[Told]]:
    traffic = write_traffic(path, 8, events, seed)
    lines = node("drive_soak.py", path).splitlines()
    assert lines[-1] == "micropython 0"
    told = [(int(sent), int(at), int(sense), kind) for sent, at, sense, kind in (line.split() for line in lines[:-1])]
    return traffic, told


Pair = tuple[int, int, str]
"""The true moment, that of sending, kind."""


def match(want: list[tuple[int, str]], got: list[tuple[int, int, str]]) -> tuple[list[Pair], int, int]:
    """Pairs in order, how many of `want` were not told, how many of `got` did not happen."""
    pairs, lost, rest = [], 0, list(got)
    for at, kind in want:
        away = AWAY_MS.get(kind, HOOK_MS)
        near = [place for place, (_, said, what) in enumerate(rest[:4]) if what == kind and abs(said - at) <= away]
        if near:
            pairs.append((at, rest[near[0]][0], kind))
            del rest[near[0]]
        else:
            lost += 1
    return pairs, lost, len(rest)


def judge(traffic: Traffic, told: list[Told]) -> dict[str, object]:
    """What was told against what happened, line by line."""
    pairs, lost, invented = [], 0, 0
    for sense in range(8):
        want = [(at, kind) for at, where, kind in traffic.events if where == sense]
        here = match(want, [(sent, at, kind) for sent, at, where, kind in told if where == sense])
        pairs, lost, invented = pairs + here[0], lost + here[1], invented + here[2]
    delays = sorted(sent - at for at, sent, kind in pairs if kind == "off_hook")
    return {
        "events": len(traffic.events), "lost": lost, "invented": invented, "off_hooks": len(delays),
        "off_hook_median_ms": delays[len(delays) // 2], "off_hook_worst_ms": delays[-1], "simulated_s": traffic.rounds // 200,
    }  # fmt: skip


def check(path: Path, events: int, seed: int, report: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    verdict = judge(*soak(path, events, seed))
    with report.disabled():
        print("\n" + json.dumps({**verdict, "seed": seed, "seconds": round(time.monotonic() - began, 1)}))  # noqa: T201
    assert verdict["events"] >= events
    assert (verdict["lost"], verdict["invented"]) == (0, 0), verdict
    assert verdict["off_hook_worst_ms"] <= LATEST_MS, verdict


def test_a_thousand_events(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    check(tmp_path / "volts", 1000, 7, capfd)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_events(tmp_path: Path, capfd: pytest.CaptureFixture[str], seed: int) -> None:
    check(tmp_path / "volts", 10_000, seed, capfd)
