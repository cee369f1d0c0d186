"""The form of a call where people give points instead of grades."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from quality.forms.documents import load_form, read_form
from quality.forms.store import Forms
from quality.store import writing
from tests.browser.conftest import SCREENSHOTS, Served, Visit

pytestmark = pytest.mark.browser
FORM = load_form("A")


@pytest.fixture
def points_form(served: Served) -> Iterator[str]:
    document = {**FORM.document, "id": "P", "name_zh": "计分表", "name_en": "In points", "scale": "points"}
    Forms(served.box.store).add(read_form(document), "manager")
    yield "P"
    with writing(served.box.store) as database:
        database.execute("DELETE FROM forms WHERE id = 'P'")


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_points_are_counted_kept_as_a_draft_and_fit_the_window(
    visit: Callable[..., Visit], points_form: str, language: str, width: int
) -> None:
    window = visit(language=language, width=width)
    window.log_in("inspector")
    page = window.page
    window.open(f"/calls/{window.served.box.ids['perfect']}?form_id={points_form}")
    numbers = page.locator("fieldset.item input[type=number]")
    assert numbers.count() == len(FORM.items)
    for number in numbers.all():
        number.fill(str(float(number.get_attribute("max") or 0) / 2))
    expect(page.locator("#total")).to_have_text("50")
    first = page.locator("fieldset.item").first
    numbers.first.fill("0")
    expect(first.locator("textarea")).to_be_visible()
    first.locator("input[type=checkbox]").check()
    expect(page.locator("#total")).to_have_text("50")
    expect(page.locator("#open-items")).to_have_text("")
    page.reload()
    expect(page.locator(".draft")).to_be_visible()
    expect(page.locator("#total")).to_have_text("50")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    first.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / f"points-{language}-{width}.png")
    page.locator("[data-forget]").click()
