"""What people put right, and calls that go on, as one sees them: in Chromium, both languages, both widths."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from analyzer.livestore import LiveHit, LiveSaid
from analyzer.store import AnalysisReader, AnalysisStore
from quality.forms.showing import AFTER_OWN, AT_ONCE, change_showing, showing
from recorder.ids import new_id
from recorder.store.schema import CALLS_DB
from tests.browser.conftest import Visit
from tests.browser.desk.conftest import Station
from tests.browser.desk.hands import look
from tests.webui.makebox import START

pytestmark = pytest.mark.browser

SIZES = [(language, width) for language in ("zh", "en") for width in (1280, 390)]
WORDS = {"zh": ("更正后", "暂定"), "en": ("after correction", "Provisional")}


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_a_hit_struck_out_changes_the_score_without_a_reload(
    visit: Callable[..., Visit], station: Station, language: str, width: int
) -> None:
    (call,) = station.plan("rude")
    window = visit(language=language, width=width)
    page = window.page
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    expect(page.locator("#scores .threes dd").nth(1)).to_have_text("52")
    before = page.locator("#scores ins").count()
    page.locator("#h2 [data-verdict=wrong]").click()
    expect(page.locator("#h2.wrong")).to_be_visible()
    expect(page.locator("#scores ins")).not_to_have_count(before)
    expect(page.locator("#scores dd").nth(1).locator("del")).to_contain_text("52")
    expect(page.locator("#scores .corrected")).to_contain_text(WORDS[language][0])
    look(page, f"corrected-{language}-{width}", width)
    page.locator("#h2 [data-verdict=wrong]").click()  # taken back
    expect(page.locator("#scores ins")).to_have_count(0)
    page.locator("#h0 [data-verdict=wrong]").click()
    expect(page.locator("#scores ins").first).to_be_attached()
    window.open("/calls")
    expect(page.locator(".calls .score del").first).to_be_visible()
    page.locator(".calls .score del").first.scroll_into_view_if_needed()
    look(page, f"corrected-list-{language}-{width}", width)


def test_a_suggestion_comes_after_the_own_mark(visit: Callable[..., Visit], station: Station) -> None:
    (call,) = station.plan("rude")
    change_showing(station.box.store, AFTER_OWN, "manager", showing(station.box.store)[0])
    try:
        window = visit(language="zh")
        page = window.page
        window.log_in("inspector")
        window.open(f"/calls/{call}")
        expect(page.locator(".item input:checked")).to_have_count(0)
        expect(page.locator(".suggestion:visible")).to_have_count(0)
        item = page.locator("fieldset.item").nth(2)
        item.locator(".grades label").nth(1).click()
        expect(item.locator(".suggestion")).to_be_visible()
        expect(page.locator(".suggestion:visible")).to_have_count(1)
        look(page, "suggestion-after-own-zh-1280", 1280)
    finally:
        change_showing(station.box.store, AT_ONCE, "manager", showing(station.box.store)[0])


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_a_call_that_goes_on_is_followed_until_its_full_analysis(
    visit: Callable[..., Visit], station: Station, language: str, width: int
) -> None:
    results = AnalysisStore(station.box.store)
    call = _begin(station, results)
    window = visit(language=language, width=width)
    page = window.page
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    expect(page.locator("#live-turns .turn")).to_have_count(2)
    expect(page.locator("#live-head")).to_contain_text(WORDS[language][1])
    page.evaluate("window.same = true")
    insult = LiveHit("insult", "agent", 9.0, 11.0, "你有病吧", 0.92, alert=True)
    said = LiveSaid(call, "line1", "agent", 9.0, 11.0, "你有病吧", 0.9, {"angry": 0.9}, (insult,), urgent=True)
    results.say([said])
    expect(page.locator("#live-turns .turn")).to_have_count(3, timeout=8000)
    expect(page.locator("#live-hits .hits li")).to_have_count(1)
    assert page.evaluate("window.same"), "the page was loaded anew"
    look(page, f"live-call-{language}-{width}", width)
    with AnalysisReader(station.box.store) as reader:
        analysis = reader.analysis(station.box.ids["perfect"])
    assert analysis is not None
    _set(station, call, "closed")
    results.save(call, analysis, high_priority=False, now=0.0)
    expect(page.locator("#live-turns")).to_have_count(0, timeout=8000)
    expect(page.locator("#scores")).to_be_attached()
    results.close()


def _begin(station: Station, results: AnalysisStore) -> str:
    """A call that goes on, of which two utterances were understood."""
    call = new_id(START + 9000)
    with sqlite3.connect(station.box.store / CALLS_DB) as database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM calls WHERE id = ?", (station.box.ids["recording"],)).fetchone())
        row |= {"id": call, "state": "recording", "duration_s": None, "ended_at": None}
        database.execute(f"INSERT INTO calls ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    results.say([
        LiveSaid(call, "line1", "agent", 1.0, 3.0, "您好，云帆科技，工号八零零三", 0.9, {"neutral": 0.9, "angry": 0.1}),
        LiveSaid(call, "line1", "customer", 4.0, 7.5, "我的快递一个星期了还没到", 0.9, {"angry": 0.8, "neutral": 0.2}),
    ])  # fmt: skip
    return call


def _set(station: Station, call: str, state: str) -> None:
    with sqlite3.connect(station.box.store / CALLS_DB) as database:
        database.execute("UPDATE calls SET state = ?, duration_s = 20.0 WHERE id = ?", (state, call))
