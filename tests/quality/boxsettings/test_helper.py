"""What the helper, which is root, makes of what it finds in the folder of requests: only whole, good requests do anything."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hw.messages import UserError
from quality import letterbox
from quality.boxsettings.book import ASKED, DONE, LOST, LOST_S, REFUSED
from quality.boxsettings.carrying import ByHand, Direct, Helper, carrier_for, command_for
from quality.boxsettings.options import options
from quality.boxsettings.request import LARGEST
from recorder.settings.loader import load
from tests.quality.boxsettings.made import SettingsBox


@pytest.fixture
def box(tmp_path: Path) -> SettingsBox:
    return SettingsBox(tmp_path, "helper")


def left(box: SettingsBox, wanted: Any, **more: Any) -> dict[str, Any]:
    """A request that some program left, and what is answered."""
    name = letterbox.leave(box.requests, {"by": "admin", "wanted": wanted, "base": "", **more})
    box.serve()
    answer = letterbox.answer_to(box.requests, name)
    assert answer is not None
    return answer


FORBIDDEN = [
    {"web.host": "0.0.0.0"}, {"web.port": 80}, {"web.tls": "off"}, {"web.tls_key": "/etc/shadow"}, {"store.path": "/"},  # noqa: S104
    {"analysis.rulebook": "/etc/shadow"}, {"analysis.models": "/tmp/x"}, {"device": []}, {"line": []}, {"agent": []},  # noqa: S108
    {"call_records.layouts": "../../etc"}, {"notify.webhook": "http://10.0.0.9/"}, {"simulation.start": "2020-01-01T00:00:00Z"},
    {"retention.days\n[web]\nport": 1}, {"../people": 1}, {"": 1}, {"retention": {"days": 1}}, {"console.port": "/dev/mem"},
    {"retention.days": 90, "web.port": 80}, {"retention_rule": [{"line": "A1", "path": "/"}]}, {"retention.days": True},
    {"retention.days": "90"}, {"retention.days": [90]}, {"retention.max_gib": 1e400}, {"site.name": 'x"\n[web]\nport = 1\n#\x00'},
    {"site.name": "x" * 61}, {"site.company": ["x"] * 51}, {"site.company": "abc"}, {"retention.days": 10**30},
]  # fmt: skip


@pytest.mark.parametrize("wanted", FORBIDDEN, ids=lambda wanted: str(wanted)[:40])
def test_other_settings_and_values_are_refused_and_logged(
    box: SettingsBox, wanted: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert left(box, wanted)["problems"]
    assert not box.place.dropin.exists()
    assert "refused, asked by 'admin'" in caplog.text


def test_text_with_toml_in_it_stays_text(box: SettingsBox) -> None:
    assert left(box, {"site.name": 'A"] [web] port = 1 # \\ 云'})["problems"] == {}
    settings = load([box.config])
    assert (settings.site.name, settings.web.port) == ('A"] [web] port = 1 # \\ 云', 8080)


def test_a_link_a_second_name_a_pipe_and_a_folder_are_no_requests(box: SettingsBox, caplog: pytest.LogCaptureFixture) -> None:
    good = json.dumps({"by": "admin", "wanted": {"retention.days": 90}, "base": ""})
    elsewhere = box.folder / "elsewhere.json"
    elsewhere.write_text(good)
    (box.requests / "a.json").symlink_to(elsewhere)
    os.link(elsewhere, box.requests / "b.json")
    os.mkfifo(box.requests / "c.json")
    (box.requests / "d.json").mkdir()
    (box.requests / "d.json" / "x").write_text("x")
    assert box.serve() == 0
    assert not box.place.dropin.exists()
    assert not letterbox.requests(box.requests), "nothing is looked at twice"
    assert elsewhere.read_text() == good
    assert caplog.text.count("refused, asked by ''") == 4


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_no_request(box: SettingsBox, caplog: pytest.LogCaptureFixture) -> None:
    name = letterbox.leave(box.requests, {"by": "admin", "wanted": {"retention.days": 90}, "base": ""})
    os.chown(box.requests / f"{name}.json", 12345, 12345)
    assert box.serve() == 0
    assert "it is user 12345's, not 0's" in caplog.text
    assert not box.place.dropin.exists()


def test_an_oversized_request_is_not_read(box: SettingsBox, caplog: pytest.LogCaptureFixture) -> None:
    answer = left(box, {"retention.days": 90}, more="x" * LARGEST)
    assert answer["problems"]
    assert f"longer than {LARGEST} bytes" in caplog.text
    (box.requests / "deep.json").write_text("[" * 60_000)
    assert box.serve() == 0


@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["by", "wanted", "base", *list(options())[:6], "x"]), inner, max_size=4), max_leaves=12,
))  # fmt: skip
def test_whatever_lies_there_the_settings_stay_whole(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    box = SettingsBox(tmp_path_factory.mktemp("box"), "helper")
    logging.disable(logging.CRITICAL)
    (box.requests / "a.json").write_text(json.dumps(document))
    box.serve()
    logging.disable(logging.NOTSET)
    assert load([box.config]).web.port == 8080
    assert letterbox.answer_to(box.requests, "a") is not None


def test_what_somebody_else_asked_in_the_pages_name_is_in_the_log(box: SettingsBox) -> None:
    left(box, {"retention.days": 90})
    left(box, {"web.port": 80})
    box.book().settle()
    assert sorted((one.action, one.by) for one in box.log()) == [("settings.change", "? (admin)"), ("settings.refuse", "? (admin)")]
    box.book().settle()
    assert len(box.log()) == 2
    assert not list(box.requests.iterdir())


def test_a_refusal_of_the_helper_is_told_and_logged(box: SettingsBox) -> None:
    """The pages found nothing wrong; by the time the helper looks, somebody has edited a file."""
    book = box.book(served=False)
    asked = book.ask({"retention.warn_gib": 4.0}, "admin")
    assert asked.state == ASKED
    with box.config.open("a") as file:
        file.write("free_gib = 8.0\n")
    box.serve()
    assert "must not be below" in book.settle()[asked.id]["retention.warn_gib"].en
    [latest] = book.latest()
    assert (latest.state, latest.reason.zh != "") == (REFUSED, True)
    assert box.log()[0].action == "settings.refuse"
    assert not box.place.dropin.exists()


def test_an_answer_that_comes_late_is_taken_note_of(box: SettingsBox) -> None:
    book = box.book(served=False)
    asked = book.ask({"retention.days": 90}, "admin")
    assert asked.state == ASKED
    assert load([box.config]).retention.days == 180
    box.serve()
    box.book(served=False).settle()
    assert book.latest()[0].state == DONE
    assert box.log()[0].action == "settings.change"


def test_a_request_that_a_restart_took_away_is_lost_and_said_so(box: SettingsBox) -> None:
    book = box.book(served=False)
    asked = book.ask({"retention.days": 90}, "admin")
    box.now += LOST_S + 1
    book.settle()
    assert book.latest()[0].state == ASKED, "it lies there still"
    letterbox.take_back(box.requests, asked.id)
    book.settle()
    assert book.latest()[0].state == LOST


def test_the_helper_that_fails_answers_all_the_same(box: SettingsBox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("quality.boxsettings.carrying.carry_out", fail)
    assert "failed" in left(box, {"retention.days": 90})["problems"][""][0]


def test_a_folder_that_cannot_be_written_is_said(box: SettingsBox) -> None:
    box.place.dropin.parent.write_text("no folder")
    assert left(box, {"retention.days": 90})["problems"]
    assert load([box.config]).retention.days == 180


def test_which_way_is_open(box: SettingsBox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(carrier_for(box.place, {"RUNTIME_DIRECTORY": str(box.requests)}), Helper)
    assert isinstance(carrier_for(box.place, {}), Direct)
    assert isinstance(carrier_for(None, {}), ByHand)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert isinstance(carrier_for(box.place, {}), ByHand)
    with pytest.raises(UserError, match=r"sudo callbox settings set retention\.days=90 'site\.name=A B'"):
        box.book(ByHand()).ask({"retention.days": 90, "site.name": "A B"}, "admin")
    assert command_for({"site.company": ["a", "b"], "analysis.mask_digits": True, "retention.days": None}) == (
        "sudo callbox settings set site.company=a,b analysis.mask_digits=yes retention.days="
    )
