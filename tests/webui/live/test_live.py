"""The wall's state, hearing a line, and the health page, without a browser."""

from __future__ import annotations

import json
import os
import sqlite3
import struct
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from quality.access.certificate import own_pair
from quality.access.scope import ALL, Scope
from quality.alerting.alerts import raise_alert
from quality.audit.entries import LISTEN
from quality.calls.wall import WallLine
from quality.store import reading, writing
from recorder.listen.client import LiveBlock
from recorder.listen.protocol import PCM
from recorder.live import DeviceStatus, LineStatus, RecorderStatus, run_folder, write_status
from recorder.settings.sections import Device, Line
from recorder.times import to_text
from tests.webui.conftest import entered, make_app
from tests.webui.makebox import START, TestBox
from webui.live.listening import IDLE_S, LONGEST_S, MOST, Ear, _places, wav_head
from webui.live.wall import FRESH_S, Shared


@pytest.fixture
def live(own_box: TestBox) -> tuple[Flask, TestBox]:
    """A box with a line, on which the call of agent 8003 goes on."""
    lines = (Line("line1", "tap", (0, 1), "801"), Line("line2", "tap", (2, 3), "802"))
    own = replace(own_box, settings=replace(own_box.settings, line=lines, device=(Device("tap", "null", 4),)))
    tell(own)
    return make_app(own), own


def tell(box: TestBox, state: str = "running") -> None:
    now = time.time()
    folder = run_folder(box.settings)
    folder.mkdir(exist_ok=True)
    lines = (
        LineStatus("line1", "talking", to_text(now - 30), box.ids["recording"], -20.0),
        LineStatus("line2", "idle", to_text(now - 9), None, None),
    )
    devices = (DeviceStatus("tap", state, 0),)
    write_status(folder, RecorderStatus(now, now, False, os.getpid(), lines, devices, 1e6, 0, 1.0))


def alarm(box: TestBox, kind: str, subject: str) -> None:
    with sqlite3.connect(box.store / "calls.db") as calls:
        values = (kind, subject, to_text(time.time()), "")
        calls.execute("INSERT INTO alarms (kind, subject, raised_at, detail) VALUES (?, ?, ?, ?)", values)


