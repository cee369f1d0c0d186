"""What people do with the pages, done in Chromium."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from webui.ranges import SLICE_BYTES

pytestmark = pytest.mark.browser

Window = Callable[..., Visit]


def now(page: Page) -> float:
    return float(page.evaluate("document.getElementById('sound').currentTime"))


def wait_for_sound(page: Page, there: Callable[[float], bool]) -> None:
    """Until the player is there. Playwright's own waiting needs eval, which the pages forbid."""
    until = time.monotonic() + 15
    while not there(now(page)):
        assert time.monotonic() < until, f"the player stayed at {now(page)} s"
        page.wait_for_timeout(50)


def test_a_wrong_password_says_so_and_the_right_one_opens_the_list(visit: Window) -> None:
    window = visit()
    window.open("/calls?team=售后")
    window.page.fill("#name", "manager")
    window.page.fill("#password", "not the one")
    window.page.click("main button[type=submit]")
    expect(window.page.get_by_role("alert")).to_contain_text("User name or password is wrong")
    assert window.faults == ["console: Failed to load resource: the server responded with a status of 401 (UNAUTHORIZED)"]
    window.faults.clear()
    window.log_in()
    expect(window.page.get_by_role("heading", name="Dashboard")).to_be_visible()
    window.open("/calls")
    expect(window.page.locator("table.calls tbody tr").first).to_be_visible()
    window.page.get_by_role("button", name="Log out").click()
    expect(window.page.get_by_role("status")).to_contain_text("logged out")
    window.open("/calls")
    assert "/login?next=" in window.page.url


def test_log_in_leads_to_the_page_that_was_asked_for(visit: Window) -> None:
    window = visit()
    window.open("/calls?team=售后&sort=risk")
    window.page.fill("#name", "manager")
    window.page.fill("#password", "lily-pond-47")
    window.page.click("main button[type=submit]")
    expect(window.page.locator("#team")).to_have_value("售后")
    expect(window.page.locator("#sort")).to_have_value("risk")


def test_filter_sort_and_open_a_call(visit: Window) -> None:
    window = visit()
    window.log_in()
    window.open("/calls")
    page = window.page
    page.select_option("#agent", "8004")
    page.select_option("#priority", "yes")
    page.click("text=Apply")
    rows = page.locator("table.calls tbody tr")
    expect(page.locator(".count")).to_contain_text("call")
    for text in rows.all_inner_texts():
        assert "刘洋" in text
        assert "high priority" in text
    page.get_by_role("link", name="Risk").click()
    risks = [float(text) for text in page.locator("td.risk").all_inner_texts()]
    assert risks == sorted(risks)
    chosen = rows.first.locator("time").get_attribute("datetime") or "none"
    rows.first.click()
    expect(page.locator("h1")).to_contain_text(chosen)
    page.wait_for_load_state("load")  # without its script the link leads to the list without filters
    page.get_by_role("link", name="← Calls").click()
    expect(page.locator("#agent")).to_have_value("8004")


def test_the_call_plays_and_the_transcript_follows(visit: Window) -> None:
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{window.served.box.ids['rude']}")
    page = window.page
    expect(page.locator("#wave.drawn")).to_be_attached()
    page.select_option("#speed", "2")
    page.click("#play")
    wait_for_sound(page, lambda now: now > 1.5)
    expect(page.locator(".turn.now")).to_contain_text("飞燕快递")
    assert page.evaluate("document.getElementById('sound').playbackRate") == 2
    page.click("#play")
    stopped = now(page)
    assert page.evaluate("document.getElementById('sound').paused")
    assert page.locator("#clock").inner_text().startswith(f"0:{int(stopped):02d}")


def test_a_click_on_a_line_a_hit_a_mark_and_the_keys_jump(visit: Window) -> None:
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{window.served.box.ids['rude']}")
    page = window.page
    page.locator("#sound").evaluate("sound => { sound.muted = true; }")
    turn = page.locator(".turn").nth(3)
    start = float(turn.get_attribute("data-start") or "nan")
    turn.click()
    wait_for_sound(page, lambda now: abs(now - start) < 1.5)
    expect(turn).to_have_class("turn customer now")
    page.keyboard.press("Space")
    assert page.evaluate("document.getElementById('sound').paused")
    hit = page.locator(".hits li").nth(2)
    start = float(hit.get_attribute("data-start") or "nan")
    page.locator("#sound").evaluate(f"sound => {{ sound.currentTime = {start} - 2; }}")
    page.keyboard.press("n")
    wait_for_sound(page, lambda now: abs(now - start) < 1.5)
    page.keyboard.press("Space")
    before = now(page)
    page.keyboard.press("ArrowLeft")
    assert now(page) == pytest.approx(before - 5, abs=0.2)
    first = float(page.locator(".hits li").first.get_attribute("data-start") or "nan")
    page.locator(f'.lane rect.hit[data-start="{first}"]').click()
    wait_for_sound(page, lambda now: abs(now - first) < 1.5)


def test_a_call_of_two_parts_plays_across_the_seam(visit: Window) -> None:
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{window.served.box.ids['parts']}")
    page = window.page
    expect(page.locator("#wave.drawn")).to_be_attached()
    seam = float(page.evaluate("document.getElementById('sound').duration")) / 2
    page.locator("#sound").evaluate(f"sound => {{ sound.currentTime = {seam} - 0.5; sound.play(); }}")
    wait_for_sound(page, lambda now: now > seam + 0.5)
    expect(page.locator("#sound-problem")).to_be_hidden()


