"""Drives the real recorder, its files and its database with a scenario, and compares what came of it with what had to."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hw.clock import ManualClock
from hw.decimate import LINE_RATE
from recorder.capture.intake import DirectIntake
from recorder.engine import Recorder
from recorder.line.pauses import LONGEST_S
from recorder.outfit import Equipment
from recorder.scenario.outcome import outcome
from recorder.scenario.script import Scenario, Step
from recorder.scenario.soundness import problems
from recorder.scenario.sounds import Sound, keys, tone
from recorder.scenario.twins import SimulatedSense, SimulatedTap
from recorder.settings.sections import Device, LineSenseSettings, Settings, Store
from recorder.store.reader import CallReader
from recorder.store.writer import open_store
from recorder.times import from_text

RING_EVERY_S, RING_S = 5.0, 1.0
"""The ringing cadence (GB 3380)."""

FREE = 1 << 40


@dataclass(frozen=True)
class Verdict:
    """found: what came of it. differences: lines of a comparison, "-" expected and "+" found; empty when all is as it had to be.
    unsound: what can never be right. seconds: of the machine's time."""

    scenario: Scenario
    found: tuple[str, ...]
    differences: tuple[str, ...]
    unsound: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether it went as it had to."""
        return not self.differences and not self.unsound


def run_scenario(scenario: Scenario, store: Path, speech: Sound) -> Verdict:
    """Record the scenario into `store`, an empty folder. speech: shape (frames,) at 8 kHz, said over and over by everybody."""
    began = time.monotonic()
    stage = Stage(scenario, store, speech)
    stage.record()
    with CallReader(store) as reader:
        found = outcome(reader, from_text(scenario.start), folders=scenario.folders)
        unsound = tuple(problems(reader, scenario, stage.tap))
    expected = [text.rstrip() for text in scenario.expect]
    differences = [text for text in difflib.ndiff(expected, found) if text[0] in "+-"]
    return Verdict(scenario, tuple(found), tuple(differences), unsound, time.monotonic() - began)


class Stage:
    """A scenario's devices and its recorder."""

    def __init__(self, scenario: Scenario, store: Path, speech: Sound) -> None:
        self.scenario = scenario
        self._store = store
        self._speech = speech
        self._clock = ManualClock(from_text(scenario.start))
        channels = sum(len(line.channels) for line in scenario.lines)
        block = scenario.block_ms * LINE_RATE // 1000
        self.tap = SimulatedTap(self._clock, LINE_RATE, channels, scenario.lasts, block, noise=scenario.noise)
        self.tap.happen = self._happen
        self._todo = [step for step in scenario.steps if step.what in {"clock", "pause", "resume"}]
        self._recorder: Recorder | None = None
        self._lines = {line.name: line for line in scenario.lines}
        self._lay()
        self._sense = SimulatedSense(self.tap, self._clock, [event for step in scenario.steps for event in self._events(step)])
        for step in scenario.steps:
            if step.what == "board":
                self._sense.unplug(step.at, step.number)

    def record(self) -> None:
        """All of it."""
        settings = Settings(
            store=Store(str(self._store), min_free_mb=0),
            device=(Device("tap", "simulated", self.tap.channels, LINE_RATE),),
            line=self.scenario.lines,
            line_sense=LineSenseSettings("simulated"),
            segmentation=self.scenario.segmentation,
        )
        store, aside = open_store(self._store, self._clock.now())
        intake = DirectIntake({"tap": self.tap}, self._clock.now)
        sensed = any(line.sense >= 0 for line in self.scenario.lines)
        equipment = Equipment(intake, self._clock, self._sense if sensed else None, None, self._monotonic, lambda: FREE)
        self._recorder = Recorder(settings, store, equipment, set_aside=aside)
        self._recorder.open()
        while self._recorder.step(0.0):
            pass
        self._recorder.finish()
        store.close()

    def _monotonic(self) -> float:
        return self.tap.place / LINE_RATE

    def _happen(self, frame: int) -> None:
        while self._todo and self._todo[0].at * LINE_RATE <= frame:
            step = self._todo.pop(0)
            if step.what == "clock":
                self._clock.advance(step.number)
            elif self._recorder is not None:
                pauses = self._recorder.pauses
                if step.what == "pause":
                    pauses.pause(step.line, "scenario", "", LONGEST_S)
                else:
                    pauses.resume(step.line, "scenario")

    def _lay(self) -> None:
        said = 0
        for step in self.scenario.steps:
            at = round(step.at * LINE_RATE)
            if step.what == "loses":
                self.tap.lose(at, int(step.number))
            elif step.what == "unplugged":
                self.tap.unplug(at, round(step.number * LINE_RATE))
            elif step.what in {"says", "keys", "sound"}:
                for channel, sound in self._sounds(step, said):
                    self.tap.lay(at, channel, sound)
                said += round(step.number * LINE_RATE)

    def _sounds(self, step: Step, said: int) -> Iterator[tuple[int, Sound]]:
        channels = self._lines[step.line].channels
        if step.what == "sound":
            yield channels[-1], tone(step.word, step.number, LINE_RATE)
        elif step.what == "keys":
            side, symbols = step.word.split()
            yield channels[0 if side == "agent" else -1], keys(symbols, LINE_RATE)
        else:
            speech = self._speech.take(range(said, said + round(step.number * LINE_RATE)), mode="wrap")
            for channel in {"agent": channels[:1], "customer": channels[-1:], "both": channels}[step.word]:
                yield channel, speech

    def _events(self, step: Step) -> Iterator[tuple[float, float, int, str]]:
        if step.what not in {"event", "ring"} or self._lines[step.line].sense < 0:
            return
        kinds = [(step.at, step.word)] if step.what == "event" else list(self._bursts(step))
        for at, kind in kinds * step.copies:
            yield at + step.late, at, self._lines[step.line].sense, kind

    def _bursts(self, step: Step) -> Iterator[tuple[float, str]]:
        """As the board tells a ringing line; an answer cuts a burst short."""
        answered = [one.at for one in self.scenario.steps if one.line == step.line and one.what == "event" and one.at > step.at]
        until = min(answered, default=float("inf"))
        for burst in range(int(step.number)):
            at = step.at + burst * RING_EVERY_S
            if at < until:
                yield at, "ring_start"
                yield min(at + RING_S, until), "ring_stop"
