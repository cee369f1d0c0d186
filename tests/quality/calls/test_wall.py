"""The wall: the recorder's word joined with the calls that go on and what is understood of them; each person sees their groups."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from analyzer.livestore import LiveSaid
from quality.access.scope import ALL, Scope
from quality.calls.wall import NO_LINE, Wall, WallLine, moods_of
from recorder.live import LineStatus, ListenerStatus, RecorderStatus, run_folder, write_status
from recorder.settings.sections import Line, Settings, Store
from recorder.signals.levels import SideLevels
from recorder.times import from_text, to_text
from tests.quality.factory import Made, fill

NOW = from_text("2026-11-20T02:00:00Z")
SIDE = SideLevels("agent", -10.0, -24.0, -60.0, -80.0, -22.0, 0.0)
LINES = (Line("1", "tap", (0, 1), "801"), Line("2", "tap", (2,), "802"), Line("3", "tap", (3, 4), "803"))


@pytest.fixture
def box(tmp_path: Path) -> tuple[Settings, list[Made]]:
    return Settings(store=Store(path=str(tmp_path)), line=LINES), fill(tmp_path, calls=12)


def tell(settings: Settings, *lines: LineStatus, at: float = NOW) -> None:
    folder = run_folder(settings)
    folder.mkdir(exist_ok=True)
    # A person may have the name of the program: who is which the recorder tells.
    of_line = (("callbox-analyzer", True), ("callbox-analyzer", False), ("manager", False))
    listeners = tuple(ListenerStatus("1", by, to_text(NOW), program=program) for by, program in of_line)
    write_status(folder, RecorderStatus(at, at, False, os.getpid(), lines, (), 1e6, 0, 1.0, listeners))


def status(line: str, state: str, call: str | None = None, **more: str) -> LineStatus:
    return LineStatus(line, state, to_text(NOW - 95), call, -24.0, (SIDE,), **more)


def test_without_a_recorder_no_line_is_told_as_if_it_were_known(box: tuple[Settings, list[Made]]) -> None:
    settings, _ = box
    for now in (NOW, NOW + 60):
        view = Wall(settings).look(now)
        assert not view.running and [line.state for line in view.lines] == [NO_LINE] * 3
        tell(settings, status("1", "talking"))  # then it stops: its file stays, and gets old


def test_each_line_has_its_call(box: tuple[Settings, list[Made]]) -> None:
    settings, made = box
    call = made[0]
    with sqlite3.connect(Path(settings.store.path) / "calls.db") as calls:
        calls.execute("UPDATE calls SET direction = 'out', called_number = '95588', caller_number = '' WHERE id = ?", (call.id,))
    tell(settings, status("2", "ringing"), status("1", "talking", call.id, paused_since=to_text(NOW), paused_by="1001"))
    one, two, three = Wall(settings).look(NOW + 1).lines
    assert (one.name, one.state, one.for_s, one.call_id) == ("1", "talking", 95.0, call.id)
    assert (one.agent_id, one.direction, one.number) == (call.agent_id, "out", "95588")
    assert (one.paused_by, one.listeners, one.sides) == ("1001", ("callbox-analyzer", "manager"), (SIDE,))
    assert not one.understood and not one.moods
    assert (two.state, two.call_id, two.agent_id) == ("ringing", None, "")
    assert three.state == NO_LINE  # set up since the recorder was started


def test_others_see_that_a_line_is_busy_and_nothing_else(box: tuple[Settings, list[Made]]) -> None:
    settings, made = box
    tell(settings, status("1", "talking", made[0].id), status("2", "idle"))
    view = Wall(settings).look(NOW + 1)
    team = view.lines[0].team
    assert view.seen_by(ALL) is view and view.seen_by(Scope(groups=frozenset({team}))).lines[0] == view.lines[0]
    hidden = view.seen_by(Scope(groups=frozenset({"no such group"}))).lines[0]
    assert hidden == WallLine("1", "801", "talking", 95.0, sides=(SIDE,), hidden=True)


def said(side: str, **emotion: float) -> LiveSaid:
    return LiveSaid("c", "1", side, 0.0, 1.0, "您好", emotion=emotion)


def test_a_mood_is_named_only_when_the_last_utterances_are_sure_of_it() -> None:
    calm, angry = said("customer", neutral=0.9, angry=0.1), said("customer", neutral=0.1, angry=0.9)
    assert [(m.side, m.mood) for m in moods_of([angry, calm, calm, calm])] == [("customer", "neutral")]
    assert [(m.side, m.mood) for m in moods_of([calm, angry, angry])] == [("customer", "angry")]
    unsure = said("agent", neutral=0.4, angry=0.3, sad=0.3)
    assert moods_of([unsure, said("customer")]) == ()
