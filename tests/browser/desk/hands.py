"""Keys pressed and pictures taken at the desk."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import SCREENSHOTS
from tests.browser.test_screens import CONTRAST, UNLABELLED


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