def test_the_state_is_asked_for_again_only_when_it_has_changed(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    browser = entered(app, "manager")
    first = browser.get("/live/state.json")
    one, two = first.json["lines"]  # type: ignore[index]
    assert (one["state"], one["may_listen"], two["state"]) == ("talking", True, "idle")
    assert one["who"].endswith("8003") and one["number"] == "13800138000"
    assert one["since"] == pytest.approx(time.time() - 30, abs=3)
    again = browser.get("/live/state.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"") and again.headers["X-Box-Time"]
    alarm(own, "hum", "line1")
    app.extensions["callbox_wall"].made.clear()
    changed = browser.get("/live/state.json", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    notice = changed.json["notices"][0]  # type: ignore[index]
    assert notice["severity"] == "warning" and "line1" in notice["text"] and "8003" not in json.dumps(notice)


def test_an_alert_says_whose_call_when_and_why(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    now = time.time()
    with writing(own.store) as database:
        for name, kind, rules, at in (
            ("rude", "priority_call", ["argue", "dead_air", "insult"], START),
            ("parked", "stuck_call", [""], now),
            ("unanswered", "priority_call", ["no such rule"], now - 1),
        ):
            raise_alert(database, kind, own.ids[name], {"rules": rules}, at)
    with sqlite3.connect(own.store / "calls.db") as calls:
        calls.execute("UPDATE calls SET agent_id = NULL WHERE id = ?", (own.ids["unanswered"],))
    parked, unanswered, rude = entered(app, "manager").get("/live/state.json").json["notices"]  # type: ignore[index]
    assert rude["text"] == "high-priority call: 刘洋 8004" and rude["time"].startswith("2026-11-")
    assert rude["detail"] == "Insult · Arguing · +1"  # what is urgent first
    assert parked["text"].startswith("stuck call") and parked["text"].endswith("李强 8002") and parked["detail"] == ""
    assert (unanswered["text"], unanswered["detail"]) == ("high-priority call: Line line1", "no such rule")


def test_a_recorder_that_is_off_is_told_in_a_notice_and_nothing_is_called_quiet(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    said, quiet = 'data-field="off"><b>The recorder is not running', 'data-field="calm">'
    page = entered(app, "inspector").get("/live").text
    assert said not in page and quiet in page and "1 of 2 lines talking" in page
    (run_folder(own.settings) / "recorder.json").unlink()
    for key in ("callbox_wall", "callbox_wall_views"):
        app.extensions[key].made.clear()
    page = entered(app, "inspector").get("/live").text
    assert said in page and quiet not in page


def test_inspectors_see_the_wall_and_may_not_listen(live: tuple[Flask, TestBox]) -> None:
    app, _ = live
    browser = entered(app, "inspector")
    assert [line["may_listen"] for line in browser.get("/live/state.json").json["lines"]] == [False, False]  # type: ignore[index]
    assert browser.get("/live/lines/line1/audio.wav").status_code == 403


def test_another_groups_call_is_hidden_and_cannot_be_heard(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    browser = entered(app, "manager-after")
    line = browser.get("/live/state.json").json["lines"][0]  # type: ignore[index]
    assert (line["state"], line["number"], line["call"], line["may_listen"]) == ("talking", "", "", False)
    assert own.ids["recording"] not in browser.get("/live").text
    assert browser.get("/live/lines/line1/audio.wav").status_code == 403
    assert browser.get("/live/lines/line2/audio.wav").status_code == 403


def test_without_a_recorder_listening_says_what_to_do(live: tuple[Flask, TestBox]) -> None:
    app, _ = live
    for _ in range(MOST + 2):  # and gives its place back
        answer = entered(app, "manager").get("/live/lines/line1/audio.wav")
        assert answer.status_code == 503
        assert "callbox-recorder" in answer.text


class Audio:
    """As LiveAudio: a tenth of a second of sound for each time it is asked, of a clock of its own."""

    rate, channels = 8000, 2

    def __init__(self, seconds: float) -> None:
        self.clock, self.seconds, self.closed = 0.0, seconds, False

    def __iter__(self) -> Iterator[LiveBlock]:
        while self.clock < self.seconds:
            self.clock += 0.1
            yield LiveBlock(0, PCM, np.full((800, 2), 7, np.int16))

    def close(self) -> None:
        self.closed = True


def heard(box: TestBox, audio: Audio, line: WallLine | None, scope: Scope = ALL, until: float = 1e9) -> float:
    """Seconds of sound that come."""
    other = replace(line, team="another", agent_id="1") if line else None
    assert _places.acquire(blocking=False)
    ear = Ear(box.settings, "line1", "manager", scope, lambda: line if audio.clock < until else other, lambda: audio.clock)
    head, *blocks = ear.hear(audio)  # type: ignore[arg-type]
    assert head == wav_head(8000, 2) and struct.unpack("<HHI", head[20:28]) == (1, 2, 8000)
    assert audio.closed
    return sum(map(len, blocks)) / 32000


CALL = WallLine("line1", "801", "talking", call_id="c", agent_id="8003", team="售前")


def test_a_stream_ends_by_itself(own_box: TestBox) -> None:
    assert heard(own_box, Audio(2.0), CALL) == pytest.approx(2.0, abs=0.11)  # the recorder stopped
    assert heard(own_box, Audio(2 * LONGEST_S), CALL) == pytest.approx(LONGEST_S, abs=1.1)
    assert heard(own_box, Audio(LONGEST_S), replace(CALL, call_id=None)) == pytest.approx(IDLE_S, abs=1.1)
    assert heard(own_box, Audio(60), None) < 2
    bound = Scope(groups=frozenset({"售前"}))
    assert heard(own_box, Audio(60), CALL, bound, until=20.0) == pytest.approx(20, abs=1.2)  # the next call is of others
    with reading(own_box.store) as connection:
        noted = connection.execute('SELECT "by", action, subject, detail FROM review.changes WHERE kind = ?', (LISTEN,)).fetchall()
    assert [tuple(row)[:3] for row in noted] == [("manager", "line.listened", "line1")] * 5
    assert json.loads(noted[0]["detail"])["seconds"] == pytest.approx(2.0, abs=0.2)


def test_one_look_serves_all_who_ask_within_a_second() -> None:
    clock, looks = [0.0], []
    shared = Shared(lambda: clock[0])

    def look() -> int:
        looks.append(clock[0])
        return len(looks)

    assert [shared.get(("x",), look) for _ in range(20)] == [1] * 20
    clock[0] += FRESH_S
    assert shared.get(("x",), look) == 2
    assert shared.get(("y",), look) == 3


def test_the_first_sentence_says_what_is_not_recorded(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    browser = entered(app, "manager")
    kept = app.extensions["callbox_health"]

    def headline() -> str:
        kept.case = None
        page = browser.get("/health").text
        return page.partition('class="headline')[2].partition(">")[2].partition("<")[0]

    assert headline().startswith("Everything is being recorded.")
    alarm(own, "speech_unrecorded", "line2")
    assert headline() == "Line line2 is not being recorded; the others are."
    tell(own, "gone")
    assert headline() == "Nothing is being recorded: no line gives sound."
    (run_folder(own.settings) / "recorder.json").unlink()
    assert headline() == "Nothing is being recorded: the recorder is not running."


def test_an_alarm_is_acknowledged_on_the_page(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    alarm(own, "hum", "line1")
    browser = entered(app, "manager")
    page = browser.get("/health").text
    assert "mains" in page and 'action="/health/alarms/1/acknowledge"' in page
    assert "/acknowledge" not in entered(app, "inspector").get("/health").text
    browser.post("/health/alarms/1/acknowledge", data={"note": "cable moved"})
    assert "cable moved" in browser.get("/health").text
    too_long = browser.post("/health/alarms/1/acknowledge", data={"note": "x" * 501}, follow_redirects=True)
    assert "longer than 500" in too_long.text


def test_a_file_of_a_dead_recorder_is_not_believed(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    path = Path(run_folder(own.settings)) / "recorder.json"
    status = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**status, "written_at": time.time() - 60}), "utf-8")
    assert entered(app, "manager").get("/live/state.json").json["running"] is False  # type: ignore[index]


def test_the_certificate_is_told_with_its_end(live: tuple[Flask, TestBox]) -> None:
    app, own = live
    assert "without encryption" in entered(app, "manager").get("/health").text
    pair = own_pair(own.store, ())
    secure = replace(own, settings=replace(own.settings, web=replace(own.settings.web, tls="box")))
    page = entered(make_app(secure), "manager").get("/health", base_url="https://localhost").text
    assert f"good until {pair.until:%Y-%m-}" in page
    pair.certificate.write_text("no certificate", "utf-8")
    assert "cannot be read" in entered(make_app(secure), "manager").get("/health", base_url="https://localhost").text
