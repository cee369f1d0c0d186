"""WCAG 2.1 AA by an automatic checker (axe-core) on every page there is, and what else holds for all of them: nothing wider than
the screen, nothing that moves while a page loads. Pages are found by the routes, so that a new one is checked as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from analyzer.rules.drafts import Drafts
from analyzer.rules.library import Rulebooks
from quality.staff.people import People, Person
from tests.browser.conftest import Served, Visit, serve
from tests.browser.pagefinder import find_pages
from tests.webui.makebox import TestBox
from tests.webui.routes import OBJECTS, ROUTES

pytestmark = pytest.mark.browser

Window = Callable[..., Visit]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ROLES = ("manager", "admin", "inspector", "wang", "trainer")
"""Who looks at a page in the fast form: the first of these who may."""

NO_PAGES = (
    "account.stay", "audio.download", "audio.integrity", "audio.peaks", "audio.sound", "audit.csv", "calls.start",
    "cases.clip_sound", "desk.following", "health.healthz", "jobs.state", "listening.audio", "listens.talk", "live.state",
    "livecalls.so_far", "manage.export_file", "manage.report_file", "metrics.scrape", "people.table", "reports.download",
    "reviews.suggestions", "searches.counts", "static",
)  # fmt: skip
OF_A_MOMENT = ("auth.code", "clips.form", "firstrun.page", "forms.compare", "manage.report", "manage.work")
"""Pages and a dialog that this box is not in the state for: test_safety, desk, test_setup and test_screens look at them."""

RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.flatMap((fault) => fault.nodes.map((node) =>
    `${fault.id}: ${node.html.slice(0, 160)} – ${(node.any[0] || node.all[0] || node.none[0] || {}).message || fault.help}`));
}"""
WATCH = """
window.moved = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) {
    const parts = (entry.sources || []).map((source) => source.node?.className || source.node?.nodeName).join(", ");
    // Parts without a name are inside the browser's own controls of a sound, which settle by themselves.
    if (parts || !document.querySelector("audio[controls]")) moved.push(`${entry.value.toFixed(4)} ${parts}`);
  }
})).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A box of its own, with one of everything there are pages about."""
    yield from serve(tmp_path_factory.mktemp("full"), one_of_everything)


@pytest.fixture(scope="module")
def pages(served: Served) -> dict[str, dict[str, str]]:
    return find_pages(served.box)


@pytest.mark.parametrize("scheme, width, language", [("light", 1280, "en"), ("dark", 390, "zh")])
def test_every_page_passes_the_checker(
    visit: Window, pages: dict[str, dict[str, str]], scheme: str, width: int, language: str
) -> None:
    """Each page once in both, as the first of ROLES who may open it."""
    window = checked(visit, scheme, width, language)
    found = faults_of(window, "", pages[""])
    seen = set(pages[""])
    for name in ROLES:
        mine = {endpoint: address for endpoint, address in pages[name].items() if endpoint not in seen}
        seen |= set(mine)
        found += faults_of(window, name, mine)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["", *ROLES, "liu"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_passes_the_checker_as_everybody(  # noqa: PLR0917
    visit: Window, pages: dict[str, dict[str, str]], name: str, scheme: str, width: int, language: str
) -> None:
    found = faults_of(checked(visit, scheme, width, language), name, pages[name])
    assert not found, "\n".join(found)


def test_every_route_is_a_page_that_is_found_or_none(pages: dict[str, dict[str, str]]) -> None:
    """What the checks above would miss."""
    found = set().union(*pages.values())
    missing = {row.endpoint for row in ROUTES if row.method == "GET" and not row.endpoint.startswith("api.")} - found
    assert missing == {*NO_PAGES, *OF_A_MOMENT}
    assert {"calls.listing", "reports.weekly", "health.about"} <= set(pages["manager"])
    assert any("/calls/" in address for address in pages["inspector"].values())
    assert "auth.login" in pages[""]


def one_of_everything(box: TestBox) -> None:
    """What the table of routes has pages about, a person and a change of a rule."""
    for about in sorted({row.about for row in ROUTES} - {""}):
        OBJECTS[about](box)
    People(box.store).save([Person("8004", "李娜", team="售后")], "admin")
    Drafts(Rulebooks(box.store)).make("shirk", None, "admin", 0.0)


def checked(visit: Window, scheme: str, width: int, language: str) -> Visit:
    """A window in which every page brings the checker along."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci")
    window = visit(language=language, width=width, scheme=scheme)
    window.page.add_init_script(path=AXE)
    window.page.add_init_script(WATCH)
    return window


def faults_of(window: Visit, name: str, addresses: dict[str, str]) -> list[str]:
    """What is wrong on these pages, each fault with its page."""
    if name and addresses:
        window.page.context.clear_cookies(name="callbox_session")
        window.log_in(name)
    found = []
    for address in addresses.values():
        window.open(address)
        faults = _faults(window.page)
        if any(fault.startswith("moved") for fault in faults):
            window.open(address)  # on a busy machine a page is painted half read; what really moves, moves every time
            faults = _faults(window.page)
        found += [f"{name or 'nobody'} {address}: {fault}" for fault in faults]
    return found


def _faults(page: Page) -> list[str]:
    found = [str(fault) for fault in page.evaluate(RUN)]
    found += [f"moved: {shift}" for shift in page.evaluate("moved")]
    width = (page.viewport_size or {"width": 0})["width"]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"wider than {width} px")
    return found


@pytest.mark.parametrize("scheme, width, language", [("light", 1280, "zh"), ("dark", 390, "en")])
def test_a_page_that_is_not_there_passes_it_too(visit: Window, scheme: str, width: int, language: str) -> None:
    window = checked(visit, scheme, width, language)
    assert faults_of(window, "wang", {"": "/nowhere"}) == []
    assert len(window.faults) == 1
    assert "404" in window.faults.pop()


def test_the_checker_finds_what_is_wrong(visit: Window) -> None:
    """That it can fail."""
    window = checked(visit, "light", 1280, "en")
    window.open("/login")
    window.page.evaluate("""() => {
        document.querySelector("label[for=name]").remove();
        const image = document.querySelector("main").appendChild(document.createElement("img"));
        image.width = 3000;
    }""")
    found = _faults(window.page)
    assert [fault for fault in found if fault.startswith("image-alt")]
    assert [fault for fault in found if fault.startswith("label")]
    assert found[-1] == "wider than 1280 px"
