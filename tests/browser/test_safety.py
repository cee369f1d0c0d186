"""Log-in, lock-out, one-time codes and first run as people see them, in Chromium."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import Page

from quality.access import firstrun
from quality.access.logins import PER_PAIR
from tests.browser.conftest import SCREENSHOTS, Served, Visit, serve

pytestmark = pytest.mark.browser
LOOKS = [("zh", 1280), ("en", 1280), ("zh", 390), ("en", 390)]
NEW = "kettle-and-harbour-9"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A box of its own: here accounts are locked and passwords changed."""
    yield from serve(tmp_path_factory.mktemp("safe"))


def look(page: Page, name: str, language: str, width: int) -> None:
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, name
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"safety-{name}-{language}-{width}.png", full_page=True)


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_account_audit_log_and_one_time_codes(visit: Callable[..., Visit], language: str, width: int) -> None:
    window = visit(language, width)
    window.log_in("admin")
    for name, path in (("audit", "/audit"), ("account", "/account"), ("codes", "/account/codes")):
        window.open(path)
        look(window.page, name, language, width)


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_one_time_codes_from_turning_on_to_log_in(visit: Callable[..., Visit], language: str, width: int) -> None:
    name = "inspector" if language == "zh" else "trainer"
    window = visit(language, width)
    window.log_in(name)
    window.page.wait_for_url(lambda url: "/login" not in url)
    window.page.wait_for_load_state("load")
    window.open("/account/codes")
    window.page.wait_for_load_state("load")
    code = pyotp.TOTP(window.page.inner_text(".key").replace(" ", ""))
    window.page.fill("#code", code.at(0) if code.at(0) != code.now() else "000000")
    with window.page.expect_response(lambda answer: answer.request.method == "POST" and "/codes" in answer.url) as wrong:
        window.page.click(".codes button.primary")
    assert wrong.value.status == 422, wrong.value.url
    window.page.wait_for_selector(".notice.error")
    window.page.wait_for_load_state("load")
    window.faults.clear()  # the browser tells of the 422
    look(window.page, "codes-wrong", language, width)
    window.page.fill("#code", code.now())
    window.page.click(".codes button.primary")
    assert window.page.locator(".recovery li").count() == 10
    recovery = window.page.locator(".recovery code").first.inner_text()
    look(window.page, "recovery", language, width)
    window.page.click(".who button:last-of-type >> nth=-1")
    window.log_in(name)
    window.page.wait_for_url("**/login/code")
    look(window.page, "code", language, width)
    window.page.fill("#code", recovery)
    window.page.click("main button.primary")
    window.page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_who_has_tried_too_often_is_told_until_when(visit: Callable[..., Visit], language: str, width: int) -> None:
    window = visit(language, width)
    for number in range(PER_PAIR):
        window.log_in(f"nobody-{language}", f"wrong-{number}")
    window.page.wait_for_selector(".notice.error")
    look(window.page, "locked", language, width)
    window.faults.clear()  # the browser tells of each 401, and of the 429


def test_the_first_administrator(visit: Callable[..., Visit], served: Served) -> None:
    review = served.box.store / "review.db"
    with sqlite3.connect(review) as database:
        database.execute("UPDATE users SET role = 'manager' WHERE role = 'admin'")
    for language, width in LOOKS:
        window = visit(language, width)
        window.open("/login")
        look(window.page, "login-bare", language, width)
        window.open("/first-run")
        look(window.page, "firstrun", language, width)
    window.page.fill("#code", firstrun.new_code(served.box.store))
    window.page.fill("#name", "root")
    window.page.fill("#password", NEW)
    window.page.fill("#again", NEW)
    window.page.click("main button.primary")
    window.page.wait_for_url(lambda url: "/first-run" not in url)
    assert not firstrun.needed(served.box.store)
