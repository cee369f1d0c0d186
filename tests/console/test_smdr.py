"""callbox smdr and callbox reconcile, as a technician uses them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.commandline import run
from console.smdr.draft import clock_pattern, date_pattern, layout_data, new_draft, read_draft, span_pattern, to_toml
from console.smdr.editing import check, draft_of, edit
from hw.clock import SystemClock
from hw.interfaces import CallRecord
from hw.messages import UserError
from hw.simulated.pbx import SimulatedPbx
from hw.smdr_layoutfile import load_layout
from recorder.pbx.book import keep
from recorder.store.calls import Call
from recorder.store.writer import CallStore
from recorder.times import from_text
from tests.hw.test_smdr_layouts import GOLDEN

NOW = from_text("2026-11-22T02:00:00Z")
LINES = """Date  Time  Ext  CO Number        Ring  Talk
11/22 09:05 801  01 I13800001111  0'12  00:01:05
11/22 09:07 802  02 9057112345678       00:00:31
"""
MARKS = "DDDDD TTTTT EEE  CC NNNNNNNNNNNNN RRRR  LLLLLLLL"


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    path = tmp_path / "lines.txt"
    path.write_text(LINES, "utf-8")
    return path


def marked(text: str, marks: str = MARKS) -> str:
    """The draft as a technician leaves it."""
    text = text.replace("\n=\n", f"\n={marks}\n").replace("date: MM/DD/YY", "date: MM/DD")
    return text.replace("\nin:", "\nin: I").replace("\nskip:", "\nskip: Date")


def test_a_layout_is_drawn_looked_at_and_saved(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def write(draft: Path) -> None:
        draft.write_text(marked(draft.read_text("utf-8")), "utf-8")

    answers = iter(["s"])
    draft = draft_of(samples, "mine")
    assert edit(draft, tmp_path / "own", "Asia/Shanghai", ask=lambda _: next(answers), editor=write) == 0
    shown = capsys.readouterr().out
    assert "13800001111" in shown
    assert "2 of 3 lines" in shown or "3 行中读出 2 行" in shown
    layout = load_layout("mine", tmp_path / "own")
    came, went = (reading.record for reading in check(draft, "Asia/Shanghai", NOW).readings[1:])
    assert came is not None
    assert went is not None
    assert (came.direction, came.number, came.extension, came.ring_s, came.duration_s) == ("in", "13800001111", "801", 12.0, 65.0)
    assert (went.direction, went.number, went.trunk, went.ring_s) == ("out", "9057112345678", "02", None)
    assert layout.skips(LINES.splitlines()[0])


def test_a_mistake_is_told_and_can_be_mended(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rounds = iter([MARKS.replace("TTTTT", "     "), MARKS])

    def write(draft: Path) -> None:
        draft.write_text(marked(new_draft(LINES.splitlines(), "mine"), next(rounds)), "utf-8")

    answers = iter(["y", "s"])
    assert edit(draft_of(samples, "mine"), tmp_path / "own", "UTC", ask=lambda _: next(answers), editor=write) == 0
    assert any(word in capsys.readouterr().out for word in ("no column is marked T", "没有标记 T"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (MARKS, MARKS.replace("CC", "XX"), "no letter for a column"),
        (MARKS, MARKS.replace("CC", "DD"), "marked twice"),
        ("date: MM/DD", "date: day and month", "must hold MM and DD"),
        ("time: HH:MM\n", "time: noon\n", "must hold HH"),
        ("length: HH:MM:SS", "length: long", "must be made of H, M, S"),
        ("length: HH:MM:SS", "length: HH:HH", "must be made of H, M, S"),
        ("time is: end", "time is: middle", 'must be one of "start", "end"'),
        ("kind: columns", "kind: table", 'must be one of "columns", "csv"'),
        ("name: mine", "name: ../mine", "must be letters"),
        ("time is: end", "what is this", "line 17"),
    ],
)
def test_everything_wrong_in_a_draft_is_told_in_both_languages(samples: Path, old: str, new: str, said: str) -> None:
    draft = draft_of(samples, "mine")
    text = marked(draft.read_text("utf-8"))
    assert old in text
    draft.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(UserError, match=said) as caught:
        check(draft, "UTC", NOW)
    assert caught.value.message.zh != caught.value.message.en


def test_a_csv_layout_is_drawn_with_commas(tmp_path: Path) -> None:
    path = tmp_path / "csv.txt"
    path.write_text('"I","07042002","000852","000059","101","9724229700","ESTECH","54"\n', "utf-8")
    draft = draft_of(path, "csv")
    text = draft.read_text("utf-8").replace("\n=\n", "\n=I,D,T,L,E,N,,C\n").replace("date: MM/DD/YY", "date: MMDDYYYY")
    text = text.replace("time: HH:MM", "time: HHMMSS").replace("length: HH:MM:SS", "length: HHMMSS").replace("\nin:", "\nin: I")
    draft.write_text(text, "utf-8")
    (reading,) = check(draft, "UTC", NOW).readings
    assert reading.record is not None
    assert (reading.record.direction, reading.record.trunk, reading.record.duration_s) == ("in", "54", 59.0)


@given(st.text(max_size=300))
def test_no_text_upsets_the_draft_reader(text: str) -> None:
    try:
        to_toml(layout_data(read_draft(text)))
    except UserError as error:
        assert error.message.zh


def test_patterns_as_people_write_them() -> None:
    assert (date_pattern("YY/MM/DD"), date_pattern("%d.%m")) == ("%y/%m/%d", "%d.%m")
    assert (clock_pattern("hh:MMAM"), clock_pattern("HHMMSS")) == ("%I:%M%p", "%H%M%S")
    assert span_pattern("HMMt", "length") == r"(?P<h>\d{1,1})(?P<m>\d{2})(?P<t>\d{1})"


def test_try_names_the_layout_that_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "smdr", "try", str(GOLDEN / "nec_sl1100.txt")]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("nec_sl1100: ")
    assert "2142623801" in shown
    assert max(len(line) for line in shown.splitlines()) < 80


def test_try_tells_what_a_layout_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "zh", "smdr", "try", str(GOLDEN / "nec_sl1100.txt"), "--layout", "panasonic_ns1000"]) == 1
    assert "应为空白" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["try", "/nowhere"], ["edit", "/nowhere"], ["capture"], ["try", "/etc/hostname", "--layout", "x"]]
)
def test_bad_input_gives_words(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["smdr", *words]) == 2
    assert capsys.readouterr().err.startswith("callbox: ")


def test_capture_shows_what_comes_over_the_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = CallRecord("", NOW, 60.0, "801", "01", "in", "13800001111", 5.0, "")
    pbx = SimulatedPbx(tmp_path / "pbx", [(time.time() + 0.3, record)], SystemClock(), "panasonic_ns1000", "Asia/Shanghai")
    pbx.start()
    config = tmp_path / "callbox.toml"
    config.write_text(f'[call_records]\nport = "{tmp_path / "pbx"}"\n', "utf-8")
    try:
        run(["smdr", "capture", "--seconds", "1", "--out", str(tmp_path / "out.txt"), "--config", str(config)])
    finally:
        pbx.stop()
    assert "<I>13800001111" in capsys.readouterr().out
    assert "<I>13800001111" in (tmp_path / "out.txt").read_text("utf-8")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """Settings of a box that recorded one call, whose PBX printed another."""
    config = tmp_path / "callbox.toml"
    lines = '[[device]]\nname = "tap"\n[[line]]\nname = "1"\ndevice = "tap"\nchannels = [0]\nextension = "801"\n'
    config.write_text(f'[store]\npath = "{tmp_path / "store"}"\n{lines}', "utf-8")
    store = CallStore(tmp_path / "store")
    store.start_call(Call("c", "1", "mono", "zh", "in", "closed", NOW, ended_at=NOW + 60, duration_s=60.0), None)
    keep(store, CallRecord("x", NOW + 3600, 30.0, "801", "01", "out", "114", None, "the raw line"), NOW)
    store.close()
    return config


def test_reconcile_lists_both_sides(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "reconcile", "--day", "2026-11-22", "--config", str(box)]) == 1
    shown = capsys.readouterr().out
    assert "missed" in shown
    assert "no record" in shown
    assert "114" in shown
    assert run(["reconcile", "--from", "2026-11-20", "--to", "2026-11-22", "--json", "--config", str(box)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["records"], found["calls"], found["matched"], found["missed"], found["unlisted"]) == (1, 1, 0, 1, 1)
    assert {item["kind"] for item in found["items"]} == {"missed", "unlisted"}
    assert run(["reconcile", "--day", "2026-11-21", "--config", str(box)]) == 0


@pytest.mark.parametrize("words", [["--day", "yesterday"], ["--day", "2026-11-22", "--to", "2026-11-23"], ["--from", "2030-01-01"]])
def test_reconcile_refuses_days_that_are_none(box: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reconcile", *words, "--config", str(box)]) == 2
    assert capsys.readouterr().err.startswith("callbox: ")


def test_the_log_shows_the_lines_as_they_came(box: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "smdr", "log", "--config", str(box)]) == 0
    assert "record without a call\n  the raw line" in capsys.readouterr().out
    assert run(["smdr", "log", "--json", "--config", str(box)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["kind"] == "alone"


def test_every_layout_is_named_with_its_maker(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "smdr", "layouts"]) == 0
    assert "mitel_3300\n  Mitel 3300" in capsys.readouterr().out
