from __future__ import annotations

import csv
import os
import random
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hw.messages import UserError
from quality.forms import load_form
from quality.reviews import Reviews
from quality.store import writing
from quality.users import Users
from quality.weekly import WeeklySummary, weekly_summary, write_csv, write_xlsx
from quality.weeklycsv import harmless
from quality.weeklyfigures import Figures, figures
from recorder.schema import CALLS_DB, MIGRATIONS
from tests.quality.factory import MONDAY, Made, fill, opened

FORM = load_form()
AFTER = MONDAY + 9 * 86400
Box = tuple[Path, list[Made]]


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A box of 120 calls, ten of them reviewed, with the calls of the days around the week as well."""
    store = tmp_path_factory.mktemp("weekly")
    made = fill(store, calls=120, start=MONDAY - 86400, days=9)
    user = Users(store).add("=cmd|'/c calc'", "listen-to-calls", "inspector")
    random_ = random.Random(7)
    for call in [call for call in in_week(made) if call.state == "closed"][:10]:
        grades = {item: random_.choice(["excellent", "good", "fair"]) for item in FORM.items}
        Reviews(store).save(call.id, "A", FORM.version, grades, user=user)
    return store, made


def in_week(made: list[Made]) -> list[Made]:
    return [call for call in made if MONDAY <= call.started_at < MONDAY + 7 * 86400]


@pytest.fixture(scope="module")
def summary(reviewed: Box) -> WeeklySummary:
    return weekly_summary(reviewed[0], "2026-W47", now=AFTER)


def test_the_week_has_its_calls_and_no_others(reviewed: Box, summary: WeeklySummary) -> None:
    made = in_week(reviewed[1])
    assert len(made) < 120
    assert [d.row.id for d in summary.detail] == [call.id for call in made]
    total = summary.total
    assert summary.calls == total.calls == len(made)
    assert total.answered == sum(call.state == "closed" for call in made)
    assert total.minutes == pytest.approx(sum(call.duration_s or 0 for call in made) / 60)
    assert total.hits == sum(len(call.hits) for call in made)
    scores = [call.scores for call in made if call.scores]
    assert total.analysed == len(scores)
    assert total.risk == pytest.approx(sum(s[2] for s in scores) / len(scores))


def test_reviews_make_form_score_and_pass_rate(reviewed: Box, summary: WeeklySummary) -> None:
    reviews = [r for call in in_week(reviewed[1]) if (r := Reviews(reviewed[0]).latest(call.id))]
    assert summary.total.reviewed == len(reviews) == 10
    assert summary.total.form_score == pytest.approx(sum(r.total for r in reviews) / 10)
    assert summary.total.pass_rate == pytest.approx(sum(r.total >= 80 for r in reviews) / 10)


@pytest.mark.parametrize("groups", ["days", "teams", "agents"])
def test_groups_add_up_to_the_week(summary: WeeklySummary, groups: str) -> None:
    parts = [group.figures for group in getattr(summary, groups)]
    for name in ("calls", "answered", "minutes", "analysed", "reviewed", "high_priority", "hits"):
        assert sum(getattr(part, name) for part in parts) == pytest.approx(getattr(summary.total, name)), name
    weighted = sum((part.compliance or 0) * part.analysed for part in parts) / summary.total.analysed
    assert weighted == pytest.approx(summary.total.compliance)


def test_rules_add_up_and_have_names(summary: WeeklySummary) -> None:
    assert sum(rule.hits for rule in summary.rules) == summary.total.hits
    assert [rule.calls for rule in summary.rules] == sorted((rule.calls for rule in summary.rules), reverse=True)
    assert summary.rule_name("opening").zh != "opening"
    assert summary.rule_name("gone").zh == "gone"


def test_worst_and_best_are_ordered_and_apart(summary: WeeklySummary) -> None:
    worst, best = [d.mean_score for d in summary.worst], [d.mean_score for d in summary.best]
    assert worst == sorted(worst)
    assert best == sorted(best, reverse=True)
    assert len(worst) == len(best) == 10
    assert not {d.row.id for d in summary.worst} & {d.row.id for d in summary.best}
    assert all((d.row.duration_s or 0) >= 15 for d in summary.best)


def test_what_nobody_knows_is_none_and_not_nought() -> None:
    nothing = figures([])
    assert {f.name: getattr(nothing, f.name) for f in fields(Figures)} == {
        "calls": 0, "answered": 0, "minutes": 0, "analysed": 0, "reviewed": 0, "form_score": None, "pass_rate": None,
        "machine_form": None, "compliance": None, "experience": None, "risk": None, "high_priority": 0, "hits": 0,
    }  # fmt: skip


def test_machine_scores_are_worked_out_once_and_again_after_a_new_analysis(own_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    store, made = own_box
    first = weekly_summary(store, "2026-W47", now=AFTER)
    monkeypatch.setattr("quality.machinescores.suggest", lambda *_: pytest.fail("worked out again"))
    assert weekly_summary(store, "2026-W47", now=AFTER).total == first.total
    monkeypatch.setattr("quality.machinescores.suggest", lambda *_: {})
    with opened(store / "analysis.db", ()) as database:
        database.execute("UPDATE results SET analyzed_at = '2027-01-01T00:00:00.000Z' WHERE call_id = ?", (made[-1].id,))
    changed = weekly_summary(store, "2026-W47", now=AFTER)
    by_id = {d.row.id: d.machine_form for d in changed.detail}
    assert by_id[made[-1].id] is None
    assert sum(a.machine_form != b.machine_form for a, b in zip(first.detail, changed.detail, strict=True)) <= 1


def test_a_box_that_cannot_be_written_still_gives_figures(own_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    store, _ = own_box
    with writing(store):
        pass

    def refused(_: Path) -> None:
        raise UserError("read only", "只读")

    monkeypatch.setattr("quality.machinescores.writing", refused)
    assert weekly_summary(store, "2026-W47", now=AFTER).total.machine_form is not None


@pytest.mark.parametrize(
    ("now", "says"), [(MONDAY - 1, "has not begun"), (MONDAY + 3600, "not over"), (AFTER, "No calls were recorded")]
)  # fmt: skip
def test_an_empty_week_says_why(tmp_path: Path, now: float, says: str) -> None:
    empty = weekly_summary(tmp_path, "2026-W47", now=now)
    assert empty.calls == 0
    assert says in " ".join(note.en for note in empty.notes)
    for language in ("zh", "en"):
        write_xlsx(empty, tmp_path / "empty.xlsx", language)
        write_csv(empty, tmp_path / "empty.csv", language)
    assert empty.notes[0].en in (tmp_path / "empty.csv").read_text("utf-8-sig")


def test_calls_without_agent_or_team_are_one_unknown_group(own_box: Box) -> None:
    store, made = own_box
    with opened(store / CALLS_DB, MIGRATIONS) as database:
        database.execute("UPDATE calls SET agent_id = NULL, team = '' WHERE id = ?", (made[0].id,))
    summary = weekly_summary(store, "2026-W47", now=AFTER)
    assert (summary.agents[-1].key, summary.agents[-1].figures.calls) == ("", 1)
    assert (summary.teams[-1].key, summary.teams[-1].figures.calls) == ("", 1)


def rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_workbook_reads_back(summary: WeeklySummary, tmp_path: Path) -> None:
    path = tmp_path / "周报 2026-W47.xlsx"
    write_xlsx(summary, path, "zh")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["概览", "座席", "班组", "规则", "最差与最佳", "通话明细", "说明"]
    calls = book["通话明细"]
    head, *body = rows(calls)
    assert head[:7] == ["开始时间", "时长", "方向", "接听", "线路", "工号", "座席"]
    assert [row[-1] for row in body] == [d.row.id for d in summary.detail]
    assert calls.freeze_panes == "A2"
    assert calls.auto_filter.ref.startswith("A1:")
    first, told = body[0], summary.detail[0]
    shanghai = datetime.fromtimestamp(told.row.started_at, UTC).replace(tzinfo=None) + timedelta(hours=8)
    assert abs(first[0] - shanghai) < timedelta(seconds=1)
    assert (first[5], first[6]) == (told.row.agent_id, told.row.agent_name)
    overview = {row[0]: row[1] for row in rows(book["概览"])}
    assert overview["通话数"] == summary.calls
    assert overview["合格率"] == pytest.approx(summary.total.pass_rate)
    assert len(book["概览"]._charts) == len(book["规则"]._charts) == 1
    agents = rows(book["座席"])
    assert sum(row[3] for row in agents[1:]) == summary.calls


def test_the_english_workbook_has_english_names(summary: WeeklySummary, tmp_path: Path) -> None:
    write_xlsx(summary, tmp_path / "w.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert book.sheetnames == ["Overview", "Agents", "Teams", "Rules", "Worst and best", "Calls", "Notes"]
    assert rows(book["Rules"])[0] == ["Rule", "Rule id", "Calls", "Hits", "Share of analysed calls"]


def test_unknown_figures_are_a_dash(summary: WeeklySummary, tmp_path: Path) -> None:
    write_xlsx(summary, tmp_path / "w.xlsx", "en")
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["Calls"]
    column = rows(sheet)[0].index("Form score")
    values = [row[column] for row in rows(sheet)[1:]]
    assert values.count("–") == summary.calls - 10
    assert 0 not in values


def test_names_that_look_like_formulas_stay_text(summary: WeeklySummary, tmp_path: Path) -> None:
    write_xlsx(summary, tmp_path / "w.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    write_csv(summary, tmp_path / "w.csv", "en")
    with (tmp_path / "w.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(cell.startswith("'=cmd") for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@pytest.mark.parametrize("text", ["=1+1", "+86138", "-1", "@sum", "\t=1", "\r=1", "＝1+1"])
def test_csv_disarms(text: str) -> None:
    assert harmless(text) == "'" + text


def test_csv_leaves_plain_text_alone() -> None:
    assert [harmless(t) for t in ("王小丽", "8001", "", "a=b")] == ["王小丽", "8001", "", "a=b"]


def test_the_csv_opens_in_excel_with_chinese(summary: WeeklySummary, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    write_csv(summary, path, "zh")
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    text = data.decode("utf-8-sig")
    for words in ("通话明细", "王小丽", "合格率", "最差通话", summary.detail[-1].row.id):
        assert words in text


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_a_file_that_cannot_be_written_is_a_clear_error(summary: WeeklySummary, tmp_path: Path, write: Any) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "absent" / "w.out", tmp_path / "folder"):
        with pytest.raises(UserError, match="cannot be written"):
            write(summary, path, "zh")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_a_failed_write_keeps_the_old_file(summary: WeeklySummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.csv"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("quality.files.os.fsync", full)
    with pytest.raises(UserError, match="No space left"):
        write_csv(summary, path, "zh")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
