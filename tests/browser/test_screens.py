"""Pictures of every page, for people to look at (tests/screenshots, not in git), and what can be said of looks by measuring."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

from tests.browser.conftest import SCREENSHOTS, Visit

pytestmark = pytest.mark.browser

Window = Callable[..., Visit]
PAGES = {
    "list": "/calls", "call": "/calls/{rude}", "waiting": "/calls/{waiting}", "weekly": "/weekly?week=2026-W47",
    "nothing": "/calls?agent=8004&team=售前", "about": "/about", "login": "/login",
}  # fmt: skip
FIRST_LOAD_BYTES = 300 * 1024

# Text whose contrast with the nearest painted background is below WCAG AA (4.5, or 3 for large text); canvases are left out.
CONTRAST = """() => {
  const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return { rgb: n.slice(0, 3), a: n[3] ?? 1 }; };
  const ground = (e) => {
    for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a === 1) return c.rgb; }
    return [255, 255, 255];
  };
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, e = node.parentElement;
    const apart = e.closest("svg, option, .visually-hidden, :disabled, .skip, noscript");
    if (!node.textContent.trim() || !e.checkVisibility() || apart) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(parse(style.color).rgb), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faults.push(`${node.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return faults;
}"""

UNLABELLED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim() || e.title))
  .map((e) => e.outerHTML)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits_is_legible_and_labelled(visit: Window, width: int, language: str, scheme: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    window = visit(language=language, width=width, scheme=scheme)
    page = window.page
    for name, path in PAGES.items():
        if name == "login":
            page.get_by_role("button", name=re.compile("退出|Log out")).click()
        elif name == "list":
            window.log_in()
        window.open(path.format(**window.served.box.ids))
        if "/calls/" in path:
            page.locator("#wave.drawn").wait_for(state="attached")
        shot = SCREENSHOTS / f"{name}-{language}-{width}-{scheme}.png"
        page.screenshot(path=shot)
        if name == "weekly":
            page.screenshot(path=shot.with_name(f"{name}-full-{language}-{width}-{scheme}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
        assert page.evaluate(CONTRAST) == [], f"{name}: contrast"
        assert page.evaluate(UNLABELLED) == [], f"{name}: labels"


def test_nothing_moves_while_a_page_loads(visit: Window) -> None:
    window = visit()
    window.page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => list.getEntries().forEach((e) => { window.moved += e.value; }))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    window.log_in()
    for path in ("/calls", "/calls/{rude}", "/weekly?week=2026-W47"):
        window.open(path.format(**window.served.box.ids))
        window.page.wait_for_timeout(500)
        assert window.page.evaluate("window.moved") < 0.02, path


def test_the_first_load_is_small(visit: Window) -> None:
    window = visit()
    window.log_in()
    got: dict[str, int] = {}

    def count(answer: Response) -> None:
        if "/audio/" not in answer.url and answer.status == 200:
            got[urlsplit(answer.url).path] = len(answer.body())

    window.page.on("response", count)
    window.open(f"/calls/{window.served.box.ids['rude']}")
    window.page.locator("#wave.drawn").wait_for(state="attached")
    window.page.wait_for_timeout(300)
    assert "/static/vendor/wavesurfer.esm.js" in got
    assert sum(got.values()) < FIRST_LOAD_BYTES, got
