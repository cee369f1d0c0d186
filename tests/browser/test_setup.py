"""A supervisor's and an administrator's day at the set-up pages, in Chromium, on a box of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SCREENSHOTS, Served, Visit, serve

pytestmark = pytest.mark.browser

Window = Callable[..., Visit]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """In place of the box for all: here people change things."""
    yield from serve(tmp_path_factory.mktemp("setup"))


def picture(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    width = (page.viewport_size or {"width": 0})["width"]
    page.screenshot(path=Path(SCREENSHOTS) / f"setup-{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"


@pytest.mark.parametrize("language, width", [("en", 1280), ("zh", 390)])
def test_a_supervisor_changes_a_rule_tries_it_listens_and_takes_it_back(visit: Window, language: str, width: int) -> None:
    window = visit(language=language, width=width)
    window.log_in("manager")
    page = window.page
    window.open("/setup/rules")
    picture(page, f"rules-{language}")
    page.locator("table").get_by_role("link", name=re.compile("^(Shirking|推诿)$")).click()
    words = page.locator("#check-0-words")
    words.fill(words.input_value().replace("不归我管\n", ""))
    page.uncheck("#enabled")
    picture(page, f"rule-{language}")
    page.get_by_role("button", name=re.compile("Keep as a draft|保存为草稿")).click()
    expect(page.locator(".diff del").first).to_contain_text("不归我管")
    page.select_option("#days", "0")
    page.get_by_role("button", name=re.compile("Try on past calls|在历史通话上试运行")).click()
    expect(page.locator(".big")).to_contain_text(re.compile(r"39 calls looked at|共检查 39 通"), timeout=60_000)
    picture(page, f"draft-{language}")
    sound = page.locator(".listen audio").first
    sound.evaluate("sound => { sound.muted = true; return sound.play(); }")
    assert float(sound.evaluate("sound => sound.currentTime")) > 5
    page.get_by_role("button", name=re.compile("^(Make it live|启用)$")).click()
    expect(page.locator(".notice")).to_contain_text(re.compile("Live from the next call|从下一通话起启用"))
    window.open("/setup/changes?of=rules")
    picture(page, f"changes-{language}")
    page.get_by_role("button", name=re.compile("^(Undo|撤销)")).first.click()
    expect(page.locator(".notice")).to_contain_text(re.compile("Taken back|已撤销"))


def test_a_supervisor_rewords_a_form_and_looks_at_tomorrows_plan(visit: Window) -> None:
    window = visit()
    window.log_in("manager")
    page = window.page
    window.open("/setup/forms/A")
    page.locator("details.item").first.locator("summary").click()
    page.fill("#s0-i0-best_en", "Greets, names the company and offers help, with a smile")
    page.get_by_role("button", name="Keep as the next version").click()
    expect(page.locator(".notice").first).to_contain_text("Version 1.1 is in use")
    page.get_by_text("Versions").first.click()
    page.get_by_role("link", name="Compare versions").click()
    expect(page.locator("ins")).to_contain_text("with a smile")
    picture(page, "compare")
    window.open("/setup/sampling")
    page.fill("[id='kinds.random']", "80")
    page.get_by_role("button", name="Show the plan").click()
    expect(page.locator("#plan")).to_contain_text("The plan under the weights above")
    expect(page.locator("[id='kinds.random']")).to_have_value("80")
    picture(page, "sampling")


@pytest.mark.parametrize("language, width", [("zh", 1280), ("en", 390)])
def test_an_administrator_lets_somebody_in_and_looks_after_the_box(visit: Window, language: str, width: int) -> None:
    window = visit(language=language, width=width)
    window.log_in("admin")
    page = window.page
    window.open("/setup/users/new")
    name = f"新人{width}"
    page.fill("#name", name)
    page.select_option("#role", "inspector")
    page.get_by_role("button", name=re.compile("Make the account|创建账号")).click()
    password = page.locator(".once").inner_text()
    picture(page, f"once-{language}")
    for path in ("users", "people", "retention?days=90", "models", "alarms", "box", "holds", "figures"):
        window.open(f"/setup/{path}")
        picture(page, f"{path.partition('?')[0]}-{language}")
    fresh = visit(language=language, width=width)
    fresh.log_in(name, password)
    assert "/login" not in fresh.page.url


@pytest.mark.parametrize("language, width", [("en", 1280), ("zh", 390), ("zh", 1280), ("en", 390)])
def test_an_administrator_changes_settings_of_the_box_and_takes_them_back(visit: Window, language: str, width: int) -> None:
    window = visit(language=language, width=width)
    window.log_in("admin")
    page, change = window.page, re.compile("^(Change|更改)$")
    window.open("/setup/retention")
    limits = page.locator("#retention")
    limits.get_by_label(re.compile("^(Deleted after|多少天后)")).fill("7")
    limits.get_by_role("button", name=change).click()
    expect(page.locator("#retention .wrong").first).to_contain_text(re.compile("at least 30|不少于 30"))
    picture(page, f"retention-wrong-{language}")
    window.faults.clear()  # the browser tells of the refusal
    page.locator("[id='retention.days']").fill("90")
    page.locator("#retention").get_by_role("button", name=change).click()
    expect(page.locator(".notice").first).to_contain_text(re.compile(r"^(Changed\.|已更改。)"))
    expect(page.locator("[id='retention.days']")).to_have_value("90")
    picture(page, f"retention-{language}")
    for name, address in (("alarms", "/setup/alarms"), ("models", "/setup/models"), ("box", "/setup/box")):
        window.open(address)
        picture(page, f"{name}-{language}")
    window.open("/setup/changes?of=box")
    expect(page.locator("ins").first).to_contain_text("90")
    picture(page, f"changes-box-{language}")
    page.get_by_role("button", name=re.compile("^(Undo|撤销)")).first.click()
    expect(page.locator(".notice")).to_contain_text(re.compile("Taken back|已撤销"))
    window.open("/setup/retention")
    expect(page.locator("[id='retention.days']")).to_have_value("0")


def test_a_new_name_of_the_box_stands_on_its_pages_within_seconds(visit: Window) -> None:
    window = visit(language="en", width=1280)
    window.log_in("admin")
    page = window.page
    window.open("/setup/box")
    page.locator("[id='site.name']").fill("Yunfan 远帆")
    page.locator("#site").get_by_role("button", name="Change").click()
    expect(page.locator("#site[data-waiting]")).to_have_count(1)
    # Workers take some seconds to be made anew, and those of the test before may not be over yet.
    expect(page.locator("#site[data-waiting]")).to_have_count(0, timeout=90_000)
    window.open("/setup/box")
    expect(page).to_have_title(re.compile("Yunfan 远帆"))
