"""A program that listens live knows which call it hears, to the sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hw.interfaces import Samples
from recorder.audio.files import open_call
from recorder.engine import Recorder
from recorder.listen.server import LiveServer
from tests.scenarios.box import RATE, Box


class Heard:
    """What a listener to line 1 and 3 gets, in order, beside what the server does with it."""

    def __init__(self, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sound: dict[str, list[Samples]] = {"1": [], "3": []}
        self.calls: dict[str, list[tuple[str, int]]] = {"1": [], "3": []}
        self.ends: dict[str, list[tuple[str, int, bool]]] = {"1": [], "3": []}
        live = recorder._shop.live
        monkeypatch.setattr(live, "audio", lambda line, samples: self._hear(live, line, samples))
        monkeypatch.setattr(live, "silence", lambda line, tag, frames: self._hush(live, line, tag, frames))
        monkeypatch.setattr(live, "_mark", self._mark)

    def _hear(self, live: LiveServer, line: str, samples: Samples) -> None:
        LiveServer.audio(live, line, samples)
        if line in self.sound:
            self.sound[line].append(samples)

    def _hush(self, live: LiveServer, line: str, tag: bytes, frames: int) -> None:
        LiveServer.silence(live, line, tag, frames)
        if line in self.sound:
            self.sound[line].append(np.zeros((frames, 2), np.int16))

    def _mark(self, line: str, tag: bytes, call_id: str, frame: int) -> None:
        if tag == b"CALL":
            self.calls[line].append((call_id, frame))
        else:
            self.ends[line].append((call_id, frame, tag == b"DROP"))


def test_a_call_heard_live_is_the_call_that_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By line events (their pre-roll is known late), by voice alone, and with a loss inside."""
    box = Box(tmp_path / "store", 60.0)
    box.speak(10.0, 20.0, 0, 1)
    box.answer(0, 10.0, 30.0)
    box.speak(12.0, 18.0, 3)
    box.tap.losses = {20 * RATE: RATE // 2}
    recorder = box.recorder()
    heard = Heard(recorder, monkeypatch)
    while recorder.step(0.0):
        pass
    recorder.finish()
    with box.reader() as reader:
        calls = {call.line: call for call in reader.calls_closed_since()}
    assert set(calls) == {"1", "3"}
    for line, call in calls.items():
        ((begun, first),) = heard.calls[line]
        ((ended, past, dropped),) = heard.ends[line]
        assert (begun, ended, dropped) == (call.id, call.id, False)
        with open_call(box.store, call.id) as audio:
            kept = audio.read(0, audio.frames)
        assert past - first == len(kept)
        assert np.array_equal(np.concatenate(heard.sound[line])[first:past], kept)


def test_what_was_no_call_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(tmp_path / "store", 30.0)
    box.speak(10.0, 0.6, 3)
    recorder = box.recorder()
    heard = Heard(recorder, monkeypatch)
    while recorder.step(0.0):
        pass
    recorder.finish()
    assert [call_id for call_id, _ in heard.calls["3"]] == [call_id for call_id, _, dropped in heard.ends["3"] if dropped]
    assert len(heard.calls["3"]) == 1
