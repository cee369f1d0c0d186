"""Every layout: the lines of its sources, and that what is printed is read back, however it comes and whatever else comes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.clock import ManualClock
from hw.interfaces import CallRecord, PortLine
from hw.messages import UserError
from hw.smdr_layout import Layout, Refused
from hw.smdr_layoutfile import FOLDER, layout_files, load_layout, read_layout
from hw.smdr_lines import LineReader
from hw.smdr_print import print_record

TIMEZONE = "Asia/Shanghai"
ZONE = ZoneInfo(TIMEZONE)
GOLDEN = Path(__file__).parent / "smdr_golden"
LAYOUTS = sorted(path.stem for path in FOLDER.glob("*.toml"))
NOW = datetime(2026, 1, 3, 0, 20, tzinfo=ZONE).timestamp()


def reader(layout: str | Layout, now: float = NOW) -> LineReader:
    chosen = load_layout(layout) if isinstance(layout, str) else layout
    made = LineReader(chosen, ManualClock(now), TIMEZONE)
    made.feed(b"the line in which the port was opened\r\n")
    return made


def told(item: CallRecord | PortLine) -> dict[str, object]:
    """A line's reading as JSON, the time as a person at the PBX reads it."""
    values = dataclasses.asdict(item)
    if isinstance(item, CallRecord):
        values["started_at"] = f"{datetime.fromtimestamp(item.started_at, ZONE):%Y-%m-%d %H:%M:%S}"
    return values


def test_every_layout_has_golden_lines() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {path.stem for path in GOLDEN.glob("*.json")} == set(LAYOUTS)


@pytest.mark.parametrize("name", LAYOUTS)
def test_golden(name: str) -> None:
    """The lines of the makers' documents; where those had none, lines made by their column tables."""
    items = reader(name).feed((GOLDEN / f"{name}.txt").read_bytes())
    assert [told(item) for item in items] == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_names_its_sources_and_says_whether_it_met_a_pbx(name: str) -> None:
    layout = load_layout(name)
    assert layout.about["seen_live"] is False
    assert layout.about["maker_en"] != layout.about["maker_zh"] or name == "nec_sl1100"
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    assert "# Sources: " in text
    assert "live PBX" in text


# What a layout can carry beyond the common: the longest number and trunk, and which directions and conditions it can print.
NUMBERS = {"avaya_cm_isdn": 10, "mitel_3300": 20}
TRUNKS = {"panasonic": r"[0-9]{2}", "nec": r"[0-9]{3}", "esi": r"[0-9]{2}", "avaya": r"[0-9]{3}", "mitel": r"T[0-9]{3}"}
DIRECTIONS = {"esi_ivx": ("in", "out")}
CONDITIONS = {
    "panasonic_ns1000": ("", "transfer", "forward", "unanswered"),
    "panasonic_tea308": ("", "transfer"),
    "nec_sl1100": ("", "unanswered"),
    "esi_ivx": ("",),
    "avaya_cm_isdn": ("", "unanswered"),
    "mitel_3300": ("", "transfer", "conference"),
}
RINGS = {"panasonic_ns1000", "panasonic_tea308", "mitel_3300"}
LONGEST = {"mitel_3300": 99 * 3600, "nec_sl1100": 99 * 3600, "esi_ivx": 99 * 3600, "avaya_cm_isdn": 9 * 3600}
EXTENSION = st.from_regex(r"[1-9][0-9]{3}", fullmatch=True)


