"""The call list and the call page, as their HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from recorder.settings.sections import Settings, Store
from tests.webui.conftest import LogIn, logged_in
from tests.webui.makebox import TestBox
from webui.app import create_app
from webui.search.calls import PAGE_ROWS
from webui.search.filters import parse


def ids_in(page: str) -> list[str]:
    return re.findall(r'<tr.*?href="/calls/([0-9a-f-]{36})(?:#[^"]*)?"', page, re.DOTALL)


def test_the_list_shows_each_call_once_page_by_page(own_box: TestBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.search.calls.PAGE_ROWS", 10)
    app = create_app(own_box.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    browser = logged_in(app, "manager")
    address, seen = "/calls?sort=oldest", []
    while address:
        page = browser.get(address).text
        seen += ids_in(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted([call.id for call in own_box.made] + list(own_box.ids.values()))
    assert PAGE_ROWS == 50


def test_a_row_tells_what_matters(log_in: LogIn, box: TestBox) -> None:
    page = log_in("manager").get("/calls?agent=8004&since=2026-11-20&until=2026-11-20&sort=oldest").text
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if box.ids["rude"] in row)
    facts = ("10:15:00", "刘洋", "8004", "13800138000", "line1", ">64<", ">52<", ">45<")
    for text in (*facts, "high priority", "Shirking", "飞燕快递"):
        assert text in row, text


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("since=yesterday", "The first day is not a date."),
        ("max_score=1000", "The highest score is not a number from 0 to 100."),
        ("min_duration=-5", "The shortest duration is not a number of seconds or m:ss."),
        ("min_duration=nan", "The shortest duration is not a number of seconds or m:ss."),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_and_left_out(log_in: LogIn, query: str, problem: str) -> None:
    page = log_in("manager").get(f"/calls?{query}")
    assert page.status_code == 200
    assert problem in page.text
    assert "48 calls" in page.text


@pytest.mark.parametrize("query", ["after=rubbish", "after=WzAsIDEsIDJd", "sort=nonsense&score=none&direction=up&reviewed=perhaps"])
def test_an_address_somebody_made_up_breaks_nothing(log_in: LogIn, query: str) -> None:
    assert log_in("manager").get(f"/calls?{query}").status_code in (200, 400)


def test_durations_are_read_as_people_write_them(app: Flask) -> None:
    with app.test_request_context():
        wanted, problems = parse({"min_duration": "1:30", "max_duration": "1：00：00", "min_score": " 60 "}, None)
    assert problems == []
    assert (wanted.min_duration_s, wanted.max_duration_s, wanted.min_score) == (90.0, 3600.0, 60.0)


def test_an_empty_box_says_what_to_do(tmp_path: Path, own_box: TestBox) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "review.db").write_bytes((own_box.store / "review.db").read_bytes())
    settings = replace(own_box.settings, store=Store(path=str(empty)))
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    assert "callbox doctor" in logged_in(app, "manager").get("/calls").text
    assert "hang up" in logged_in(app, "wang").get("/calls").text
    assert logged_in(app, "manager").get("/weekly").status_code == 200


def test_no_call_fits_offers_to_take_filters_away(log_in: LogIn) -> None:
    page = log_in("manager").get("/calls?agent=8004&team=售前").text
    assert "No call fits" in page
    assert 'href="/calls?agent=8004"' in page


def test_the_call_page_explains_every_point(log_in: LogIn, box: TestBox) -> None:
    page = log_in("manager").get(f"/calls/{box.ids['rude']}").text
    hits = re.findall(r'<li id="h\d+" data-start="([\d.]+)".*?</li>', page, re.DOTALL)
    assert len(hits) == 5
    for text in ("Compliance −12", "Experience −18", "Risk −30", "难道是我让它丢的吗", "<mark>这个不归我管</mark>"):
        assert text in page, text


def test_what_people_said_is_text_and_never_markup(own_app: Flask, own_box: TestBox) -> None:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(own_box.store / "analysis.db") as database:
        database.execute("UPDATE utterances SET text = '<script>alert(1)</script>'")
        database.execute("UPDATE hits SET evidence = '<img src=x onerror=alert(2)>'")
    browser = logged_in(own_app, "manager")
    for address in ("/calls", f"/calls/{own_box.ids['rude']}"):
        page = browser.get(address).text
        assert "<script>alert" not in page
        assert "<img" not in page


def test_times_are_the_sites(own_box: TestBox) -> None:
    site = replace(own_box.settings.site, timezone="UTC")
    app = create_app(replace(own_box.settings, site=site))
    app.config["WTF_CSRF_ENABLED"] = False
    assert "2026-11-20 02:15:00" in logged_in(app, "manager").get(f"/calls/{own_box.ids['rude']}").text


def test_the_sites_language_is_what_people_read_unless_they_choose(own_box: TestBox) -> None:
    for site, header in (("zh", "登录"), ("en", "Log in")):
        settings: Settings = replace(own_box.settings, site=replace(own_box.settings.site, language=site))
        browser = create_app(settings).test_client()
        assert header in browser.get("/login").text
    browser.set_cookie("callbox_lang", "zh")
    assert "登录" in browser.get("/login").text


def test_search_finds_words_shows_them_in_place_and_leads_there(log_in: LogIn, box: TestBox) -> None:
    page = log_in("manager").get("/calls?q=派件员 负责").text
    assert ids_in(page) == [box.ids["rude"]]
    assert "<mark>派件员</mark>" in page
    start = re.search(rf'/calls/{box.ids["rude"]}#t=([\d.]+)"', page)
    assert start
    assert 10 < float(start[1]) < 24
    assert "Nobody said “火星”" in log_in("manager").get("/calls?q=火星").text


def test_search_and_filters_work_together(log_in: LogIn, box: TestBox) -> None:
    assert ids_in(log_in("manager").get("/calls?q=派件员&agent=8004").text) == [box.ids["rude"]]
    assert ids_in(log_in("manager").get("/calls?q=派件员&agent=8001").text) == []
    assert log_in("manager").get('/calls?q="*(').status_code == 200
