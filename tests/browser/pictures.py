"""The handbook's pictures, docs/pictures/<language>-<name>.webp, made by `python -m tests.browser.pictures`: look at each."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from console.output import note
from tests.browser.conftest import CHROMIUM, FLAGS, Served, Visit
from tests.browser.picturebox import WEEK, centre, lines

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
WIDTH = 1180
LARGEST_BYTES = 60_000
INSPECTOR, AGENT = "孙杰", "林伟"
"""Of the made centre."""


def keep(page: Page, name: str, language: str) -> None:
    """That part of the page as a WebP that is not too large."""
    page.wait_for_timeout(400)
    left, top, width, height = BOXES[name]
    shot = page.screenshot(clip={"x": left, "y": top, "width": width, "height": height}, full_page=True)
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    for quality in (85, 75, 65, 55, 45):
        packed = io.BytesIO()
        image.save(packed, "WEBP", quality=quality, method=6)
        if packed.tell() <= LARGEST_BYTES:
            break
    (PICTURES / f"{language}-{name}.webp").write_bytes(packed.getvalue())
    note(
        f"{language}-{name}: {packed.tell()} bytes at quality {quality}", f"{language}-{name}：{packed.tell()} 字节，质量 {quality}"
    )


@contextmanager
def window(browser: Browser, served: Served, language: str, person: str) -> Iterator[Page]:
    """A page of somebody who is logged in, in a browser of that language."""
    context = browser.new_context(viewport={"width": WIDTH, "height": 800}, locale=LOCALES[language])
    context.add_cookies([{"name": "callbox_lang", "value": language, "url": served.address}])
    made = Visit(context.new_page(), served)
    made.log_in(person)
    made.page.wait_for_url(lambda address: "/login" not in address)
    yield made.page
    context.close()


def of_the_centre(browser: Browser, served: Served, language: str) -> None:
    """Every picture but that of the lines."""
    for name, (person, take) in CENTRE.items():
        with window(browser, served, language, person) as page:
            take(page, served)
            keep(page, name, language)


def _desk(page: Page, served: Served) -> None:
    page.goto(served.address + "/desk")


def _call(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/calls/{served.box.ids['courier_shirk']}")
    page.locator("#wave.drawn").wait_for(state="attached")
    page.locator(".hit-button").nth(1).click()


def _correct(page: Page, served: Served) -> None:
    _call(page, served)
    page.locator(".turn .fix").nth(1).click()


def _search(page: Page, served: Served) -> None:
    page.goto(served.address + "/calls?q=投诉&since=2026-10-26&until=2026-10-30")


def _dashboard(page: Page, served: Served) -> None:
    for _ in range(100):
        page.goto(f"{served.address}/dashboard?kind=week&period={WEEK}")
        if page.locator("dl.keys").count() and not page.locator(".notice.warn").count():
            return
        page.wait_for_timeout(3000)  # until the days are counted


def _alerts(page: Page, served: Served) -> None:
    page.goto(served.address + "/alerts")


def _draft(page: Page, served: Served) -> None:
    """Real: a word more in a rule, tried on all calls."""
    page.goto(served.address + "/setup/rules/shirk")
    words = page.locator("textarea[name$='-words']").first
    words.fill(words.input_value() + "\n这个我不清楚")
    page.locator("div.save button.primary").click()
    page.select_option("#days", "0")
    page.locator("form[action$='/try'] button").click()
    page.locator("ul.listen, p.big").first.wait_for(timeout=300_000)


def _own(page: Page, served: Served) -> None:
    page.goto(served.address + "/own")


def _users(page: Page, served: Served) -> None:
    page.goto(served.address + "/setup/users")


Take = Callable[[Page, Served], None]
CENTRE: dict[str, tuple[str, Take]] = {
    "desk": (INSPECTOR, _desk), "call": (INSPECTOR, _call), "correct": (INSPECTOR, _correct), "search": (INSPECTOR, _search),
    "dashboard": ("主管", _dashboard), "alerts": ("主管", _alerts), "draft": ("主管", _draft), "own": (AGENT, _own),
    "users": ("管理员", _users),
}  # fmt: skip
"""Picture → who sees it, the way there."""
BOXES = {
    "desk": (0, 0, WIDTH, 430), "call": (0, 0, WIDTH, 700), "correct": (0, 356, 750, 420), "search": (0, 0, WIDTH, 560),
    "dashboard": (0, 0, WIDTH, 700), "alerts": (0, 0, WIDTH, 560), "draft": (0, 0, WIDTH, 640), "own": (0, 0, WIDTH, 640),
    "users": (0, 0, WIDTH, 360), "live": (0, 0, WIDTH, 600),
}  # fmt: skip
"""Picture → left, top, width, height, CSS pixels of the whole page."""


def of_the_lines(browser: Browser, served: Served, language: str) -> None:
    """The wall while people talk."""
    with window(browser, served, language, "manager") as page:
        page.goto(served.address + "/live")
        page.locator(".line.talking .words:not([hidden])").first.wait_for(timeout=60_000)
        keep(page, "live", language)


def main() -> int:
    """Make all of them."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        for box, take in ((centre, of_the_centre), (lines, of_the_lines)):
            with box(Path(folder)) as served:
                for language, locale in LOCALES.items():
                    flags = [*FLAGS, f"--lang={locale}"]
                    browser = playwright.chromium.launch(
                        executable_path=CHROMIUM, args=flags, env={**os.environ, "LANGUAGE": language}
                    )
                    take(browser, served, language)
                    browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
