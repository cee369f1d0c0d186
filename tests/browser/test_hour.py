"""A call of an hour: usable at once, and any place of it heard at once. Prints what was measured; docs/measurements.md keeps it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_pages import now, wait_for_sound
from tests.webui.hour import UTTERANCES, add_hour

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Long tasks keep a page from answering; it is usable when the scripts have run and none of them is left.
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => { for (const task of list.getEntries()) window.longTasks.push(task.startTime + task.duration); })
  .observe({ type: "longtask", buffered: true });
"""
FIGURES = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const usable = performance.getEntriesByName("usable")[0].startTime;
  const busy = Math.max(0, ...window.longTasks);
  return { first_byte: page.responseStart, painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
           usable, calm: Math.max(usable, busy), loaded: page.loadEventEnd, html_kb: page.decodedBodySize / 1024 };
}"""


def figures(page: Page) -> dict[str, float]:
    page.locator("#wave.drawn").wait_for(state="attached")
    page.wait_for_timeout(1500)
    return {name: float(value) for name, value in page.evaluate(FIGURES).items()}


def test_an_hour_is_usable_at_once_and_heard_anywhere(visit: Callable[..., Visit], capsys: pytest.CaptureFixture[str]) -> None:
    window = visit()
    call = add_hour(window.served.box)
    window.page.add_init_script(WATCH)
    window.log_in("inspector")
    page = window.page
    found = []
    for _ in range(6):
        window.open(f"/calls/{call}")
        found.append(figures(page))
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(str({name: round(value) for name, value in row.items()}) for row in found) + "\n")
    expect(page.locator(".turn")).to_have_count(UTTERANCES)
    page.locator("#sound").evaluate("sound => { sound.muted = true; sound.currentTime = 3000; sound.play(); }")
    wait_for_sound(page, lambda at: at > 3001)
    expect(page.locator(".turn.now")).to_be_in_viewport()
    page.keyboard.press("n")
    wait_for_sound(page, lambda at: at > 3059)
    assert now(page) < 3080
