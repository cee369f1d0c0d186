"""Office traffic as voltages: what happens on a line, when, and the voltage it makes, with noise, spikes, hum and bounce.

Everything is drawn from a seed. Times are milliseconds.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STEP_MS = 5
BOUNCE_MS = 8
"""A hook's contacts chatter this long at most before they rest."""

HUM_V, NOISE_V = 2.0, 0.25
"""50 Hz of both wires' difference, peak; noise, rms."""

SPIKE_CHANCE, SPIKE_V = 0.002, 160.0
"""Of each sample to be hit by a spike, which lasts one sample (5 ms, long for an impulse), and how high it may be."""

Millivolts = NDArray[np.int32]


@dataclass
class Line:
    """What is on one line: pieces of (from ms, level in volts or ring), and the events that are to be told of it."""

    feed: float
    talk: float
    ring_hz: float
    ring_rms: float
    pieces: list[tuple[int, str]] = field(default_factory=list)
    bounces: list[tuple[int, int]] = field(default_factory=list)
    events: list[tuple[int, str]] = field(default_factory=list)


def make_line(chance: random.Random, events: int) -> Line:
    """A line with at least so many events, each happening long enough after the one before to be one of its own."""
    sign = chance.choice([-1, 1])
    feed = sign * chance.uniform(44, 56)
    line = Line(feed, sign * chance.uniform(6.5, 11), chance.uniform(16.5, 24.5), chance.uniform(75, 90))
    line.pieces.append((0, "open"))
    line.events.append((0, "on_hook"))
    now = chance.randint(1500, 4000)
    while len(line.events) < events:
        now = chance.choice([_incoming, _incoming, _outgoing, _unanswered, _cut])(line, chance, now)
    return line


def _put(line: Line, at: int, what: str, kind: str = "") -> None:
    line.pieces.append((at, what))
    if kind:
        line.events.append((at, kind))


def _hook(line: Line, chance: random.Random, at: int, what: str, kind: str) -> None:
    line.bounces.append((at, chance.randint(0, BOUNCE_MS)))
    _put(line, at, what, kind)


def _bursts(line: Line, chance: random.Random, now: int, count: int) -> int:
    """Rings of a second, pauses shortened so that a test is not mostly silence; each burst is a start and a stop."""
    for _ in range(count):
        _put(line, now, "ring", "ring_start")
        now += 1000
        _put(line, now, "open", "ring_stop")
        now += chance.randint(600, 1500)
    return now


def _talk(line: Line, chance: random.Random, now: int) -> int:
    """From off-hook to on-hook, with what may happen between."""
    _hook(line, chance, now, "loop", "off_hook")
    now += chance.randint(400, 2500)
    for _ in range(chance.randint(0, 2)):
        what = chance.choice(["flash", "reversed"])
        if what == "flash":
            _hook(line, chance, now, "open", "flash")
            now += chance.randint(110, 600)
            _hook(line, chance, now, "loop", "")
        else:
            _put(line, now, "turn", "reversed")
        now += chance.randint(400, 2500)
    _hook(line, chance, now, "open", "on_hook")
    return now + chance.randint(1000, 3000)


def _incoming(line: Line, chance: random.Random, now: int) -> int:
    now = _bursts(line, chance, now, chance.randint(1, 2))
    if chance.random() < 0.4:  # answered in the middle of a ring
        _put(line, now, "ring", "ring_start")
        now += chance.randint(400, 900)
        line.events.append((now, "ring_stop"))
    return _talk(line, chance, now)


def _outgoing(line: Line, chance: random.Random, now: int) -> int:
    return _talk(line, chance, now)


def _unanswered(line: Line, chance: random.Random, now: int) -> int:
    return _bursts(line, chance, now, chance.randint(1, 3)) + 500


def _cut(line: Line, chance: random.Random, now: int) -> int:
    """The wires are pulled and put back."""
    if chance.random() < 0.8:
        return _outgoing(line, chance, now)
    _put(line, now, "dead", "no_line")
    now += chance.randint(1300, 2500)
    _hook(line, chance, now, "open", "on_hook")
    return now + chance.randint(500, 1500)


def voltages(line: Line, chance: np.random.Generator, rounds: int) -> Millivolts:
    """The line's samples, one every STEP_MS."""
    at = np.arange(rounds) * STEP_MS
    volts = _levels(line, at)
    for start, length in line.bounces:
        first, last = -(-start // STEP_MS), (start + length) // STEP_MS + 1
        for place in range(first, min(last, rounds)):
            if place * STEP_MS < start + length and chance.random() < 0.5:
                volts[place] = volts[first - 1]
    volts += HUM_V * np.sin(2 * np.pi * 50.02 * at / 1000 + chance.uniform(0, 6))
    volts += chance.normal(0, NOISE_V, rounds)
    _spikes(volts, chance)
    return np.clip(np.round(volts * 1000), -202_000, 202_000).astype(np.int32)


def _levels(line: Line, at: NDArray[np.int64]) -> NDArray[np.float64]:
    volts, sign = np.zeros(len(at)), 1.0
    level = {"open": line.feed, "loop": line.talk, "dead": 0.0}
    standing, ends = "open", [piece[0] for piece in line.pieces[1:]] + [int(at[-1]) + STEP_MS]
    for (start, what), end in zip(line.pieces, ends, strict=True):
        sign = -sign if what == "turn" else sign
        standing = standing if what in ("turn", "ring") else what
        here = slice(-(-start // STEP_MS), -(-end // STEP_MS))
        volts[here] = sign * level[standing]
        if what == "ring":
            volts[here] += line.ring_rms * 2**0.5 * np.sin(2 * np.pi * line.ring_hz * (at[here] - start) / 1000)
    return volts


def _spikes(volts: NDArray[np.float64], chance: np.random.Generator) -> None:
    """Never two samples in a row: a disturbance of 10 ms and more is a dial pulse for all anybody can tell."""
    hit = chance.random(len(volts)) < SPIKE_CHANCE
    hit[1:] &= ~hit[:-1]
    volts[hit] += chance.uniform(-SPIKE_V, SPIKE_V, int(hit.sum()))


@dataclass(frozen=True)
class Traffic:
    """events: (ms, input, kind), in order. rounds: samples of each line in the file."""

    events: list[tuple[int, int, str]]
    rounds: int


def write_traffic(path: Path, lines: int, events: int, seed: int) -> Traffic:
    """Make traffic with at least `events` events on `lines` lines; path: int32 mV, little endian, all lines of a round together."""
    chance = random.Random(seed)
    made = [make_line(chance, -(-events // lines)) for _ in range(lines)]
    rounds = max(line.events[-1][0] for line in made) // STEP_MS + 2000 // STEP_MS
    noise = np.random.default_rng(seed)
    samples = np.stack([voltages(line, noise, rounds) for line in made], axis=1)
    path.write_bytes(samples.astype("<i4").tobytes())
    told = sorted((at, sense, kind) for sense, line in enumerate(made) for at, kind in line.events)
    return Traffic(told, rounds)
