"""A supervisor watches the wall, hears a line, looks after the box: in a real browser, while the real recorder records."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from quality.audit.entries import LISTEN
from quality.store import reading
from tests.browser.conftest import SCREENSHOTS, Visit
from tests.browser.live.conftest import LiveBox, until

pytestmark = pytest.mark.browser

LOOKS = [(language, width, scheme) for language in ("zh", "en") for width, scheme in ((1280, "light"), (390, "dark"))]


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_the_wall_and_the_health_page(visit: Callable[..., Visit], language: str, width: int, scheme: str) -> None:
    one = visit(language, width, scheme)
    one.log_in("manager")
    for path, name in (("/live", "live"), ("/health", "health")):
        one.open(path)
        one.page.wait_for_timeout(1200)
        one.page.screenshot(path=SCREENSHOTS / f"{name}-{language}-{width}.png", full_page=True)
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_wall_follows_without_a_reload(visit: Callable[..., Visit]) -> None:
    one = visit()
    one.log_in("inspector")
    one.open("/live")
    talking = one.page.locator(".line.talking").first
    before = talking.locator('[data-field="for"]').text_content()
    expect(talking.locator('[data-field="for"]')).not_to_have_text(before or "", timeout=5000)
    levels = talking.locator("rect.rms").evaluate_all("bars => bars.map(bar => bar.getAttribute('width')).join()")
    one.page.wait_for_function(
        "was => [...document.querySelectorAll('.line.talking')][0].querySelectorAll('rect.rms').length && "
        "[...document.querySelectorAll('.line.talking rect.rms')].map(bar => bar.getAttribute('width')).join() !== was",
        arg=levels, timeout=8000,
    )  # fmt: skip
    assert one.page.locator("button.listen").count() == 0


def test_a_line_is_heard_and_the_audit_log_knows(visit: Callable[..., Visit], served: LiveBox) -> None:
    one = visit()
    one.log_in("manager")
    one.open("/live")
    card = one.page.locator(".line.talking").first
    name = card.get_attribute("data-line")
    card.locator("button.listen").click()
    expect(card.locator('[data-field="delay"]')).to_contain_text("s behind", timeout=8000)
    expect(card.locator('[data-field="heard"]')).to_have_text("heard by manager", timeout=5000)
    delay = float((card.locator('[data-field="delay"]').text_content() or "9").split()[0])
    assert 0 < delay <= 1.0  # the player never holds back more
    one.page.screenshot(path=SCREENSHOTS / "live-heard-en-1280.png")
    card.locator("button.listen").click()
    expect(card.locator("button.listen")).to_have_attribute("aria-pressed", "false")
    until(lambda: len(noted(served)) == 2, served.recorder)
    (began, _), (ended, detail) = noted(served)
    assert (began, ended) == (("manager", "line.listen", name), ("manager", "line.listened", name))
    assert json.loads(detail)["seconds"] > 0.5


def noted(served: LiveBox) -> list[tuple[tuple[str, ...], str]]:
    with reading(served.box.store) as connection:
        rows = connection.execute('SELECT "by", action, subject, detail FROM review.changes WHERE kind = ? ORDER BY id', (LISTEN,))
        return [((row["by"], row["action"], row["subject"]), row["detail"]) for row in rows]


def test_what_stops_is_seen(visit: Callable[..., Visit], served: LiveBox) -> None:
    """The last one: it stops the recorder."""
    one = visit()
    one.log_in("manager")
    one.open("/live")
    expect(one.page.locator(".line.talking").first).to_be_visible()
    off = one.page.locator('[data-field="off"]')
    expect(off).to_be_hidden()
    served.recorder.stop()
    expect(off).to_be_visible(timeout=20_000)
    expect(off).to_contain_text("nothing is being recorded")
    expect(one.page.locator('[data-field="calm"]')).to_be_hidden()
    assert one.page.locator(".line.talking").count() == 0
    one.open("/health")
    expect(one.page.locator(".headline")).to_contain_text("Nothing is being recorded")
