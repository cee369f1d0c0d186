"""Searching, playing in the list and keeping a search, in Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS, Visit

pytestmark = pytest.mark.browser

Window = Callable[..., Visit]


def wait_for(page: Page, script: str) -> None:
    """Playwright's own waiting for a condition needs eval in the page, which the pages forbid."""
    until = time.monotonic() + 20
    while not page.evaluate(script):
        assert time.monotonic() < until, script
        page.wait_for_timeout(50)


def shoot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_words_are_found_and_play_in_their_place_without_leaving_the_list(visit: Window, language: str, width: int) -> None:
    window = visit(language, width)
    window.log_in()
    page = window.page
    window.open("/calls?q=不归我管")
    row = page.locator("table.calls tbody tr").first
    expect(row.locator("mark")).to_have_text("不归我管")
    address = page.url
    button = row.locator("button.play")
    at = float(button.get_attribute("data-at") or 0)
    assert at > 0
    button.click()
    expect(page.locator("#bar")).to_be_visible()
    wait_for(page, f"document.getElementById('bar-sound').currentTime >= {at}")
    shoot(page, f"search-play-{language}-{width}")
    assert page.url == address
    assert page.evaluate("document.getElementById('bar-sound').currentTime") < at + 15
    page.keyboard.press("Escape")
    expect(page.locator("#bar")).to_be_hidden()
    assert page.evaluate("document.getElementById('bar-sound').paused")


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_search_is_kept_shared_and_counted(visit: Window, language: str, width: int) -> None:
    window = visit(language, width)
    window.log_in()
    page = window.page
    name = f"重点 {language}"
    window.open("/calls?priority=yes")
    total = page.locator(".count").inner_text()
    page.locator(".keep summary").click()
    page.fill("#kept-name", name)
    page.locator(".keep input[name=shared]").check()
    page.locator(".keep button[type=submit]").click()
    chip = page.locator(".kept a.chip", has_text=name)
    expect(chip).to_have_attribute("aria-current", "true")
    expect(chip.locator("output")).not_to_be_empty()
    assert chip.locator("output").inner_text() in total
    shoot(page, f"search-kept-{language}-{width}")
    colleague = visit(language, width)
    colleague.log_in("inspector")
    colleague.open("/searches")
    expect(colleague.page.get_by_role("link", name=name)).to_be_visible()
    shoot(colleague.page, f"search-saved-{language}-{width}")
    agent = visit(language, width)
    agent.log_in("wang")
    agent.open("/searches")
    expect(agent.page.get_by_role("link", name=name)).to_have_count(0)
    window.open("/searches")
    page.locator("tr", has_text=name).locator(".acts form").last.locator("button").click()
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_a_phone_shows_durations_and_long_words_whole(visit: Window) -> None:
    window = visit("zh", 390)
    window.log_in()
    page = window.page
    cell = page.locator("table.calls td.length").first
    window.open("/calls")
    expect(cell).to_have_css("overflow", "visible")
    assert cell.evaluate("(e) => e.querySelector('.play').getBoundingClientRect().right <= e.getBoundingClientRect().right + 1")
    window.open(f"/calls?q={'好' * 90}")
    expect(page.locator(".empty h2")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("language", "width", "scheme"), [("zh", 1280, "dark"), ("en", 1280, "light"), ("zh", 390, "light")])
def test_every_filter_at_once_and_what_to_do_when_nothing_fits(visit: Window, language: str, width: int, scheme: str) -> None:
    window = visit(language, width, scheme)
    window.log_in()
    page = window.page
    window.open("/calls?mood=customer-angry&min_silence=0:05&hung_up=customer&reviewed=draft&q=火星&exact=1")
    chips = page.locator(".empty a.chip")
    expect(chips).to_have_count(5)
    if width < 900:
        page.locator("label.toggle").click()
    shoot(page, f"search-empty-{language}-{width}-{scheme}")
    for _ in range(5):
        page.locator(".empty a.chip").first.click()
        if page.locator("table.calls").count():
            break
    expect(page.locator("table.calls tbody tr").first).to_be_visible()
    shoot(page, f"search-list-{language}-{width}-{scheme}")
