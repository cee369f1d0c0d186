"""Marks outlive the service being killed, a closed page, a second window and a log-out, in Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from quality.reviewing.drafts import Drafts
from tests.browser.conftest import SCREENSHOTS, Visit
from tests.browser.desk.conftest import Station
from tests.browser.desk.hands import keys, look
from tests.webui.desk.conftest import account
from tests.webui.makebox import PASSWORD

pytestmark = pytest.mark.browser

WORDS = "开头没有报公司名称"
Begun = Callable[[str], tuple[Visit, str]]


@pytest.fixture
def begun(visit: Callable[..., Visit], station: Station) -> Begun:
    """Opens the inspector's page of one call, ready to be marked, and gives the call's id with it."""

    def begin(name: str) -> tuple[Visit, str]:
        (call,) = station.plan(name)
        window = visit()
        window.log_in("inspector")
        window.open(f"/calls/{call}")
        expect(window.page.locator("#wave.drawn")).to_be_attached()
        return window, call

    return begin


class OnTheBox:
    """Waits until the box has WORDS as the comment of a call's draft."""

    def __init__(self, station: Station, call: str) -> None:
        self._drafts, self._user, self._call = Drafts(station.box.store), account(station.box, "inspector"), call
        self.seen = False

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.seen and time.monotonic() < until:
            draft = self._drafts.of(self._call, self._user)
            self.seen = draft is not None and draft.marks.comment == WORDS
            time.sleep(0.05)
        time.sleep(0.3)  # until its answer has come to the browser


def test_a_mark_kept_while_the_page_is_on_its_way_anew_is_not_lost(begun: Begun, station: Station) -> None:
    """The page that comes was drawn before the box had the mark, and the box has it before the page is there."""
    window, call = begun("perfect")
    page = window.page
    keys(page, "j", "3")
    expect(page.locator("#draft-state.kept")).to_be_visible()

    def late(route: Route) -> None:
        answer = route.fetch()
        box.wait(10)
        route.fulfill(response=answer)

    box = OnTheBox(station, call)
    page.route(f"**/calls/{call}", late)
    page.fill("#comment", WORDS)
    page.reload()
    expect(page.locator("#comment")).to_have_value(WORDS)
    assert box.seen


def test_a_mark_outlives_the_service_being_killed(begun: Begun, station: Station) -> None:
    window, call = begun("perfect")
    page = window.page
    keys(page, "j", "3")
    expect(page.locator("#draft-state.kept")).to_be_visible()
    station.kill()
    keys(page, "4")
    expect(page.locator("#draft-state.away")).to_contain_text("NOT on the box yet")
    keys(page, "m")
    page.keyboard.type("稍后再试")
    keys(page, "Enter")
    assert "try again" in page.locator("#note-form [name=text]").evaluate("field => field.validationMessage")
    expect(page.locator("#note-form [name=text]")).to_have_value("稍后再试")
    keys(page, "Escape")
    look(page, "away-en-1280", 1280)
    # A review cannot be saved now; the page stays, and says so.
    keys(page, "Control+Enter")
    page.wait_for_timeout(300)
    expect(page.locator("#draft-state.away")).to_be_visible()
    station.start()
    expect(page.locator("#draft-state.kept")).to_be_visible(timeout=30000)
    kept = Drafts(station.box.store).of(call, account(station.box, "inspector"))
    assert kept is not None
    assert list(kept.marks.grades.values())[:2] == ["fair", "poor"]
    window.faults[:] = [fault for fault in window.faults if "ERR_CONNECTION_REFUSED" not in fault]


@pytest.mark.slow
def test_marks_wait_in_the_browser_when_the_page_is_closed_while_the_box_is_away(begun: Begun, station: Station) -> None:
    window, call = begun("parts")
    page = window.page
    station.kill()
    keys(page, "j", "3")
    expect(page.locator("#draft-state.away")).to_be_visible()
    page.close()
    station.start()
    window.faults[:] = [fault for fault in window.faults if "ERR_CONNECTION_REFUSED" not in fault]
    again = page.context.new_page()
    again.goto(f"{station.address}/calls/{call}")
    expect(again.locator("#draft-state.kept")).to_be_visible()
    expect(again.locator("fieldset.item").first.locator("input:checked")).to_have_value("fair")


def test_two_windows_of_one_person_and_two_people_are_told(visit: Callable[..., Visit], station: Station) -> None:
    (call,) = station.plan("rude")
    first, lead = visit(), visit()
    first.log_in("inspector")
    first.open(f"/calls/{call}")
    second = first.page.context.new_page()
    second.goto(f"{station.address}/calls/{call}")
    keys(first.page, "j", "1")
    expect(first.page.locator("#draft-state.kept")).to_be_visible()
    keys(second, "j", "5")
    expect(second.locator("#elsewhere")).to_contain_text("another window")
    second.screenshot(path=SCREENSHOTS / "elsewhere-en-1280.png")
    second.locator("[data-here]").click()
    expect(second.locator("#draft-state.kept")).to_be_visible()
    lead.log_in("manager")
    lead.open(f"/calls/{call}")
    expect(lead.page.locator("#others")).to_contain_text("inspector")


@pytest.mark.slow
def test_who_is_logged_out_is_told_and_loses_nothing(begun: Begun, station: Station) -> None:
    window, _ = begun("rude")
    page = window.page
    page.context.clear_cookies(name="callbox_session")
    keys(page, "j", "3")
    expect(page.locator("#draft-state.out")).to_contain_text("logged out")
    other = page.context.new_page()
    other.goto(f"{station.address}/login")
    other.fill("#name", "inspector")
    other.fill("#password", PASSWORD)
    other.click("main button[type=submit]")
    expect(page.locator("#draft-state.kept")).to_be_visible(timeout=20000)
    assert all("401" in fault or "400" in fault for fault in window.faults)
    window.faults.clear()
