"""How often are a line's alarms false, how often are they missed, and what do they cost?

`python -m recorder.watch.trial FILE…` plays good recordings, each a call on one line, through the recorder's own detectors and says
which alarms they raise; with --fault, each recording is spoilt first and has a line of its own.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile

from hw.interfaces import Samples
from recorder.settings.sections import AlarmLimits
from recorder.signals.voice import Heard, VoiceDetector
from recorder.watch.line import LineWatch

RATE, BLOCK = 8000, 800
IDLE_S = 5.0
NOISE_DBFS = -66.0
"""What lies between the calls, and beneath them where a file is cleaner than any line."""


class Trial:
    """One line. raised: how often each alarm was; seconds: audio heard; cpu_s: what watching it took, speech detection left out."""

    def __init__(self, channels: int) -> None:
        self.channels = channels
        self.raised: Counter[str] = Counter()
        self.seconds = self.cpu_s = 0.0
        self._watch = LineWatch(RATE, channels, AlarmLimits())
        self._voice = VoiceDetector(RATE, channels)
        self._random = np.random.default_rng(1)
        self._standing: set[str] = set()

    def call(self, samples: Samples) -> None:
        """A call, and a pause after it. samples: shape (frames, channels)."""
        self._watch.began()
        self._play(samples)
        self._watch.ended()
        self._play(np.zeros((round(IDLE_S * RATE), self.channels), np.int16))

    def _play(self, samples: Samples) -> None:
        noise = self._random.normal(0, 32768 * 10 ** (NOISE_DBFS / 20), samples.shape)
        noisy = np.clip(samples + noise, -32768, 32767).astype(np.int16)
        blocks = [noisy[start : start + BLOCK] for start in range(0, len(noisy), BLOCK)]
        heard = [self._voice.feed(block) for block in blocks]
        self._watch_all(blocks, heard)
        self.seconds += len(samples) / RATE

    def _watch_all(self, blocks: Sequence[Samples], heard: Sequence[Heard]) -> None:
        began = time.process_time()
        for number, (block, what) in enumerate(zip(blocks, heard, strict=True)):
            self._watch.audio(block, what)
            if number % 10 == 0:
                wrong = {condition.kind for condition in self._watch.conditions() if condition.wrong}
                self.raised.update(wrong - self._standing)
                self._standing = wrong
        self.cpu_s += time.process_time() - began


def _hum(samples: Samples) -> Samples:
    wave = np.sin(2 * np.pi * 50 * np.arange(len(samples)) / RATE) * 32768 * np.sqrt(2) * 10 ** (-43 / 20)
    spoilt: Samples = np.clip(samples + wave[:, None], -32768, 32767).astype(np.int16)
    return spoilt


def _louder(decibels: float) -> Callable[[Samples], Samples]:
    factor = 10 ** (decibels / 20)
    return lambda samples: np.clip(samples * factor, -32768, 32767).astype(np.int16)


def _one_side(samples: Samples) -> Samples:
    return samples * np.array([1, 0][: samples.shape[1]], np.int16)


FAULTS: dict[str, tuple[str, Callable[[Samples], Samples]]] = {
    "quiet": ("level_low", _louder(-30)),
    "loud": ("clipping", _louder(24)),
    "hum": ("hum", _hum),
    "dead-side": ("one_sided", _one_side),
}
"""What can be done to a recording, and the alarm that has to come of it: 30 dB too quiet, 24 dB too loud, hum at -43 dBFS, the
customer's
side cut off."""

REPEATS = 4
"""Times a spoilt recording is played on its line: alarms need a minute or two, and two calls."""


def spoil(files: Sequence[str], fault: str) -> str:
    """On how many lines the fault was told, each line having one recording, spoilt, REPEATS times."""
    kind, change = FAULTS[fault]
    told = lines = 0
    for name in files:
        samples = _read(name)
        if samples is not None and (fault != "dead-side" or samples.shape[1] == 2):
            trial = Trial(samples.shape[1])
            for _ in range(REPEATS):
                trial.call(change(samples))
            lines, told = lines + 1, told + (kind in trial.raised)
    return f"{fault}: {kind} raised on {told} of {lines} lines\n"


def _read(name: str) -> Samples | None:
    samples, rate = soundfile.read(Path(name), dtype="int16", always_2d=True)
    if rate == RATE and samples.shape[1] <= 2:
        return np.asarray(samples)
    sys.stderr.write(f"{name}: left out, it is not 8 kHz with one or two channels\n")
    return None


def main() -> int:
    """Play the files and print what was raised."""
    parser = argparse.ArgumentParser(prog="python -m recorder.watch.trial")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--fault", choices=FAULTS, help="spoil the recordings in this way")
    arguments = parser.parse_args()
    if arguments.fault:
        sys.stdout.write(spoil(arguments.files, arguments.fault))
        return 0
    trials: dict[int, Trial] = {}
    for name in arguments.files:
        samples = _read(name)
        if samples is not None:
            trials.setdefault(samples.shape[1], Trial(samples.shape[1])).call(samples)
    for channels, trial in sorted(trials.items()):
        cost = 100 * trial.cpu_s / trial.seconds
        raised = ", ".join(f"{kind} {count}" for kind, count in sorted(trial.raised.items())) or "no alarm"
        sys.stdout.write(f"{channels} channel(s): {trial.seconds:.0f} s, {cost:.4f} % of a core; {raised}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