@st.composite
def printed_records(draw: st.DrawFn, name: str) -> CallRecord:
    """A record that this layout can print whole."""
    layout = load_layout(name)
    digits = NUMBERS.get(name, 20)
    direction = draw(st.sampled_from(DIRECTIONS.get(name, ("in", "out", "internal"))))
    condition = draw(st.sampled_from(CONDITIONS[name]))
    if condition == "unanswered":
        direction = "in"
    step, every = layout.duration_resolution_s, layout.time.resolution_s
    talked = 0.0 if condition == "unanswered" else step * draw(st.integers(0, int(LONGEST.get(name, 99 * 3600) // step)))
    ring = draw(st.none() | st.integers(0, 599).map(float)) if name in RINGS else None
    if layout.untalked_is_ring and condition == "unanswered":
        ring = draw(st.integers(0, 600)) * step
    ends = every * draw(st.integers(int(NOW // every) - 8 * 60, int(NOW // every)))
    number = draw(st.from_regex(rf"[1-9][0-9]{{2,{digits - 1}}}", fullmatch=True))
    if direction == "internal":
        number = draw(EXTENSION)
    if name == "mitel_3300" and direction == "in":
        number = ""
    return CallRecord(
        name,
        ends - talked if layout.time.means == "end" else ends,
        talked,
        draw(EXTENSION),
        "" if direction == "internal" else draw(st.from_regex(TRUNKS[name.partition("_")[0]], fullmatch=True)),
        direction,
        number,
        ring,
        "",
        draw(st.sampled_from(["", "08754"])) if "account" in layout.fields and condition != "unanswered" else "",
        condition,
        None,
        every,
        step,
    )


@pytest.mark.parametrize("name", LAYOUTS)
@given(data=st.data())
def test_what_is_printed_is_read_back(name: str, data: st.DataObject) -> None:
    record = data.draw(printed_records(name))
    layout = load_layout(name)
    line = print_record(layout, record, ZONE)
    assert dataclasses.replace(layout.parse(line, ZONE, NOW), raw="") == record


@pytest.mark.parametrize("name", LAYOUTS)
@given(data=st.data())
def test_any_chunks_give_the_same_records(name: str, data: st.DataObject) -> None:
    layout = load_layout(name)
    lines = [print_record(layout, record, ZONE) for record in data.draw(st.lists(printed_records(name), max_size=4))]
    noise = data.draw(st.lists(st.binary(max_size=90), max_size=2))
    ends = data.draw(st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n\x00\x00", b"\x0c\r\n"]))
    stream = ends.join([*(line.encode() for line in lines), *noise, b""])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole, cut = reader(layout), reader(layout)
    once = whole.feed(stream) if stream else []
    assert [item for piece in pieces for item in cut.feed(piece)] == once
    assert [item.raw for item in once if isinstance(item, CallRecord)][: len(lines)] == [line.rstrip() for line in lines]


@pytest.mark.parametrize("name", LAYOUTS)
@given(noise=st.binary(max_size=300), text=st.text(max_size=120))
def test_nothing_upsets_a_layout(name: str, noise: bytes, text: str) -> None:
    reader(name).feed(noise + b"\r\n")
    try:
        load_layout(name).parse(text, ZONE, NOW)
    except Refused as refused:
        assert refused.message.en
        assert refused.message.zh


@pytest.mark.parametrize("name", LAYOUTS)
@given(data=st.data(), at=st.integers(0, 90), byte=st.integers(0x20, 0x7E))
def test_a_line_with_one_wrong_character_is_read_or_refused(name: str, data: st.DataObject, at: int, byte: int) -> None:
    layout = load_layout(name)
    line = print_record(layout, data.draw(printed_records(name)), ZONE).ljust(at + 1)
    items = reader(layout).feed((line[:at] + chr(byte) + line[at + 1 :]).encode() + b"\n")
    assert len(items) <= 1


def test_no_layout_reads_the_lines_of_another() -> None:
    """A wrong layout has to show; only the two Panasonics share their columns."""
    golden = {name: (GOLDEN / f"{name}.txt").read_bytes() for name in LAYOUTS}
    for name in LAYOUTS:
        for other, lines in golden.items():
            if name != other and not (name.startswith("panasonic") and other.startswith("panasonic")):
                read = [item for item in reader(name).feed(lines) if isinstance(item, CallRecord)]
                assert read == [], (name, other)


def test_the_day_comes_from_the_arrival_where_none_is_printed() -> None:
    line = _avaya("2359", "0105")
    layout = load_layout("avaya_cm_isdn")
    record = layout.parse(line, ZONE, datetime(2026, 1, 3, 0, 10, tzinfo=ZONE).timestamp())
    assert datetime.fromtimestamp(record.started_at, ZONE) == datetime(2026, 1, 2, 23, 48, 30, tzinfo=ZONE)


def _avaya(clock: str, duration: str) -> str:
    return f"{clock} {duration} 9 0009 0201 {'2001':>15} {'3800001111':>10}"


def test_the_pbx_may_mean_the_other_end_of_the_call_and_the_other_order_of_the_date() -> None:
    line = "03/02/02 10:07AM 1200  01 <I>                       0'05 00:01'05 9876543210"
    layout = load_layout("panasonic_ns1000", means="start", date="%d/%m/%y")
    started = layout.parse(line, ZONE, NOW).started_at
    assert datetime.fromtimestamp(started, ZONE) == datetime(2002, 2, 3, 10, 7, tzinfo=ZONE)


def test_ones_own_layout_goes_before_a_shipped_one(tmp_path: Path) -> None:
    text = (FOLDER / "esi_ivx.toml").read_text("utf-8")
    (tmp_path / "esi_ivx.toml").write_text(text.replace('is = "start"', 'is = "end"'), "utf-8")
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    assert load_layout("esi_ivx", tmp_path).time.means == "end"
    assert set(layout_files(tmp_path)) == {*LAYOUTS, "mine"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "csv"', 'kind = "table"', 'kind must be one of "columns", "csv"'),
        ("time = 3\n", "", r"\[fields\] time is missing"),
        ("time = 3\n", 'time = "3"\n', r"\[fields\] time must be"),
        ("pattern = '^I$'", "pattern = '(I'", "is no pattern"),
        ('is = "in"', 'is = "inwards"', 'must be one of "in"'),
        ('field = "class"', 'field = "klass"', 'must be one of "class"'),
        ("duration = '(?P<h>", "lasted = '(?P<h>", r"\[spans\] duration is missing"),
        ("clock = ", "clocks = ", r"\[time\] clock is missing"),
        ('kind = "csv"', 'kind = "csv', "no valid TOML"),
    ],
)
def test_what_is_wrong_in_a_layout_file_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (FOLDER / "esi_ivx.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(UserError, match=said) as caught:
        read_layout(tmp_path / "mine.toml")
    assert "mine.toml" in caught.value.message.zh
    assert caught.value.message.zh != caught.value.message.en


def write_golden(names: Sequence[str]) -> None:
    """`python -c "from tests.hw.test_smdr_layouts import *; write_golden(LAYOUTS)"`, then read the difference with care."""
    for name in names:
        items = [told(item) for item in reader(name).feed((GOLDEN / f"{name}.txt").read_bytes())]
        (GOLDEN / f"{name}.json").write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", "utf-8")
