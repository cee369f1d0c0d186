"""Alerts of calls as they come: opened live, once, and said later whether the full analysis found the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.livestore import LiveHit, LiveSaid
from analyzer.result import Hit
from analyzer.store import AnalysisStore
from quality.access.users import Users
from quality.alerting.alerts import Alerts
from quality.alerting.following import ANYWAY_S, Follower
from recorder.ids import new_id
from recorder.store.calls import Call, Part
from recorder.store.writer import CallStore
from tests.analyzer.analyses import analysis
from tests.quality.department import ZONE

NOW = 1_795_000_000.0
INSULT = LiveHit("insult", "agent", 3.0, 3.5, "神经病", 0.9, alert=True)
ANGER = LiveHit("customer_anger", "customer", 1.0, 6.0, "太过分了", 0.8, alert=True)
PHRASE = LiveHit("forbidden_phrase", "agent", 1.0, 1.5, "喂", 0.8)


class Box:
    def __init__(self, store: Path) -> None:
        self.store = store
        self.calls = CallStore(store)
        self.results = AnalysisStore(store)
        self.follower = Follower(store, ZONE)
        self.now = NOW

    def call(self) -> str:
        call_id, part_id = new_id(self.now), new_id(self.now)
        call = Call(call_id, "1", "pair", "zh", "in", "recording", self.now - 30)
        self.calls.start_call(call, Part(part_id, call_id, 1, "a.flac", self.now, 8000, 2, "writing"))
        return call_id

    def say(self, call_id: str, *hits: LiveHit) -> None:
        urgent = any(hit.alert for hit in hits)
        self.results.say([LiveSaid(call_id, "1", "agent", 0, 5, "…", hits=hits, urgent=urgent, said_at=self.now, at=self.now)])

    def understand(self, call_id: str, *hits: Hit, priority: bool) -> None:
        self.results.save(call_id, replace(analysis("您好"), hits=hits, deductions=()), priority, self.now)

    def step(self, seconds: float = 1.0) -> list[tuple[str, str]]:
        self.now += seconds
        return [(alert.kind, alert.subject) for alert in self.follower.step(self.now)]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path)
    made.step()
    return made


def test_an_insult_and_anger_are_alerts_while_the_call_goes_on(box: Box) -> None:
    call_id = box.call()
    box.say(call_id, PHRASE)
    assert box.step() == []
    box.say(call_id, INSULT, PHRASE)
    assert box.step() == [("priority_call", call_id)]
    box.say(call_id, ANGER)
    assert box.step() == [("angry_now", call_id)]
    (anger, priority) = sorted(Alerts(box.store).list(), key=lambda alert: alert.kind)
    assert priority.detail["rules"] == ["insult"]
    assert priority.detail["said"] == [{"rule": "insult", "side": "agent", "at_s": 3.0, "until_s": 3.5}]
    assert "神经病" not in str(anger.detail) + str(priority.detail)  # words go with the audio one day


def test_the_full_analysis_opens_no_second_one_and_confirms(box: Box) -> None:
    call_id = box.call()
    box.say(call_id, INSULT, ANGER)
    assert len(box.step()) == 2
    box.understand(call_id, Hit("insult", "agent", 3.0, 3.5, "神经病", 0.9), priority=True)
    assert box.step() == []
    assert box.step(ANYWAY_S) == []
    confirmed = {alert.kind: alert.detail["confirmed"] for alert in Alerts(box.store).list()}
    assert confirmed == {"priority_call": True, "angry_now": False}


def test_one_that_was_closed_before_the_full_analysis_stays_closed(box: Box) -> None:
    call_id = box.call()
    box.say(call_id, INSULT)
    box.step()
    (alert,) = Alerts(box.store).list()
    Alerts(box.store).close(alert.id, Users(box.store).add("lead", "a-long-password", "manager"), "taken over")
    box.understand(call_id, Hit("insult", "agent", 3.0, 3.5, "神经病", 0.9), priority=True)
    assert box.step() == []


def test_what_comes_later_in_a_call_is_added_once(box: Box) -> None:
    call_id = box.call()
    box.say(call_id, INSULT)
    box.step()
    box.say(call_id, INSULT, LiveHit("sensitive_word", "customer", 9.0, 9.5, "投诉", 0.9, alert=True))
    assert box.step() == []
    (alert,) = Alerts(box.store).list()
    assert alert.detail["rules"] == ["insult", "sensitive_word"]
    assert [one["rule"] for one in alert.detail["said"]] == ["insult", "sensitive_word"]


def test_a_line_that_is_not_live_has_its_alert_with_the_analysis(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = box.call()
    looked = []
    monkeypatch.setattr("quality.alerting.following.watch_calls", lambda *of: [looked.append(of)])
    box.step()
    assert looked == []  # nothing has changed: nothing is read
    monkeypatch.undo()
    box.understand(call_id, priority=True)
    assert box.step() == [("priority_call", call_id)]
    assert "live" not in Alerts(box.store).list()[0].detail


def test_what_was_said_while_nobody_followed_is_not_missed(box: Box) -> None:
    call_id = box.call()
    box.follower.close()
    box.say(call_id, INSULT)
    box.follower = Follower(box.store, ZONE)
    assert box.step() == [("priority_call", call_id)]
    box.follower = Follower(box.store, ZONE)
    assert box.step() == []


def test_a_box_on_which_nothing_was_analysed_yet(tmp_path: Path) -> None:
    follower = Follower(tmp_path, ZONE)
    assert follower.step(NOW) == []
    assert follower.step(NOW + ANYWAY_S) == []
