"""What a form lacks is said by the page, in its own language, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from quality.reviewing.reviews import Reviews
from tests.browser.conftest import Visit
from tests.browser.desk.conftest import Station
from tests.browser.desk.hands import keys, look

pytestmark = pytest.mark.browser

TEXTS = {
    "zh": ("还有 {} 项未评", "还有 {} 处需写说明", "请写明原因：给出此评分", "判定服务禁忌须在此说明", "此项未评"),
    "en": ("{} unmarked", "{} to explain", "Say why: this mark", "A taboo fails the whole call: say here", "Not marked yet"),
}
CURRENT = re.compile(r"\bcurrent\b")
WORST = "label:last-of-type input[data-share]:checked, label:has(+ label input[value=na]) input:checked"


def opened(visit: Callable[..., Visit], station: Station, name: str, language: str, width: int) -> tuple[Page, str]:
    (call,) = station.plan(name)
    window = visit(language, width)
    window.log_in("inspector")
    window.open(f"/calls/{call}")
    return window.page, call


def mark(page: Page, place: int, grade: int) -> None:
    """As with the pointer, wherever the page has been scrolled to. Counted from 0; grade 0 is the best, -1 the worst."""
    page.locator("fieldset.item").nth(place).locator("input[data-share]").nth(grade).evaluate("field => field.click()")


def counted(page: Page, text: str) -> None:
    expect(page.locator("#open-items")).to_have_text(text)


@pytest.mark.parametrize(("name", "language", "width"), [("perfect", "zh", 1280), ("parts", "en", 390)])
def test_a_form_says_what_it_lacks(visit: Callable[..., Visit], station: Station, name: str, language: str, width: int) -> None:
    _, unexplained, why, taboo, _ = TEXTS[language]
    page, call = opened(visit, station, name, language, width)
    items, told = page.locator("fieldset.item"), page.locator("#lacking")
    many = items.count()
    for place in range(many):
        mark(page, place, 0)
    counted(page, "")
    mark(page, 1, -1)
    counted(page, unexplained.format(1))
    page.locator("[name=taboo]").first.check()
    counted(page, unexplained.format(2))
    page.locator(".save .buttons button").last.click()
    expect(told).to_contain_text(why)
    expect(told).to_have_attribute("role", "alert")
    box = items.nth(1).locator("textarea")
    expect(box).to_be_focused()
    expect(box).to_be_in_viewport()
    look(page, f"lacking-{language}-{width}", width)
    page.keyboard.type("uu")
    expect(box).to_have_value("uu")
    expect(told).to_have_count(0)
    counted(page, unexplained.format(1))
    keys(page, "Escape", "u")
    expect(told).to_contain_text(taboo)
    expect(page.locator("#comment")).to_be_focused()
    assert Reviews(station.box.store).latest(call) is None
    page.keyboard.type("对客户说了粗话")
    counted(page, "")
    keys(page, "Control+Enter")
    expect(page).to_have_url(f"{station.address}/desk")
    review = Reviews(station.box.store).latest(call)
    assert review is not None and (review.total, review.comment) == (0, "对客户说了粗话")
    assert [item.comment for item in review.items.values() if item.comment] == ["uu"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_has_no_mark_is_gone_to_one_after_the_other(visit: Callable[..., Visit], station: Station, language: str) -> None:
    unmarked, unexplained, why, _, not_marked = TEXTS[language]
    page, _ = opened(visit, station, "waiting", language, 1280)
    items, told = page.locator("fieldset.item"), page.locator("#lacking")
    many = items.count()
    for place in range(3, many):
        mark(page, place, 0)
    mark(page, 1, -1)
    counted(page, f"{unmarked.format(2)} · {unexplained.format(1)}")
    page.locator("body").click(position={"x": 2, "y": 2})
    keys(page, "Control+Enter")
    expect(told).to_contain_text(not_marked)
    expect(items.nth(0)).to_have_class(CURRENT)
    keys(page, "u")
    expect(told).to_contain_text(why)
    expect(items.nth(1).locator("textarea")).to_be_focused()
    keys(page, "Escape", "u")
    expect(items.nth(2)).to_have_class(CURRENT)
    keys(page, "u")
    expect(items.nth(0)).to_have_class(CURRENT)
    keys(page, "1")
    counted(page, f"{unmarked.format(1)} · {unexplained.format(1)}")


def test_a_worst_grade_that_the_machine_suggests_has_to_be_explained_too(visit: Callable[..., Visit], station: Station) -> None:
    page, _ = opened(visit, station, "rude", "zh", 1280)
    worst = page.locator(f"fieldset.item:has({WORST})")
    assert worst.count() > 0
    expect(page.locator("#open-items")).to_contain_text(TEXTS["zh"][1].format(worst.count()))
    expect(worst.first.locator(".needed")).to_be_visible()
