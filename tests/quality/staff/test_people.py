from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.messages import UserError
from quality.changes import list_changes
from quality.csvtables import CsvErrors, read_csv
from quality.staff.people import People, Seat
from quality.staff.peoplecsv import COLUMNS, export_people, import_people
from quality.staff.peopleseats import apply_people
from recorder.settings.loader import load

GOOD = """工号,姓名,角色,班组,入职日期,线路,分机,开始,结束
8001,王小丽,座席,售前,2026-01-05,line1,,2026-08-01,2026-09-01
8001,王小丽,座席,售前,2026-01-05,,6001,2026-09-01,
8002,李强,,售后,2026/8/3,line1,,2026-09-01 08:30,
Q001,陈静,质检员,,,,,,
"""


def test_people_come_in_with_their_seats(tmp_path: Path) -> None:
    done = import_people(tmp_path, GOOD.encode(), "root")
    assert (done.new, done.changed, done.skipped) == (3, 0, ())
    wang = People(tmp_path).get("8001")
    assert wang is not None
    assert wang.seats == (Seat("line1", "", "2026-08-01", "2026-09-01"), Seat("", "6001", "2026-09-01", ""))
    assert [p.number for p in People(tmp_path).list("inspector")] == ["Q001"]
    assert [c.action for c in list_changes(tmp_path, "8001")] == ["people.add"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_any_encoding_a_spreadsheet_writes_is_read(tmp_path: Path, encoding: str) -> None:
    import_people(tmp_path, GOOD.encode(encoding), "root")
    assert [p.name for p in People(tmp_path).list()] == ["王小丽", "李强", "陈静"]


def test_what_is_exported_comes_back_as_it_was(tmp_path: Path) -> None:
    import_people(tmp_path, GOOD.encode(), "root")
    for language in ("zh", "en"):
        again = import_people(tmp_path, export_people(tmp_path, language), "root")
        assert (again.new, again.changed, again.unchanged) == (0, 0, 3)


BAD = """工号,姓名,角色,班组,入职日期,离职日期,线路,分机,开始,结束
8001,王小丽,座席,售前,2026-13-05,,,,,
8002,李强,老板,,,,,,,
8003,,座席,,,,,,,
8004,刘洋,座席,售后,2026-05-01,2026-04-01,,,,
8005,陈静,座席,,,,line1,,2026-08-01,2026-09-01
8006,赵磊,座席,,,,line1,,2026-08-31,
8005,陈小静,座席,,,,,6005,,
8007,钱进,座席,,,,line2,6007,,
8008,孙立,座席,,,,line3,,2026-09-02,2026-09-02
8009,周正,座席,,,,,,,
"""


def test_every_bad_row_is_named_and_nothing_is_imported(tmp_path: Path) -> None:
    with pytest.raises(CsvErrors) as caught:
        import_people(tmp_path, BAD.encode(), "root")
    assert [(p.row, p.column.zh) for p in caught.value.problems] == [
        (2, "入职日期"), (3, "角色"), (4, "姓名"), (5, "离职日期"), (7, "线路"), (8, "姓名"), (9, "分机"), (10, "结束"),
    ]  # fmt: skip
    assert "第 7 行，线路：line1 与第 6 行（8005" in caught.value.message.zh
    assert People(tmp_path).list() == []


def test_good_rows_alone_by_choice(tmp_path: Path) -> None:
    done = import_people(tmp_path, BAD.encode(), "root", good_only=True)
    assert [p.number for p in People(tmp_path).list()] == ["8009"]
    assert done.skipped == tuple(f"800{n}" for n in range(1, 9))


def test_a_seat_that_somebody_else_keeps_is_refused(tmp_path: Path) -> None:
    import_people(tmp_path, GOOD.encode(), "root")
    with pytest.raises(CsvErrors, match="kept for 8002"):
        import_people(tmp_path, "工号,姓名,线路,开始\n8010,吴用,line1,2027-01-01\n".encode(), "root")


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\0\0", "工号\n8001\n".encode(), "工号,姓名,薪水\n1,a,b\n".encode()]
)
def test_what_is_no_table_of_people_is_a_clear_error(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UserError):
        import_people(tmp_path, data, "root")


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_never_give_a_traceback(data: bytes) -> None:
    try:
        read_csv(data, COLUMNS)
    except UserError as error:
        assert error.message.zh


SETTINGS = """[store]
path = "{store}"
[[device]]
name = "default"
[[line]]
name = "line1"
device = "default"
channels = [0]
"""


def test_the_recorder_learns_who_sits_where(tmp_path: Path) -> None:
    import_people(tmp_path, GOOD.encode(), "root")
    config = tmp_path / "callbox.toml"
    config.write_text(SETTINGS.format(store=tmp_path), "utf-8")
    apply_people(tmp_path, config)
    settings = load([config])
    assert [(a.id, a.team) for a in settings.agent] == [("8001", "售前"), ("8002", "售后")]
    assert [(a.agent, a.line, a.extension) for a in settings.assignment] == [
        ("8001", "line1", ""), ("8001", "", "6001"), ("8002", "line1", ""),
    ]  # fmt: skip


def test_settings_that_would_break_stay_as_they_were(tmp_path: Path) -> None:
    import_people(tmp_path, GOOD.encode(), "root")
    config = tmp_path / "callbox.toml"
    config.write_text(SETTINGS.format(store=tmp_path) + '[[agent]]\nid = "8001"\nname = "x"\n', "utf-8")
    with pytest.raises(UserError, match="take them out"):
        apply_people(tmp_path, config)
    assert len(load([config]).agent) == 1
