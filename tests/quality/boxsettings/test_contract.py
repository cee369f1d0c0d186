"""Both ways a change gets into the settings, by a service that is asked and by this process: the same comes of the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.messages import UserError
from quality.audit.entries import Entry
from quality.boxsettings.book import DONE, BoxSettings
from quality.boxsettings.dropin import RefusedError
from quality.undo import can_undo, find, undo
from recorder.settings.loader import load
from tests.quality.boxsettings.made import SettingsBox


@pytest.fixture(params=["direct", "helper"])
def box(tmp_path: Path, request: pytest.FixtureRequest) -> SettingsBox:
    return SettingsBox(tmp_path, request.param)


@pytest.fixture
def book(box: SettingsBox) -> BoxSettings:
    return box.book()


def change_of(box: SettingsBox, action: str) -> Entry:
    for seq in range(100, 0, -1):
        found = find(box.store, seq)
        if found is not None and found.action == action:
            return found
    raise AssertionError(action)


def test_a_change_holds_and_is_logged_with_before_and_after(box: SettingsBox, book: BoxSettings) -> None:
    asked = book.ask({"retention.days": 90, "site.company": ["云帆", "Yunfan"]}, "admin", book.base())
    assert asked.state == DONE
    settings = load([box.config])
    assert (settings.retention.days, settings.site.company) == (90, ("云帆", "Yunfan"))
    assert box.config.read_text("utf-8").startswith("# what the technician wrote"), "the box's own file stays as it was"
    [done, asked_for] = box.log()
    assert [(one.action, one.by) for one in (done, asked_for)] == [("settings.change", "admin"), ("settings.ask", "admin")]
    assert done.detail["differences"] == [[["retention", "days"], 180, 90], [["site", "company"], [], ["云帆", "Yunfan"]]]
    assert done.detail["before"] == {"retention.days": None, "site.company": None}


def test_another_change_keeps_the_first_and_the_file_before(box: SettingsBox, book: BoxSettings) -> None:
    book.ask({"retention.days": 90}, "admin")
    first = box.place.dropin.read_bytes()
    book.ask({"alarms.low_dbfs": -50.0}, "admin")
    settings = load([box.config])
    assert (settings.retention.days, settings.alarms.low_dbfs) == (90, -50)
    assert box.place.dropin.with_name("60-pages.toml.before").read_bytes() == first
    assert box.place.dropin.stat().st_mode & 0o777 == 0o640


def test_undo_brings_back_what_the_files_said_before(box: SettingsBox, book: BoxSettings) -> None:
    book.ask({"retention.days": 90, "retention.warn_gib": 20.0}, "admin")
    change = change_of(box, "settings.change")
    assert can_undo(change)
    undo(box.store, load([box.config]), change, "boss", book)
    assert load([box.config]).retention.days == 180
    assert book.held() == {}
    [undone, done, *_] = box.log()
    assert (undone.action, done.action, done.by) == ("undo", "settings.change", "boss")
    assert done.detail["differences"] == [[["retention", "days"], 90, 180], [["retention", "warn_gib"], 20.0, 10.0]]


def test_undo_goes_to_the_value_before_not_to_the_first(box: SettingsBox, book: BoxSettings) -> None:
    book.ask({"retention.days": 90}, "admin")
    book.ask({"retention.days": 60}, "admin")
    undo(box.store, load([box.config]), change_of(box, "settings.change"), "admin", book)
    assert load([box.config]).retention.days == 90


def test_what_was_changed_since_is_not_taken_back(box: SettingsBox, book: BoxSettings) -> None:
    book.ask({"retention.days": 90}, "admin")
    change = change_of(box, "settings.change")
    book.ask({"retention.days": 60}, "admin")
    with pytest.raises(UserError, match="changed again since"):
        undo(box.store, load([box.config]), change, "admin", book)
    assert load([box.config]).retention.days == 60


def test_of_two_at_once_the_second_is_told(box: SettingsBox, book: BoxSettings) -> None:
    base = book.base()
    book.ask({"retention.days": 90}, "admin", base)
    with pytest.raises(RefusedError, match="changed the settings meanwhile"):
        book.ask({"retention.max_gib": 50.0}, "other", base)
    assert load([box.config]).retention.max_gib == 0


@pytest.mark.parametrize(("wanted", "setting", "says"), [
    ({"retention.days": 7}, "retention.days", "at least 30"),
    ({"retention.free_gib": 30.0}, "retention.warn_gib", "must not be below"),
    ({"retention.days": -1}, "retention.days", "must be from 0"),
    ({"alarms.mains_hz": 400.0}, "alarms.mains_hz", "must be from 40 to 70"),
    ({"site.language": "fr"}, "site.language", "must be one of"),
    ({"site.name": "  "}, "site.name", "must not be empty"),
    ({"site.name": "a\x1b[2J"}, "site.name", "control characters"),
    ({"analysis.model": "whisper-huge"}, "analysis.model", "is not installed"),
    ({"web.session_minutes": 1}, "web.session_minutes", "must be from 5"),
    ({"retention_rule": [{"direction": "out", "days": 10}]}, "retention_rule", "at least 30"),
    ({"retention_rule": [{"line": "B9", "days": 40}]}, "retention_rule", "not the name of"),
    ({"retention_rule": [{"direction": "sideways"}]}, "retention_rule", "row 1: direction"),
])  # fmt: skip
def test_what_will_not_do_is_said_at_its_setting_and_nothing_is_written(
    box: SettingsBox, book: BoxSettings, wanted: dict[str, object], setting: str, says: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        book.ask(wanted, "admin")
    assert says in caught.value.problems[setting].en
    assert caught.value.problems[setting].zh
    assert not box.place.dropin.exists()
    assert not list(box.requests.iterdir())


def test_a_later_file_that_counts_more_is_named(box: SettingsBox, book: BoxSettings) -> None:
    box.place.dropin.parent.mkdir()
    (box.place.dropin.parent / "90-site.toml").write_text("[retention]\ndays = 365\n")
    with pytest.raises(RefusedError, match=r"90-site\.toml"):
        book.ask({"retention.days": 90}, "admin")


def test_rules_for_some_calls_stand_after_those_of_the_box(box: SettingsBox, book: BoxSettings) -> None:
    with box.config.open("a") as file:
        file.write('[[retention_rule]]\nline = "A1"\ndays = 400\n')
    book.ask({"retention_rule": [{"direction": "in", "days": 10, "max_gib": 5}]}, "admin")
    rules = load([box.config]).retention_rule
    assert [(rule.line, rule.direction, rule.days) for rule in rules] == [("A1", "", 400), ("", "in", 10)]
    book.ask({"retention_rule": []}, "admin")
    assert len(load([box.config]).retention_rule) == 1


def test_nothing_changed_is_said(book: BoxSettings) -> None:
    book.ask({"retention.days": 90}, "admin")
    with pytest.raises(UserError, match="Nothing has been changed"):
        book.ask({"retention.days": 90}, "admin")


def test_a_dropin_that_people_wrote_into_is_left_alone(box: SettingsBox, book: BoxSettings) -> None:
    box.place.dropin.parent.mkdir()
    box.place.dropin.write_text("[web]\nport = 81\n")
    with pytest.raises(UserError, match=r"web\.port"):
        book.ask({"retention.days": 90}, "admin")
    assert box.place.dropin.read_text() == "[web]\nport = 81\n"
