"""What was seen of an alarm, everywhere people read it, in their language; an alarm from before it spoke Chinese as it was kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from console.technician.conversation import Session
from console.technician.looks import looks
from hw.messages import Message
from quality.alerting.alarmbook import AlarmBook
from quality.health.box import check_alarms
from quality.health.case import Case
from quality.health.status import collect
from quality.notify.senders import News
from recorder.settings.sections import Settings, Store
from recorder.store.writer import CallStore
from tests.console.command import answer, callbox, written

SEEN = Message("nothing from the customer side", "客户侧没有声音")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    CallStore(tmp_path / "store").raise_alarm("one_sided", "1", 1000.0, SEEN)
    with sqlite3.connect(tmp_path / "store/calls.db") as old:
        row = ("hum", "2", "2026-11-22T01:00:00.000Z", "agent -40")
        old.execute("INSERT INTO alarms (kind, subject, raised_at, detail) VALUES (?, ?, ?, ?)", row)
    return Settings(store=Store(str(tmp_path / "store")))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_the_table_and_the_doctor_say_it_in_the_readers_language(
    settings: Settings, tmp_path: Path, language: str
) -> None:
    config, other = written(settings, tmp_path), SEEN.zh if language == "en" else SEEN.en
    listed = callbox("alarms", "--config", config, CALLBOX_LANG=language).stdout
    case = cast(Case, SimpleNamespace(status=collect(settings)))
    doctor = "".join(finding.seen.text(language) for finding in check_alarms(case))
    for said in (listed, doctor):
        told = "".join(said.split())  # a terminal breaks lines where it likes
        assert "".join(SEEN.text(language).split()) in told
        assert "".join(other.split()) not in told
        assert "agent-40" in told


def test_programs_get_both(settings: Settings, tmp_path: Path) -> None:
    config = written(settings, tmp_path)
    for words in (("alarms",), ("status",)):
        rows = answer(callbox(*words, "--json", "--config", config))["alarms"]
        told = {row["kind"]: (row["detail"], row["detail_zh"] or row["detail"]) for row in rows}
        assert told == {"one_sided": (SEEN.en, SEEN.zh), "hum": ("agent -40", "agent -40")}


def test_the_serial_console_and_notices_say_it_in_theirs(settings: Settings) -> None:
    (command,) = [one for one in looks(settings, lambda: collect(settings)) if one.words == "alarms"]
    shown = "\n".join(command.run([], Session("zh")))
    assert SEEN.zh in shown
    (alarm,) = [one for one in AlarmBook(Path(settings.store.path)).standing() if one.kind == "one_sided"]
    assert News(alarm, "云帆", "zh").line().endswith(SEEN.zh)
    assert News(alarm, "云帆", "zh").to_json()["detail_zh"] == SEEN.zh
