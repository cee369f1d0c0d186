"""Tables only people can fill, as CSV; and `callbox figures` as it is typed."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw.messages import UserError
from quality.changes import list_changes
from quality.csvtables import CsvErrors
from quality.figures.book import shipped_figures
from quality.figures.rulestore import figure_rules
from quality.figures.tablecsv import TABLES, export_table, import_table
from quality.figures.tables import Cost, days_of
from quality.staff.people import People
from tests.console.command import callbox
from tests.quality.figures.figurebox import Box, Spoken, at

GOOD = {
    "shifts": "日期,工号,计划工时,签入工时,出勤\n2026-11-02,8001,7.5,7:05,是\n2026/11/2,8002,7:30,,否\n",
    "aftercall": "日期,工号,通话数,事后处理总秒数\n2026-11-02,8001,20,900\n",
    "costs": '开始日期,结束日期,班组,费用项目,金额（元）\n2026-11-01,2026-11-30,甲,人工,"12,345.67"\n2026-11-01,2026-11-30,,线路,800\n',  # noqa: E501
    "leavers": "工号,离职日期\n8002,2026-11-15\n",
}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path)
    box.fill([Spoken(at("2026-11-02 10:00"))])
    box.people(("8001", "甲", None, None), ("8002", "甲", None, None))
    return box


@pytest.mark.parametrize("name", list(TABLES))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_table_comes_in_and_goes_out_as_it_was(box: Box, name: str, encoding: str) -> None:
    done = import_table(box.store, name, GOOD[name].encode(encoding), "主管")
    assert done.new == GOOD[name].count("\n") - 1
    for language in ("zh", "en"):
        again = import_table(box.store, name, export_table(box.store, name, language), "主管")
        assert (again.new, again.changed, again.unchanged) == (0, 0, done.new)
    assert list_changes(box.store)


def test_what_a_file_says_replaces_what_was_kept_of_it(box: Box) -> None:
    import_table(box.store, "shifts", GOOD["shifts"].encode(), "主管")
    done = import_table(box.store, "shifts", "日期,工号,计划工时,签入工时\n2026-11-02,8001,7.5,6\n".encode(), "主管")
    assert (done.new, done.changed, done.unchanged) == (0, 1, 0)
    assert export_table(box.store, "shifts", "zh").decode("utf-8-sig").splitlines()[1:] == [
        "2026-11-02,8001,7.5,6,是", "2026-11-02,8002,7.5,,否",
    ]  # fmt: skip


def test_a_leaver_is_noted_in_the_book_of_people(box: Box) -> None:
    import_table(box.store, "leavers", GOOD["leavers"].encode(), "主管")
    person = People(box.store).get("8002")
    assert person is not None
    assert person.left_on == date(2026, 11, 15)


BAD = {
    "shifts": ("日期,工号,计划工时,签入工时,出勤\n2026-13-02,8001,7.5,,\n2026-11-02,8001,25,,\n2026-11-02,9999,7.5,,\n"
               "2026-11-03,8001,7.5,,也许\n2026-11-04,8001,7.5,,\n2026-11-04,8001,8,,\n", {2, 3, 4, 5, 7}),
    "aftercall": ("日期,工号,通话数,事后处理总秒数\n2026-11-02,8001,2.5,9\n2026-11-02,8002,2,-9\n2026-11-03,,2,9\n", {2, 3, 4}),
    "costs": ("开始日期,结束日期,班组,费用项目,金额（元）\n2026-11-30,2026-11-01,,人工,5\n2026-11-01,2026-11-30,没有的组,人工,5\n"
              "2026-11-01,2026-11-30,甲,人工,5\n2026-11-15,2026-12-15,甲,人工,5\n", {2, 3, 5}),
    "leavers": ("工号,离职日期\n8003,2026-11-15\n8001,昨天\n", {2, 3}),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BAD))
def test_every_bad_row_is_named_and_nothing_is_taken(box: Box, name: str) -> None:
    text, rows = BAD[name]
    before = export_table(box.store, name, "zh")
    with pytest.raises(CsvErrors) as refused:
        import_table(box.store, name, text.encode(), "主管")
    assert {p.row for p in refused.value.problems} == rows
    assert all(p.why.zh and p.why.en for p in refused.value.problems)
    assert export_table(box.store, name, "zh") == before


def test_the_good_rows_alone_when_asked(box: Box) -> None:
    done = import_table(box.store, "costs", BAD["costs"][0].encode(), "主管", good_only=True)
    assert (done.new, {p.row for p in done.problems}) == (1, {2, 3, 5})


def test_a_table_nobody_knows(box: Box) -> None:
    with pytest.raises(UserError, match="shifts, aftercall, costs, leavers"):
        import_table(box.store, "pay", b"", "x")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80) | st.text('日期工号,计划\n"8001;2026-11\t', max_size=80).map(str.encode))
def test_any_bytes_are_taken_or_refused_in_words(box: Box, data: bytes) -> None:
    for name in TABLES:
        try:
            import_table(box.store, name, data, "x")
        except UserError as refused:
            assert refused.message.zh


@given(st.integers(0, 10**9), st.integers(0, 400))
def test_the_days_of_a_cost_add_up_to_it(fen: int, days: int) -> None:
    first = date(2026, 1, 1)
    last = date.fromordinal(first.toordinal() + days)
    cost = Cost(first, last, "", "", fen)
    shares = [cost.share(day) for day in days_of(first, last)]
    assert sum(shares) == fen
    assert max(shares) - min(shares) <= 1


def config(store: Path) -> Path:
    path = store / "callbox.toml"
    path.write_text(f"[store]\npath = {json.dumps(str(store))}\n", "utf-8")
    return path


def test_the_command_prints_all_23_with_reasons(box: Box) -> None:
    done = callbox("figures", "--from", "2026-11-02", "--to", "2026-11-02", "--config", config(box.store))
    assert done.returncode == 0
    for figure in shipped_figures():
        assert figure.id in done.stdout
    assert "the shifts table has no planned" in done.stdout
    zh = callbox("figures", "--month", "2026-11", "--by", "group", "--config", config(box.store), CALLBOX_LANG="zh")
    assert "服务水平" in zh.stdout


def test_the_command_as_json_and_csv(box: Box, tmp_path: Path) -> None:
    settings_file = config(box.store)
    done = callbox("figures", "--week", "2026-W45", "--by", "agent", "--json", "--config", settings_file)
    sheet = json.loads(done.stdout)
    assert set(sheet) == {"period", "trend", "by", "subjects"}
    agent = next(s for s in sheet["subjects"] if s["key"] == "8001")
    assert set(agent["figures"]) == {f.id for f in shipped_figures()}
    assert agent["figures"]["total_calls"]["value"] == 1
    assert agent["figures"]["busy_rate"]["why"]["zh"]
    out = tmp_path / "figures.csv"
    callbox("figures", "--week", "2026-W45", "--csv", out, "--config", settings_file)
    rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert len(rows) == 23
    assert next(r["value"] for r in rows if r["figure id"] == "talk_time") == "60.0"


def test_the_command_explains_imports_and_exports(box: Box, tmp_path: Path) -> None:
    settings_file, table = config(box.store), tmp_path / "shifts.csv"
    assert "80.0 %" in callbox("figures", "explain", "service_level", "--config", settings_file).stdout
    assert callbox("figures", "explain", "--config", settings_file).stdout.count(". ") >= 23
    assert callbox("figures", "explain", "nothing", "--config", settings_file).returncode == 2
    table.write_text(GOOD["shifts"], "gbk")
    assert callbox("figures", "import", "shifts", table, "--config", settings_file).returncode == 0
    table.write_text(BAD["shifts"][0], "utf-8")
    bad = callbox("figures", "import", "shifts", table, "--config", settings_file)
    assert (bad.returncode, "row 4" in bad.stderr) == (2, True)
    assert callbox("figures", "import", "shifts", table, "--good-only", "--config", settings_file).returncode == 1
    # The settings may be named before the action, too.
    assert callbox("figures", "--config", settings_file, "export", "shifts", table).returncode == 0
    assert "8001" in table.read_text("utf-8")


@pytest.mark.parametrize("words", [("--from", "gestern"), ("--month", "2026-13"), ("--month", "2026-11", "--week", "2026-W45"),
                                   ("--from", "2026-11-02", "--to", "2026-11-01"), ("--figure", "luck")])  # fmt: skip
def test_what_cannot_be_asked_is_said(box: Box, words: tuple[str, ...]) -> None:
    done = callbox("figures", *words, "--config", config(box.store))
    assert done.returncode == 2
    assert done.stderr.startswith("callbox: ")


def test_targets_go_out_are_changed_and_come_back(box: Box, tmp_path: Path) -> None:
    settings_file, file = config(box.store), tmp_path / "targets.toml"
    file.write_text(callbox("figures", "targets", "--config", settings_file).stdout, "utf-8")
    file.write_text(file.read_text("utf-8").replace("service_level = { min = 0.8 }", "service_level = { min = 0.95 }"), "utf-8")
    assert callbox("figures", "targets", file, "--config", settings_file).returncode == 0
    assert "≥ 95.0" in callbox("figures", "--month", "2026-11", "--config", settings_file).stdout
    known = {figure.id: figure for figure in figure_rules(box.store).figures}
    assert known["rings"] == next(f for f in shipped_figures() if f.id == "rings")  # left alone, still the usual one
    again = callbox("figures", "targets", file, "--config", settings_file)
    assert (again.returncode, "meanwhile" in again.stderr) == (2, True)


def test_the_evaluation_compares_and_finds_what_is_planted(box: Box) -> None:
    done = callbox("evaluate", "figures", "--store", box.store, "--json", "--config", config(box.store))
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["compared"] > 0
    assert (found["known_in_one_only"], found["agreed"], found["calls"]) == (0, True, found["calls_in_daily_detail"])
    assert len(found["figures"]) == 23
