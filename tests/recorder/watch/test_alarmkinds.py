"""The list of alarms: complete in both languages, held together with its page and with the code that raises them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hw.messages import Message
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.watch.alarmkinds import SEVERITIES, alarm_kinds, kind_of, page
from recorder.watch.alarms import Alarms

HOUSE = Path(__file__).parents[3]
ABOUT = ("line", "device", "port", "disk", "database", "box", "store")
RAISED = re.compile(r'(?:alarms\.set\(|Condition\(|alarm = \(|_tell\(day, |ALARM = )"(\w+)"')


@pytest.mark.parametrize("kind", alarm_kinds().values(), ids=lambda kind: kind.kind)
def test_a_kind_says_everything_in_both_languages(kind: object) -> None:
    known = kind_of(getattr(kind, "kind"))  # noqa: B009
    assert known.severity in SEVERITIES and known.about in ABOUT
    for message in (known.name, known.means, known.when, known.do):
        assert message.en and message.zh and message.en != message.zh
        assert any("\u4e00" <= letter <= "\u9fff" for letter in message.zh)
    assert known.means.en.endswith(".") and known.do.en


def test_every_kind_that_is_raised_is_in_the_list_and_the_other_way_round() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (HOUSE / "recorder").rglob("*.py")]
    raised = {kind for source in sources for kind in RAISED.findall(source)} | {"device_gone", "device_stuck"}
    assert raised == set(alarm_kinds())


def test_the_page_is_made_from_the_list() -> None:
    assert (HOUSE / "docs" / "alarms.md").read_text(encoding="utf-8") == page()


def test_a_kind_of_a_newer_version_reads_under_its_own_name() -> None:
    assert kind_of("line_on_fire").name.en == "line on fire" and kind_of("line_on_fire").severity == "warning"


def test_an_alarm_is_raised_once_and_cleared_once_whatever_is_said_in_between(tmp_path: Path) -> None:
    now = [1.0]
    alarms = Alarms(Journal(CallStore(tmp_path)), lambda: now[0])
    for second, wrong in enumerate([False, True, True, True, False, False, True]):
        now[0] = float(second)
        alarms.set("hum", "1", wrong, Message(f"{second} s", f"{second} 秒"))
    kept = [(alarm.raised_at, alarm.cleared_at, alarm.detail.zh) for alarm in reversed(alarms._journal.store.alarms())]
    assert kept == [(1.0, 4.0, "1 秒"), (6.0, None, "6 秒")]
    again = Alarms(Journal(CallStore(tmp_path)), lambda: 9.0)
    again.set("hum", "1", True)
    assert len(again._journal.store.alarms()) == 2 and again.standing("1") == {"hum"}
