"""An inspector's day in Chromium: by keys alone from log-in to the third scored call; corrections, notes and clips."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from quality.improving.cases import Cases
from quality.reviewing.labels import Labels
from quality.reviewing.listens import Listens
from quality.reviewing.reviews import Reviews
from tests.browser.conftest import Visit
from tests.browser.desk.conftest import Station
from tests.browser.desk.hands import keys, look
from tests.browser.test_pages import wait_for_sound
from tests.webui.desk.conftest import account
from tests.webui.makebox import PASSWORD

pytestmark = pytest.mark.browser

SIZES = [("en", 1280), ("zh", 390)]


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
