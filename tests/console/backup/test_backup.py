"""A backup of a real store, and what comes of it on another box."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import stat
from pathlib import Path

import pytest

from console.backup import manifest as manifests
from console.backup.make import make_backup
from console.backup.restore import check_backup, restore
from console.commandline import run
from hw.messages import UserError
from quality.access.users import Users
from quality.health.backups import LAST_BACKUP, LastBackup, last_backup
from quality.health.status import collect
from recorder.settings.cli import show
from tests.webui.makebox import PASSWORD, TestBox, make_box


@pytest.fixture
def box(tmp_path: Path) -> TestBox:
    return make_box(tmp_path / "store", port=8080)


@pytest.fixture
def config(box: TestBox, tmp_path: Path) -> Path:
    path = tmp_path / "etc" / "callbox.toml"
    (path.parent / "callbox.d").mkdir(parents=True)
    path.write_text(show(box.settings), "utf-8")
    (path.parent / "callbox.d" / "people.toml").write_text('[[agent]]\nid = "9001"\nname = "新人"\n', "utf-8")
    return path


def answers(store: Path, name: str, question: str) -> object:
    connection = sqlite3.connect(store / name)
    found = connection.execute(question).fetchall()
    connection.close()
    return found


def recordings(store: Path) -> dict[str, bytes]:
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in sorted(store.rglob("*.flac"))}


def test_a_restored_box_is_the_box_that_was_backed_up(box: TestBox, config: Path, tmp_path: Path) -> None:
    made = make_backup(box.settings, config, tmp_path / "usb")
    other, other_config = tmp_path / "other" / "store", tmp_path / "other" / "etc" / "callbox.toml"
    restored = restore(tmp_path / "usb", other, other_config)
    assert (restored.files, restored.put_aside) == (made.files, ())
    assert recordings(other) == recordings(box.store) != {}
    for name, question in (
        ("calls.db", "SELECT * FROM calls ORDER BY id"), ("analysis.db", "SELECT * FROM jobs ORDER BY 1"),
        ("review.db", "SELECT * FROM users ORDER BY id"),
    ):  # fmt: skip
        assert answers(other, name, question) == answers(box.store, name, question) != []
    assert Users(other).check("manager", PASSWORD)
    assert other_config.read_text("utf-8") == config.read_text("utf-8")
    assert (other_config.parent / "callbox.d" / "people.toml").exists()


def test_what_the_database_was_told_after_its_file_was_opened_is_in_the_backup(box: TestBox, config: Path, tmp_path: Path) -> None:
    """In WAL a file alone is not the database."""
    writer = sqlite3.connect(box.store / "review.db", isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE users SET language = 'en'")
    make_backup(box.settings, config, tmp_path / "usb")
    writer.close()
    restore(tmp_path / "usb", tmp_path / "other", tmp_path / "etc2" / "callbox.toml")
    assert answers(tmp_path / "other", "review.db", "SELECT DISTINCT language FROM users") == [("en",)]


def test_the_box_knows_when_it_was_backed_up_last_and_its_copy_does_not(box: TestBox, config: Path, tmp_path: Path) -> None:
    assert collect(box.settings).last_backup is None
    for _ in range(2):
        made = make_backup(box.settings, config, tmp_path / "usb")
    known = collect(box.settings).last_backup
    assert known == LastBackup(made.made_at, str(tmp_path / "usb"), made.files, round(made.megabytes, 1))
    restore(tmp_path / "usb", tmp_path / "other", tmp_path / "etc2" / "callbox.toml")
    assert last_backup(tmp_path / "other") is None
    (box.store / LAST_BACKUP).write_text('{"made_at": "yesterday"}', "utf-8")
    assert last_backup(box.store) is None


def test_the_second_time_only_what_is_new_is_copied(box: TestBox, config: Path, tmp_path: Path) -> None:
    first = make_backup(box.settings, config, tmp_path / "usb")
    assert first.copied_files == first.files
    (box.store / "audio" / "new.flac").write_bytes(b"new")
    second = make_backup(box.settings, config, tmp_path / "usb")
    assert second.copied_files == 4  # three databases and the new one
    assert second.files == first.files + 1
    assert len(list((tmp_path / "usb" / "databases").iterdir())) == 1


def test_what_the_box_deleted_goes_from_the_backup(box: TestBox, config: Path, tmp_path: Path) -> None:
    make_backup(box.settings, config, tmp_path / "usb")
    gone = next(box.store.rglob("*.flac"))
    gone.unlink()
    assert make_backup(box.settings, config, tmp_path / "usb").removed == 1
    assert not list((tmp_path / "usb").rglob(gone.name))


def test_what_is_being_written_and_what_is_only_of_now_stays_out(box: TestBox, config: Path, tmp_path: Path) -> None:
    for name in ("audio/x.part", "run/recorder.sock", "recorder.lock", "replaced-2026/calls.db"):
        (box.store / name).parent.mkdir(exist_ok=True)
        (box.store / name).write_bytes(b"x")
    make_backup(box.settings, config, tmp_path / "usb")
    names = manifests.read(tmp_path / "usb").files
    assert not [name for name in names if name.endswith((".part", ".sock", ".lock", "-wal", "-shm")) or "replaced" in name]


@pytest.mark.parametrize("harm", ["change", "remove"])
def test_a_damaged_backup_is_named_and_touches_nothing(box: TestBox, config: Path, tmp_path: Path, harm: str) -> None:
    make_backup(box.settings, config, tmp_path / "usb")
    file = next((tmp_path / "usb").rglob("*.flac"))
    if harm == "change":
        file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    else:
        file.unlink()
    with pytest.raises(UserError, match=file.name):
        restore(tmp_path / "usb", tmp_path / "other", tmp_path / "etc2" / "callbox.toml")
    assert not (tmp_path / "other").exists()


def test_a_box_with_calls_is_not_overwritten_but_put_aside_if_asked(box: TestBox, config: Path, tmp_path: Path) -> None:
    make_backup(box.settings, config, tmp_path / "usb")
    (box.store / "audio" / "since.flac").write_bytes(b"since")
    with pytest.raises(UserError, match="--replace"):
        restore(tmp_path / "usb", box.store, config)
    restored = restore(tmp_path / "usb", box.store, config, replace=True)
    assert not (box.store / "audio" / "since.flac").exists()
    assert [path.name for place in restored.put_aside for path in Path(place).rglob("since.flac")] == ["since.flac"]
    assert Users(box.store).check("manager", PASSWORD)


def test_nothing_is_restored_under_a_running_recorder(box: TestBox, config: Path, tmp_path: Path) -> None:
    make_backup(box.settings, config, tmp_path / "usb")
    with (box.store / "recorder.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="callbox-recorder is running"):
            restore(tmp_path / "usb", box.store, config, replace=True)


def test_files_keep_their_modes(box: TestBox, config: Path, tmp_path: Path) -> None:
    secret = box.store / "webui.secret"
    secret.write_text("x")
    secret.chmod(0o600)
    make_backup(box.settings, config, tmp_path / "usb")
    restore(tmp_path / "usb", tmp_path / "other", tmp_path / "etc2" / "callbox.toml")
    assert stat.S_IMODE((tmp_path / "other" / "webui.secret").stat().st_mode) == 0o600
    assert (tmp_path / "other" / "audio").stat().st_mode & stat.S_ISGID


@pytest.mark.parametrize("place", ["store/backup", "notes"])
def test_a_folder_that_will_not_do_is_refused(box: TestBox, config: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "letter.txt").write_text("dear")
    with pytest.raises(UserError):
        make_backup(box.settings, config, tmp_path / place)
    assert sorted(path.name for path in (tmp_path / "notes").iterdir()) == ["letter.txt"]


def test_a_manifest_cannot_write_outside_the_store(box: TestBox, config: Path, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    make_backup(box.settings, config, usb)
    document = json.loads((usb / manifests.NAME).read_text())
    (usb / "evil").write_bytes(b"evil")
    document["files"]["store/../../evil"] = {
        "size": 4, "sha256": manifests.sha256(usb / "evil"), "mtime_ns": 0, "mode": 0o644,
    }  # fmt: skip
    (usb / "store" / "x").mkdir()
    (tmp_path / "evil").write_bytes(b"evil")
    (usb / manifests.NAME).write_text(json.dumps(document))
    with pytest.raises(UserError):
        restore(usb, tmp_path / "a" / "other", tmp_path / "etc2" / "callbox.toml")
    assert not (tmp_path / "a" / "evil").exists()


@pytest.mark.usefixtures("box")
def test_as_its_user_would(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    usb = str(tmp_path / "usb")
    assert run(["backup", usb, "--config", str(config)]) == 0
    assert run(["backup", "--check", usb]) == 0
    assert "every file is as it was" in capsys.readouterr().out
    other = tmp_path / "other"
    arguments = ["restore", usb, "--store", str(other), "--config", str(tmp_path / "etc2" / "callbox.toml"), "--json"]
    assert run(arguments) == 0
    assert json.loads(capsys.readouterr().out)["put_aside"] == []
    assert run(arguments) == 2
    assert "--replace" in capsys.readouterr().err


def test_check_of_no_backup_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no finished backup"):
        check_backup(tmp_path)
