"""Recorded calls for the analyzer's tests, written the way the recorder leaves them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from hw.interfaces import Samples
from recorder.audio.files import part_path
from recorder.ids import new_id
from recorder.store.calls import Call, Part
from recorder.store.writer import CallStore

START = 1_795_000_000.0


class Recordings:
    """A store with calls.db; calls are added one by one, a minute apart."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self._calls = CallStore(store)
        self._at = START

    def add(self, samples: Samples | None = None, *, rate: int = 8000, state: str = "closed", **facts: object) -> str:
        """A call that has ended, with one part; its id."""
        samples = np.zeros((rate, 2), np.int16) if samples is None else samples
        self._at += 60
        call_id, part_id = new_id(self._at), new_id(self._at)
        path = part_path(self.store, part_id, self._at).with_suffix(".flac")
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, rate)
        channels, frames = samples.shape[1], len(samples)
        call = Call(call_id, "line 1", "pair" if channels == 2 else "mono", "zh", "in", "recording", self._at)
        part = Part(part_id, call_id, 1, str(path.relative_to(self.store)), self._at, rate, channels, "closed", frames)
        self._calls.start_call(call, part)
        self._calls.end_call(call_id, self._at + frames / rate, frames / rate, None)
        self._calls.fill_call(call_id, facts)
        if state != "recording":
            self._calls.close_call(call_id, state)
        return call_id

    def audio(self, call_id: str) -> Path:
        """The file of a call."""
        (part,) = self._calls.parts(call_id)
        return self.store / part.path

    def close(self) -> None:
        """Let the database go."""
        self._calls.close()
