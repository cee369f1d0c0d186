"""An inspector's day in Chromium: by keys alone from log-in to the third scored call; corrections, notes and clips; the service
killed in the middle of a mark."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from quality.assignments import Assignments
from quality.cases import Cases
from quality.drafts import Drafts
from quality.labels import Labels
from quality.listens import Listens
from quality.reviews import Reviews
from quality.store import writing
from recorder.settings.cli import show
from tests.browser.conftest import SCREENSHOTS, Served, Visit, free_port, opened, wait_until_up
from tests.browser.test_pages import wait_for_sound
from tests.browser.test_screens import CONTRAST, UNLABELLED
from tests.webui.desk.conftest import account
from tests.webui.makebox import PASSWORD, make_box

pytestmark = pytest.mark.browser

SIZES = [("en", 1280), ("zh", 390)]


@dataclass
class Station(Served):
    """A box of its own, whose service may be killed."""

    config: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def start(self) -> None:
        self.process = _start(self.config)
        wait_until_up(self.address, self.process)

    def plan(self, *names: str) -> list[str]:
        """Just these calls are given to the inspector, and nothing is heard, marked or corrected."""
        with writing(self.box.store) as database:
            for table in ("assignments", "review_drafts", "listens", "labels", "notes"):
                database.execute(f"DELETE FROM {table}")
        ids = [self.box.ids[name] for name in names]
        for call in ids:
            Assignments(self.box.store).give(call, account(self.box, "inspector"), account(self.box, "manager"))
        return ids


def _start(config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "webui", "--config", str(config)], start_new_session=True)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    folder = tmp_path_factory.mktemp("station")
    box = make_box(folder / "store", port=free_port())
    config = folder / "callbox.toml"
    config.write_text(show(box.settings), "utf-8")
    station = Station(box, f"http://127.0.0.1:{box.settings.web.port}", config, _start(config))
    wait_until_up(station.address, station.process)
    yield station
    station.kill()


@pytest.fixture
def visit(browser: Browser, station: Station) -> Iterator[Callable[..., Visit]]:
    with opened(browser, station) as window:
        yield window


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def look(page: Page, name: str, width: int) -> None:
    """A picture for people, and what can be measured of looks."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
    assert page.evaluate(CONTRAST) == [], name
    assert page.evaluate(UNLABELLED) == [], name


def grade_everything(page: Page, key: str) -> None:
    keys(page, "j")
    for _ in range(page.locator("fieldset.item").count()):
        keys(page, key)


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_by_keys_alone_from_log_in_to_the_third_scored_call(
    visit: Callable[..., Visit], station: Station, language: str, width: int
) -> None:
    calls = station.plan("rude", "perfect", "parts") if language == "en" else station.plan("parked", "waiting", "long")
    window = visit(language=language, width=width)
    page = window.page
    window.open("/")
    page.locator("#name").focus()
    page.keyboard.type("inspector")
    keys(page, "Tab")
    page.keyboard.type(PASSWORD)
    keys(page, "Enter")
    expect(page.locator(".tasks tbody tr")).to_have_count(3)
    look(page, f"desk-{language}-{width}", width)
    keys(page, "g")
    for n, call in enumerate(calls):
        expect(page.locator(f'#player[data-call="{call}"]')).to_be_attached()
        expect(page.locator("#wave.drawn")).to_be_attached()
        page.locator("#sound").evaluate("sound => { sound.muted = true; }")
        keys(page, " ")
        wait_for_sound(page, lambda at: at > 0.5)
        keys(page, "+", "ArrowRight")
        grade_everything(page, "2")
        expect(page.locator("#total")).to_have_text("80")
        expect(page.locator("#open-items")).to_have_text("")
        expect(page.locator("#draft-state.kept")).to_be_attached()
        look(page, f"scoring-{n}-{language}-{width}", width)
        keys(page, "t")
        page.keyboard.type("总体良好")
        keys(page, "Control+Enter")
        expect(page).not_to_have_url(re.compile(call))
    expect(page).to_have_url(f"{station.address}/desk")
    expect(page.locator(".tasks.done tbody tr")).to_have_count(3)
    look(page, f"desk-done-{language}-{width}", width)
    for call in calls:
        review = Reviews(station.box.store).latest(call)
        assert review is not None
        assert (review.total, review.comment, review.reviewer) == (80.0, "总体良好", "inspector")
    heard = Listens(station.box.store).of_call(calls[0])
    assert heard[0].name == "inspector"


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_words_a_finding_a_note_and_a_clip(visit: Callable[..., Visit], station: Station, language: str, width: int) -> None:
    (call,) = station.plan("rude")
    window = visit(language=language, width=width)
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    page = window.page
    page.locator("#sound").evaluate("sound => { sound.muted = true; sound.currentTime = 12; }")
    expect(page.locator(".turn.now")).to_contain_text("不归我管")
    keys(page, "e")
    form = page.locator(".fix-form")
    expect(form.locator("textarea")).to_be_focused()
    look(page, f"correcting-{language}-{width}", width)
    form.locator("textarea").fill("这个东西不归我管")
    form.locator("select[name=emotion]").select_option("angry")
    form.locator("textarea").press("Enter")
    turn = page.locator("#u2")
    expect(turn.locator("p").first).to_have_text("这个东西不归我管")
    expect(turn.locator(".machine")).to_contain_text("显示签收就是签收了")
    expect(turn.locator(".mood.angry")).to_be_visible()
    page.locator("#h0 [data-verdict=wrong]").click()
    expect(page.locator("#h0.wrong")).to_be_attached()
    expect(turn.locator(".chip")).to_have_count(0)
    keys(page, "m")
    page.keyboard.type("这里应先致歉")
    keys(page, "Enter")
    expect(page.locator(".turns .note")).to_contain_text("这里应先致歉")
    expect(page.locator("svg.notes rect")).to_have_count(1)
    look(page, f"corrected-{language}-{width}", width)
    keys(page, "i", "ArrowRight", "o", "c")
    dialog = page.locator("dialog#clip[open]")
    start, end = (float(dialog.locator(f"[name={edge}]").input_value()) for edge in ("start", "end"))
    assert end - start == pytest.approx(5, abs=0.3)
    for field, text in (("title", "推诿"), ("problem", "推给派件员"), ("solution", "先致歉再查件")):
        dialog.locator(f"[name={field}]").fill(text)
    look(page, f"clip-{language}-{width}", width)
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_role("status")).to_contain_text("推诿")
    dialog.locator("[data-close]").click()
    page.reload()
    expect(page.locator("#u2 p").first).to_have_text("这个东西不归我管")
    page.locator(".note .remove").click()
    expect(page.locator(".turns .note")).to_have_count(0)
    assert {label.field for label in Labels(station.box.store).of_call(call)} == {"text", "emotion", "hit"}
    case = Cases(station.box.store).browse()[0]
    assert case.text.clips[0].call_id == call
    Cases(station.box.store).remove(case, account(station.box, "manager"))


