"""A manager's Friday, a trainer's and an agent's day, in both languages and at both widths, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from quality.reviewing.appeals import Appeals
from quality.store import writing
from tests.browser.conftest import SCREENSHOTS, Served, Visit
from tests.webui.manage import objects

pytestmark = pytest.mark.browser
Window = Callable[..., Visit]
DAYS = pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390), ("en", 1280), ("zh", 390)])
MADE = (
    "appeals", "acknowledgements", "calibration_raters", "calibrations", "coaching", "trainings", "case_clips", "case_tags",
    "cases", "alert_events", "alerts",
)  # fmt: skip


@pytest.fixture
def department(served: Served) -> Iterator[dict[str, str]]:
    """A review, its appeal, a task, a need, an alert and a case, taken away again after the day."""
    box = served.box
    with writing(box.store) as database:
        before = database.execute("SELECT coalesce(max(rowid), 0) FROM reviews").fetchone()[0]
    made = {"appeal": objects.appeal(box)["key"], "task": objects.task(box)["key"], "training": objects.training(box)["key"]}
    made |= {"alert": objects.alert(box)["key"], "case": objects.case(box)["key"]}
    yield made
    with writing(box.store) as database:
        for table in MADE:
            database.execute(f"DELETE FROM {table}")
        ours = "SELECT id FROM reviews WHERE rowid > ?"
        for table in ("review_items", "review_taboos"):
            database.execute(f"DELETE FROM {table} WHERE review_id IN ({ours})", (before,))
        database.execute("DELETE FROM reviews WHERE rowid > ?", (before,))


def keep(window: Visit, name: str, language: str, width: int) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    window.page.screenshot(path=SCREENSHOTS / f"{name}-{language}-{width}.png", full_page=True)
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width, name


@DAYS
def test_a_managers_friday(visit: Window, department: dict[str, str], language: str, width: int) -> None:
    window = visit(language=language, width=width)
    page = window.page
    window.log_in("manager")
    expect(page).to_have_url(re.compile("/dashboard"))
    window.open("/dashboard?kind=week&period=2026-W47")
    keep(window, "dashboard", language, width)
    calls = page.locator(".keys .value a").first
    shown = calls.inner_text()
    calls.click()
    expect(page).to_have_url(re.compile(r"/calls\?.*since=2026-11-16"))
    expect(page.locator("main")).to_contain_text(shown)
    window.open("/dashboard?kind=week&period=2026-W47")
    page.locator(".due a[href='/appeals']").click()
    page.locator("main table a").first.click()
    page.fill("#why", "录音清楚，维持原评分" if language == "zh" else "The recording is clear")
    keep(window, "appeal", language, width)
    page.locator("button[value=reject]").click()
    expect(page).to_have_url(re.compile("/appeals$"))
    assert Appeals(window.served.box.store, "Asia/Shanghai").get(department["appeal"]).state == "rejected"
    for path in (
        "/alerts", "/coaching", "/trainings", "/problems", "/calibrations", "/reviewing", "/mystery", "/reports", "/exports",
        "/observations?agent=8004&kind=week&period=2026-W47", "/figures/service_level?kind=week&period=2026-W47",
    ):  # fmt: skip
        window.open(path)
        keep(window, f"manage-{path.strip('/').partition('?')[0].replace('/', '-')}", language, width)


@DAYS
def test_a_trainers_day(visit: Window, department: dict[str, str], language: str, width: int) -> None:
    window = visit(language=language, width=width)
    page = window.page
    window.log_in("trainer")
    window.open("/trainings")
    page.locator("input[name=trainer]").fill("李老师")
    page.locator("main form.form button.primary").click()
    expect(page.locator("input[name=trainer]")).to_have_value("李老师")
    keep(window, "trainings", language, width)
    window.open(f"/cases/{department['case']}")
    length = page.locator("audio").evaluate(
        """sound => new Promise((done) => {
          sound.muted = true;
          sound.ontimeupdate = () => { if (sound.currentTime > 0.3) done(sound.duration); };
          sound.play();
        })"""
    )
    assert 4.5 < float(length) < 5.5
    keep(window, "case", language, width)


@DAYS
@pytest.mark.usefixtures("department")
def test_an_agents_day(visit: Window, language: str, width: int) -> None:
    window = visit(language=language, width=width)
    page = window.page
    window.log_in("liu")
    expect(page).to_have_url(re.compile("/own$"))
    keep(window, "own", language, width)
    page.locator("a[href^='/own/reviews/']").first.click()
    keep(window, "own-review", language, width)
    page.locator("form[action$='/acknowledge'] button").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator("form[action$='/acknowledge']")).to_have_count(0)
    window.open("/own")
    page.locator("form[action$='/done'] button").click()
    expect(page.locator("form[action$='/done']")).to_have_count(0)
    window.open("/cases")
    page.locator(".cases a").first.click()
    expect(page.locator("audio")).to_have_count(1)
    assert "/calls/" not in page.content()


def test_a_report_and_a_case_print_as_paper(visit: Window, department: dict[str, str]) -> None:
    window = visit(language="zh")
    window.log_in("manager")
    SCREENSHOTS.mkdir(exist_ok=True)
    for name, path in (("dashboard", "/dashboard?kind=week&period=2026-W47"), ("case", f"/cases/{department['case']}")):
        window.page.emulate_media(media="print")
        window.open(path)
        data = window.page.pdf(path=SCREENSHOTS / f"{name}.pdf", prefer_css_page_size=True, print_background=True)
        assert data.startswith(b"%PDF")
        assert not window.page.locator("header.top").is_visible()
        assert not window.page.locator(".no-print:visible").count()