def test_a_long_call_plays_on_where_one_answer_ends_and_jumps_far(visit: Window) -> None:
    window = visit()
    window.log_in("inspector")
    ranges: list[str] = []
    window.page.on("response", lambda answer: ranges.append(answer.headers.get("content-range", "")))
    window.open(f"/calls/{window.served.box.ids['long']}")
    page = window.page
    expect(page.locator("#wave.drawn")).to_be_attached()
    slice_s = SLICE_BYTES / (8000 * 2 * 2)
    page.locator("#sound").evaluate("sound => { sound.playbackRate = 16; sound.play(); }")
    wait_for_sound(page, lambda now: now > 2 * slice_s + 5)
    page.locator("#sound").evaluate("sound => { sound.playbackRate = 1; sound.currentTime = 220; }")
    wait_for_sound(page, lambda now: 221 < now < 230)
    expect(page.locator("#sound-problem")).to_be_hidden()
    assert len({text for text in ranges if text.startswith("bytes ")}) > 1


def test_review_a_call_with_a_draft_that_survives_a_reload(visit: Window) -> None:
    window = visit()
    window.log_in("inspector")
    page = window.page
    window.open(f"/calls/{window.served.box.ids['perfect']}")
    for item in page.locator("fieldset.item").all():
        item.locator("label", has_text="Good").click()
    expect(page.locator("#total")).to_have_text("80")
    expect(page.locator("#open-items")).to_have_text("")
    page.locator("fieldset.item").first.locator("label", has_text="Bad").click()
    page.locator("fieldset.item").first.locator("textarea").fill("开头没有报公司名称")
    total = page.locator("#total").inner_text()
    page.reload()
    expect(page.locator(".draft")).to_be_visible()
    expect(page.locator("#total")).to_have_text(total)
    expect(page.locator("fieldset.item").first.locator("textarea")).to_have_value("开头没有报公司名称")
    page.get_by_role("button", name="Save review").click()
    expect(page.get_by_role("status").first).to_contain_text(f"The review is saved: {total} points.")
    expect(page.locator(".reviewing .notice").first).to_contain_text("Reviewed by inspector")
    expect(page.locator(".draft")).to_be_hidden()
    window.open("/calls?reviewed=yes")
    row = page.locator("table.calls tbody tr", has_text="王小丽")
    expect(row.locator("td.reviewed")).to_contain_text(total)


def test_a_review_that_is_not_whole_is_sent_back_with_all_that_was_typed(visit: Window) -> None:
    window = visit()
    window.log_in("inspector")
    page = window.page
    window.open(f"/calls/{window.served.box.ids['parked']}")
    page.locator("fieldset.item").first.locator("label", has_text="Good").click()
    page.fill("#comment", "听到一半")
    page.get_by_role("button", name="Save review").click()
    expect(page.get_by_role("alert").first).to_contain_text("Not marked yet")
    page.evaluate("document.getElementById('review').submit()")  # past the page's own look
    expect(page.get_by_role("alert").first).to_contain_text("The review is not saved yet")
    expect(page.locator("#comment")).to_have_value("听到一半")
    assert page.locator("fieldset.item").first.locator("input:checked").get_attribute("value") == "good"
    assert len(window.faults) == 1
    assert "422" in window.faults[0]
    window.faults.clear()


@pytest.mark.parametrize("name", ["parked", "waiting"])
def test_a_call_without_analysis_says_why_and_can_be_heard(visit: Window, name: str) -> None:
    window = visit()
    window.log_in("inspector")
    window.open(f"/calls/{window.served.box.ids[name]}")
    page = window.page
    told = {"parked": "the model whisper-base is damaged", "waiting": "has not been analysed yet"}
    expect(page.locator("main p.notice[role=status]:visible")).to_contain_text(told[name])
    page.click("#play")
    wait_for_sound(page, lambda now: now > 0.5)


def test_the_weekly_report_exports_and_reads_back(visit: Window) -> None:
    window = visit(language="zh")
    window.log_in()
    window.open("/weekly?week=2026-W47")
    page = window.page
    shown = page.locator(".tiles dd").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Excel").click()
    assert download.value.suggested_filename == "callbox-2026-W47.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert int(shown) in cells
    assert "刘洋" in cells
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    data = download.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert "刘洋" in data.decode("utf-8-sig")


def test_downloads_of_the_sound(visit: Window) -> None:
    window = visit()
    window.log_in()
    window.open(f"/calls/{window.served.box.ids['parts']}")
    for kind, magic in (("FLAC", b"fLaC"), ("WAV", b"RIFF")):
        with window.page.expect_download() as download:
            window.page.get_by_role("link", name=kind).click()
        assert download.value.path().read_bytes().startswith(magic)


def test_the_language_switch_is_remembered(visit: Window) -> None:
    window = visit()
    window.log_in()
    window.page.get_by_role("button", name="中文").click()
    expect(window.page.get_by_role("link", name="管理")).to_be_visible()
    window.open("/weekly")
    assert window.page.locator("html").get_attribute("lang") == "zh-CN"


def test_an_agent_sees_their_call_and_no_form_to_fill(visit: Window) -> None:
    window = visit()
    window.log_in("liu")
    page = window.page
    assert page.locator("#agent").count() == 0
    window.open(f"/calls/{window.served.box.ids['rude']}")
    expect(page.locator("h1")).to_contain_text("2026-11-20")
    expect(page.get_by_role("button", name="Save review")).to_have_count(0)
    assert page.locator("#review input[type=radio]").first.is_disabled()
    page.locator("#review [data-jump]").first.click()
    wait_for_sound(page, lambda now: now > 0)
    window.open(f"/calls/{window.served.box.ids['perfect']}")
    expect(page.locator("h1")).to_contain_text("Not found")
    assert all("404" in fault for fault in window.faults)
    window.faults.clear()