def test_the_help_sheet_and_turning_single_keys_off(visit: Callable[..., Visit], station: Station) -> None:
    (call,) = station.plan("rude")
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    page = window.page
    keys(page, "?")
    expect(page.locator("dialog#keys[open]")).to_be_visible()
    look(page, "keys-en-1280", 1280)
    page.locator("#keys-on").uncheck()
    keys(page, "Escape", "m")
    expect(page.locator("#note-form")).to_be_hidden()
    page.locator("[data-keys]").click()
    page.locator("#keys-on").check()
    keys(page, "Escape")
    expect(page.locator("dialog#keys[open]")).to_have_count(0)
    keys(page, "m")
    expect(page.locator("#note-form")).to_be_visible()


def _long_silence(route: Route) -> None:
    answer = route.fetch()
    text, changed = re.subn(r'data-spoken="[^"]*"', 'data-spoken="[[0, 1], [35, 44]]"', answer.text())
    assert changed == 1
    route.fulfill(response=answer, body=text)


def test_silence_is_skipped_and_slow_and_fast_voices_keep_their_pitch(visit: Callable[..., Visit], station: Station) -> None:
    (call,) = station.plan("rude")
    window = visit()
    window.log_in("inspector")
    page = window.page
    page.route(f"**/calls/{call}", _long_silence)
    window.open(f"/calls/{call}")
    sound = page.locator("#sound")
    keys(page, "+", "+", "+", "+", "+")
    assert sound.evaluate("sound => [sound.playbackRate, sound.preservesPitch]") == [2, True]
    page.select_option("#speed", "0.75")
    assert sound.evaluate("sound => [sound.playbackRate, sound.preservesPitch]") == [0.75, True]
    page.locator("#speed").blur()
    keys(page, "s", " ")
    expect(page.locator("#skip-silence")).to_be_checked()
    wait_for_sound(page, lambda at: at > 35)  # at this speed it would take most of a minute to play to there


def test_play_on_goes_to_the_next_unheard_call(visit: Callable[..., Visit], station: Station) -> None:
    first, second = station.plan("rude", "perfect")
    window = visit()
    window.log_in("inspector")
    page = window.page
    expect(page.locator(".tasks")).to_be_visible()
    keys(page, "a")
    expect(page.locator(f'#player[data-call="{first}"]')).to_be_attached()
    expect(page.locator("#play-on")).to_be_checked()
    wait_for_sound(page, lambda at: at > 0.3)
    page.locator("#sound").evaluate("sound => { sound.currentTime = sound.duration - 0.5; }")
    expect(page.locator("#going-on")).to_be_visible()
    page.wait_for_url(f"**/calls/{second}*")
    wait_for_sound(page, lambda at: at > 0.3)
    assert "play" not in page.url
    page.locator("#sound").evaluate("sound => { sound.currentTime = sound.duration - 0.5; }")
    expect(page.locator("#going-on")).to_be_visible()
    keys(page, "Escape")
    expect(page.locator("#going-on")).to_be_hidden()
    page.wait_for_timeout(3500)
    assert second in page.url


def test_a_mark_outlives_the_service_being_killed(visit: Callable[..., Visit], station: Station) -> None:
    (call,) = station.plan("perfect")
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    page = window.page
    expect(page.locator("#wave.drawn")).to_be_attached()
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
def test_marks_wait_in_the_browser_when_the_page_is_closed_while_the_box_is_away(
    visit: Callable[..., Visit], station: Station
) -> None:
    (call,) = station.plan("parts")
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    page = window.page
    expect(page.locator("#wave.drawn")).to_be_attached()
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
def test_who_is_logged_out_is_told_and_loses_nothing(visit: Callable[..., Visit], station: Station) -> None:
    (call,) = station.plan("rude")
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    page = window.page
    expect(page.locator("#wave.drawn")).to_be_attached()
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
