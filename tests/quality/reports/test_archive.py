"""The archive, and what is due when."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from console.commandline import run
from hw.messages import UserError
from quality.changes import list_changes
from quality.periods import parse
from quality.reports.archive import LEAST_DAYS, Archive
from quality.reports.build import build
from quality.reports.due import due, keep, make_due
from quality.reports.facts import Box
from quality.store import reading
from recorder.times import from_text
from tests.quality.factory import fill

MONDAY = from_text("2026-11-22T20:00:00Z")  # 04:00 on Monday 2026-11-23 in Shanghai


@pytest.fixture
def box(tmp_path: Path) -> Box:
    (tmp_path / "store").mkdir()
    fill(tmp_path / "store", calls=40)
    return Box(tmp_path / "store", "云帆科技", now=MONDAY)


def test_what_is_over_and_not_kept_is_due(box: Box) -> None:
    assert [(kind, period.name) for kind, period in due(box)] == [
        *(("daily", f"2026-11-{day}") for day in range(16, 22)), ("daily", "2026-11-22"), ("weekly", "2026-W47"),
    ]  # fmt: skip
    december = Box(box.store, box.site, now=from_text("2026-11-30T20:00:00Z"))
    monthly = {kind for kind, period in due(december) if period.name == "2026-11"}
    assert monthly == {"monthly", "cases", "training", "forecast"}
    assert not [kind for kind, _ in due(december) if kind == "daily"]  # nobody called in that week
    january = Box(box.store, box.site, now=from_text("2027-01-01T20:00:00Z"))
    assert "quarterly" in {kind for kind, _ in due(january)}


def test_a_box_without_calls_owes_nothing(tmp_path: Path) -> None:
    assert due(Box(tmp_path, now=MONDAY)) == []


def test_made_once_kept_once_and_what_was_missed_is_caught_up(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quality.reports.due._ALL", ("xlsx",))
    wednesday = Box(box.store, box.site, now=from_text("2026-11-17T20:00:00Z"))
    assert [(row.kind, row.period) for row in make_due(wednesday, "zh").kept] == [("daily", "2026-11-16"), ("daily", "2026-11-17")]
    made = make_due(box, "zh")
    assert [(row.kind, row.period) for row in made.kept] == [
        *(("daily", f"2026-11-{day}") for day in range(18, 23)), ("weekly", "2026-W47"),
    ]  # fmt: skip
    assert make_due(box, "zh").kept == ()


def test_a_kept_file_is_what_was_written(box: Box) -> None:
    report, archive = build(box, "daily", parse("day", "2026-11-18")), Archive(box.store)
    kept = archive.keep(report, "csv", "zh", "主管")
    again = archive.keep(report, "csv", "zh", "主管")
    assert kept.file != again.file
    data = archive.read(kept)
    assert hashlib.sha256(data).hexdigest() == kept.sha256
    assert (kept.kind, kept.period, kept.calls, kept.made_by, kept.bytes) == (
        "daily",
        "2026-11-18",
        report.calls,
        "主管",
        len(data),
    )
    assert [row.id for row in archive.list("daily")] == [again.id, kept.id]
    assert archive.list("weekly") == []
    with reading(box.store) as connection:
        made = connection.execute("SELECT by, action FROM review.changes WHERE subject = ?", (kept.id,)).fetchone()
    assert tuple(made) == ("主管", "report.made")
    (box.store / kept.file).write_bytes(data + b" ")
    with pytest.raises(UserError, match="not what was written"):
        archive.read(kept)
    (box.store / kept.file).unlink()
    with pytest.raises(UserError, match="not there"):
        archive.read(kept)
    with pytest.raises(UserError, match="no such report"):
        archive.get("nothing")


def test_old_files_are_deleted_and_those_the_timer_would_make_again_stay(box: Box) -> None:
    archive = Archive(box.store)
    for day in ("2026-11-17", "2026-11-18"):
        archive.keep(build(box, "daily", parse("day", day)), "csv", "zh", "主管")
    made = datetime.now(UTC).date()
    assert archive.prune(0, made + timedelta(days=9999), "callbox") == 0
    assert archive.prune(30, max(made, date(2026, 11, 18)) + timedelta(days=31), "callbox") == 0  # their days are not over for long
    later = max(made, date(2026, 11, 18)) + timedelta(days=LEAST_DAYS + 1)
    assert archive.prune(LEAST_DAYS * 2, later, "callbox") == 0
    files = [box.store / kept.file for kept in archive.list()]
    assert archive.prune(30, later, "callbox") == 2
    assert archive.list() == []
    assert not any(file.exists() for file in files)
    assert list_changes(box.store)[0].detail["files"] == 2


def test_one_format_that_fails_does_not_keep_the_others(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quality.reports.print.chinese_font", lambda: None)
    made = keep(box, "weekly", parse("week", "2026-W47"), "zh", "callbox")
    assert [row.format for row in made.kept] == ["xlsx", "html"]
    assert "fonts-noto-cjk" in made.left_out[0].en


def test_the_commands(box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBOX_LANG", "en")
    config = tmp_path / "callbox.toml"
    config.write_text(f'[store]\npath = "{box.store}"\n')
    for arguments in (
        ["export", "daily", "--day", "2026-11-18", "--out", str(tmp_path / "d.xlsx")],
        ["export", "weekly", "--week", "2026-W47", "--out", str(tmp_path / "w.csv")],
        ["export", "cases", "--month", "2026-11", "--out", str(tmp_path / "c.html")],
        ["reports", "keep", "daily", "--day", "2026-11-18"], ["reports", "list"], ["reports", "due", "--dry-run"],
    ):  # fmt: skip
        assert run([*arguments, "--config", str(config)]) == 0, arguments
    said = capsys.readouterr().out
    assert "40 calls" in said
    assert "daily-2026-11-18" in said
    assert run(["export", "weekly", "--week", "2026-W47", "--out", str(tmp_path / "w.doc"), "--config", str(config)]) == 2
    assert run(["export", "monthly", "--month", "November", "--out", str(tmp_path / "w.pdf"), "--config", str(config)]) == 2
    shutil.rmtree(box.store)
    assert run(["export", "weekly", "--week", "2026-W47", "--out", str(tmp_path / "n.csv"), "--config", str(config)]) == 2
    errors = capsys.readouterr().err
    assert ".xlsx, .pdf" in errors and "is no month" in errors and "nothing was recorded there yet" in errors
    assert not (tmp_path / "n.csv").exists()
