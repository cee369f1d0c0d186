"""The call page of a call that goes on: what was understood so far, until the full analysis takes its place."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from analyzer.livestore import LiveHit, LiveSaid
from analyzer.store import AnalysisReader, AnalysisStore
from quality.calls.livecall import DONE, ENDED, GOES_ON, live_call
from quality.calls.views import Views
from recorder.settings.sections import Line
from recorder.store.schema import CALLS_DB
from tests.webui.conftest import entered, make_app
from tests.webui.makebox import TestBox

INSULT = LiveHit("insult", "agent", 4.0, 6.0, "有病吧", 0.9, alert=True)


def say(box: TestBox, *said: LiveSaid, call: str = "recording") -> None:
    store = AnalysisStore(box.store)
    store.say([replace(one, call_id=box.ids[call], line="line1") for one in said])
    store.close()


def words(side: str, start: float, text: str, *hits: LiveHit, **emotion: float) -> LiveSaid:
    return LiveSaid("", "", side, start, start + 2.0, text, 0.9, emotion, hits, any(hit.alert for hit in hits))


@pytest.fixture
def live_box(own_box: TestBox) -> TestBox:
    return replace(own_box, settings=replace(own_box.settings, line=(Line("line1", "tap", (0, 1), "801", live=True),)))


def test_what_was_said_so_far_stands_on_the_page(live_box: TestBox) -> None:
    say(live_box, words("agent", 1.0, "您好云帆科技", angry=0.1, neutral=0.9), words("customer", 4.0, "我要投诉", angry=0.9))
    browser = entered(make_app(live_box), "inspector")
    page = browser.get(f"/calls/{live_box.ids['recording']}").get_data(as_text=True)
    assert "Provisional" in page and "您好云帆科技" in page and "Customer: angry" in page
    piece = f"/calls/{live_box.ids['recording']}/live"
    first = browser.get(piece, query_string={"stage": GOES_ON, "after": 0}).get_data(as_text=True)
    assert first.count("<li class=\"turn live") == 2 and 'data-last="2"' in first
    assert browser.get(piece, query_string={"stage": GOES_ON, "after": 2}).status_code == 204
    say(live_box, words("agent", 4.0, "你有病吧", INSULT))
    news = browser.get(piece, query_string={"stage": GOES_ON, "after": 2}).get_data(as_text=True)
    assert news.count("<li class=\"turn live") == 1 and 'id="l3"' in news and "有病吧" in news and "nsult" in news


def test_it_ends_with_the_full_analysis(live_box: TestBox) -> None:
    call = live_box.ids["recording"]
    say(live_box, words("agent", 1.0, "您好"))
    views = Views(live_box.store)

    def stage() -> str:
        (row,) = views.rows([call])
        return live_call(live_box.settings, row).stage

    assert stage() == GOES_ON
    with sqlite3.connect(live_box.store / CALLS_DB) as calls:
        calls.execute("UPDATE calls SET state = 'closed', duration_s = 9.0 WHERE id = ?", (call,))
    assert stage() == ENDED
    browser = entered(make_app(live_box), "inspector")
    told = browser.get(f"/calls/{call}/live", query_string={"stage": GOES_ON, "after": 1})
    assert told.status_code == 200 and 'data-stage="ended"' in told.get_data(as_text=True)
    results = AnalysisStore(live_box.store)
    with AnalysisReader(live_box.store) as reader:
        analysis = reader.analysis(live_box.ids["perfect"])
    assert analysis is not None
    results.save(call, analysis, high_priority=False, now=0.0)
    results.close()
    assert stage() == DONE
    over = browser.get(f"/calls/{call}/live", query_string={"stage": ENDED, "after": 1})
    assert over.status_code == 200 and 'data-stage="done"' in over.get_data(as_text=True)
    page = browser.get(f"/calls/{call}").get_data(as_text=True)
    assert 'id="live-turns"' not in page and "Provisional" not in page


def test_rights_are_those_of_the_call(live_box: TestBox) -> None:
    """It is a call of agent 8003, group 售前."""
    say(live_box, words("agent", 1.0, "您好"))
    for name, status in (("inspector-pre", 200), ("inspector-after", 404), ("wang", 404), ("manager", 200)):
        assert entered(make_app(live_box), name).get(f"/calls/{live_box.ids['recording']}/live").status_code == status


def test_a_line_that_is_not_understood_says_so(own_box: TestBox) -> None:
    page = entered(make_app(own_box), "inspector").get(f"/calls/{own_box.ids['recording']}").get_data(as_text=True)
    assert "not understood before a call is over" in page and 'id="live-turns"' in page
