"""The real recorder, harmed in every way `callbox bench faults` knows, a few times each: at most the last second is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from recorder.faults.kills import kill_again_and_again
from recorder.faults.powercut import cut_again_and_again
from recorder.faults.remains import Remains, database, inspect
from recorder.faults.rig import RATE, NotHereError, Rig, Run, Talk
from recorder.faults.trouble import WHILE_RECORDING, WHILE_STOPPED, Harm, full_disk, while_recording, while_stopped

LINES = 8


def quiet(_share: float) -> None:
    """Nobody looks at the progress."""


def assert_only_an_end_is_lost(remains: Remains) -> None:
    assert remains.clean, remains
    assert remains.lost_s, "nothing was being recorded when it happened"
    assert max(remains.lost_s) <= 1.0


def test_killed_at_random_moments(tmp_path: Path) -> None:
    remains, figures = kill_again_and_again(tmp_path, LINES, 5, 7, quiet)
    assert figures["kills"] == 5
    assert_only_an_end_is_lost(remains)


def test_the_power_is_cut(tmp_path: Path) -> None:
    remains, _ = cut_again_and_again(tmp_path, LINES, 2, 5, quiet)
    assert_only_an_end_is_lost(remains)


def test_the_disk_is_filled_to_the_last_byte(tmp_path: Path) -> None:
    try:
        remains = full_disk(tmp_path, LINES, 1)
    except NotHereError as error:
        pytest.skip(str(error))
    assert_only_an_end_is_lost(remains)
    assert remains.told_s > 0


@pytest.mark.parametrize("harm", WHILE_RECORDING.values(), ids=WHILE_RECORDING.keys())
def test_harm_while_recording(tmp_path: Path, harm: Harm) -> None:
    assert_only_an_end_is_lost(while_recording(tmp_path, LINES, harm, 1))


@pytest.mark.parametrize("harm", WHILE_STOPPED.values(), ids=WHILE_STOPPED.keys())
def test_harm_while_stopped(tmp_path: Path, harm: Harm) -> None:
    assert_only_an_end_is_lost(while_stopped(tmp_path, LINES, harm, 1))


# --- the inspection itself: it must see every kind of damage, or the tests above prove nothing ---


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rig, Run]:
    """Two lines, one call each, recorded and closed."""
    rig = Rig(tmp_path_factory.mktemp("recorded"), 2)
    talks = (Talk(0, 0.2, 1.5), Talk(1, 0.3, 1.6))
    with rig.recording(talks, stop_after_s=2.5) as (process, start):
        rig.listening(process, start)
        assert process.wait(60) == 0
    return rig, Run(start, round(2.5 * RATE), talks)


def cut_file(store: Path) -> None:
    path = next(store.rglob("*.flac"))
    path.write_bytes(path.read_bytes()[:-100])


def lose_file(store: Path) -> None:
    next(store.rglob("*.flac")).unlink()


def lose_row(store: Path) -> None:
    with database(store) as db:
        db.execute("DELETE FROM parts WHERE rowid = (SELECT min(rowid) FROM parts)")


def leave_part(store: Path) -> None:
    next(store.rglob("*.flac")).with_suffix(".part").touch()


def leave_open(store: Path) -> None:
    with database(store) as db:
        db.execute("UPDATE calls SET state = 'recording' WHERE rowid = (SELECT min(rowid) FROM calls)")


def move_in_time(store: Path) -> None:
    with database(store) as db:
        db.execute("UPDATE parts SET started_at = strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '+0.01 seconds')")


@pytest.mark.parametrize(
    ("harm", "seen"),
    [
        (cut_file, "corrupt_files"),
        (lose_file, "rows_without_file"),
        (lose_row, "files_without_row"),
        (lose_row, "holes_s"),
        (leave_part, "leftovers"),
        (leave_open, "calls_not_closed"),
        (move_in_time, "wrong_samples"),
    ],
)
def test_the_inspection_sees(tmp_path: Path, recorded: tuple[Rig, Run], harm: Callable[[Path], None], seen: str) -> None:
    rig, run = recorded
    copy = Rig(tmp_path, rig.lines)
    shutil.copytree(rig.store, copy.store)
    assert inspect(copy, [run]).clean
    harm(copy.store)
    remains = inspect(copy, [run])
    assert getattr(remains, seen) > 0
    assert not remains.clean
