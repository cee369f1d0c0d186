"""Retention at work: the clock, the pace, alarms, and a stop in the middle."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.calls.holds import Holds
from recorder.audio.files import open_call
from recorder.restart.stocktaking import Stock, take_stock
from recorder.retention import keeper as keepers
from recorder.retention.clock import doubt, note, trust
from recorder.retention.deleting import bury, finish
from recorder.retention.keeper import GRACE_S, LOOK_S, RetentionKeeper, Tools
from recorder.retention.policy import DAY_S, GIB
from recorder.settings.sections import Retention, Settings, Store
from recorder.store.journal import Journal
from recorder.store.writer import CallStore
from recorder.watch.alarms import Alarms
from tests.recorder.evidence.shelf import START, Clock, named, open_shelf, record
from tests.recorder.retention.test_plan import done

NOW = START + 400 * DAY_S


@dataclass
class Shelf:
    """A store with a keeper, driven by hand."""

    store: CallStore
    clock: Clock
    retention: Retention = field(default_factory=lambda: Retention(days=30))
    free: float = 100 * GIB
    monotonic: float = 0.0
    synchronised: bool = False
    keeper: RetentionKeeper = field(init=False)

    def __post_init__(self) -> None:
        note(self.store, NOW)
        journal = Journal(self.store)
        tools = Tools(self.clock, lambda: self.monotonic, lambda: int(self.free), lambda: self.synchronised, alone=True)
        settings = Settings(store=Store(path=str(self.store.store)), retention=self.retention)
        self.keeper = RetentionKeeper(settings, journal, Alarms(journal, self.clock), tools)

    def run(self, steps: int = 60, step_s: float = 1.0) -> None:
        for _ in range(steps):
            self.monotonic += step_s
            self.keeper.step()

    def look(self) -> None:
        self.monotonic += LOOK_S
        self.run()

    def deleted(self) -> list[str]:
        return [stone.call_id for stone in self.store.tombstones_since()]

    def alarms(self) -> list[str]:
        return [alarm.kind for alarm in self.store.open_alarms()]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    store = open_shelf(tmp_path / "store", Clock(NOW))
    for name, days in (("a", 100.0), ("b", 50.0), ("c", 10.0)):
        record(store, name, NOW - days * DAY_S)
        done(store, name)
    return Shelf(store, store.chain.now)  # type: ignore[arg-type]


def files(shelf: Shelf) -> list[str]:
    return sorted(path.name for path in (shelf.store.store / "audio").rglob("*.flac"))


def test_what_is_too_old_goes_with_a_tombstone(shelf: Shelf) -> None:
    shelf.look()
    assert shelf.deleted() == ["a", "b"]
    assert files(shelf) == ["c-1.flac"]
    (stone, _) = shelf.store.tombstones_since()
    assert (stone.rule, stone.reason, stone.by, stone.bytes) == ("age", "older than 30 days", "retention", 640)
    (was,) = json.loads(stone.was)
    assert (was["part"], len(was["sha256"])) == ("a-1", 64)
    assert named(shelf.store.store) == []
    assert shelf.alarms() == []


def test_a_file_that_is_gone_on_purpose_is_not_missed(shelf: Shelf) -> None:
    shelf.look()
    stock = Stock()
    list(take_stock(shelf.store.store, stock))
    assert stock.missing == []
    with pytest.raises(UserError, match="was deleted on 20"):
        open_call(shelf.store.store, "a")


def test_nothing_happens_in_the_first_minute_and_then_one_at_a_time(shelf: Shelf) -> None:
    shelf.run(59)
    assert shelf.deleted() == []
    shelf.run(2, 0.5)
    shelf.keeper.step()
    assert shelf.deleted() == ["a"]


@pytest.mark.parametrize("stop", ["after the tombstone", "after the files"])
def test_a_stop_in_the_middle_is_finished_later(shelf: Shelf, stop: str) -> None:
    bury(shelf.store, "a", "age", "too old", "retention", NOW)
    if stop == "after the files":
        (shelf.store.store / "audio/2026/11/22/a-1.flac").unlink()
    assert named(shelf.store.store) == []
    later = Shelf(shelf.store, shelf.clock, Retention())
    later.run(1)
    assert "a-1.flac" not in files(later)
    assert later.store.rows("SELECT * FROM deletions_open") == []
    assert named(later.store.store) == []


def test_a_stop_before_the_tombstone_deletes_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf.store.chain, "seal", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bury(shelf.store, "a", "age", "too old", "retention", NOW)
    assert (shelf.deleted(), len(files(shelf)), finish(shelf.store)) == ([], 3, 0)


def test_a_hold_placed_after_the_plan_counts(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = keepers.make_plan

    def and_then(store: Path, *rest: object) -> object:
        made = plan(store, *rest)  # type: ignore[arg-type]
        Holds(store).place("a", "a letter came just now", "ann")
        return made

    monkeypatch.setattr(keepers, "make_plan", and_then)
    shelf.monotonic += LOOK_S
    shelf.run(30)
    assert shelf.deleted() == ["b"]


def test_without_a_key_nothing_is_deleted(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock(NOW), signed=False)
    record(store, "a", NOW - 100 * DAY_S)
    done(store, "a")
    shelf = Shelf(store, store.chain.now)  # type: ignore[arg-type]
    shelf.look()
    assert (shelf.deleted(), files(shelf)) == ([], ["a-1.flac"])


def test_holds_that_cannot_be_read_are_told(shelf: Shelf) -> None:
    (shelf.store.store / "review.db").write_bytes(b"nothing" * 1000)
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == ([], ["retention_blind"])
    (shelf.store.store / "review.db").unlink()
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == (["a", "b"], [])


def test_low_disk_warns_then_frees_then_says_that_nothing_is_left(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock(NOW))
    record(store, "in", NOW - 5 * DAY_S)
    record(store, "out", NOW - 6 * DAY_S, direction="out")
    for name in ("in", "out"):
        done(store, name)
    shelf = Shelf(store, store.chain.now, Retention(), free=8 * GIB)  # type: ignore[arg-type]
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == ([], ["disk_filling"])
    assert "days until the oldest has to go" in shelf.store.open_alarms()[0].detail.en
    shelf.free = 2 * GIB
    shelf.look()
    assert shelf.deleted() == ["in"]
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == (["in"], ["disk_filling", "retention_stuck"])
    assert "1 通可能是外呼且不足 30 天" in shelf.store.open_alarms()[1].detail.zh
    shelf.free = 50 * GIB
    shelf.run(700)
    assert shelf.alarms() == []


@pytest.mark.parametrize("wrong", [0.0, START + 80 * 365 * DAY_S, NOW + 4 * DAY_S])
def test_a_clock_that_leaps_wipes_nothing(shelf: Shelf, wrong: float) -> None:
    record(shelf.store, "d", NOW - 29.5 * DAY_S)
    done(shelf.store, "d")
    shelf.retention = Retention(days=365)
    shelf.__post_init__()
    shelf.look()
    shelf.clock.now = wrong
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == ([], ["clock_doubtful"])
    shelf.clock.now = NOW
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == ([], [])


@pytest.mark.parametrize(
    "settle", [lambda shelf: trust(shelf.store.store, shelf.clock()), lambda shelf: setattr(shelf, "synchronised", True)]
)
def test_a_box_that_was_off_for_long_is_told_so(shelf: Shelf, settle: Callable[[Shelf], None]) -> None:
    note(shelf.store, NOW)
    shelf.clock.now = NOW + 60 * DAY_S
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == ([], ["clock_doubtful"])
    settle(shelf)
    shelf.look()
    assert (shelf.deleted(), shelf.alarms()) == (["a", "b", "c"], [])
    assert doubt(shelf.store, NOW + 60 * DAY_S, lambda: False) is None


def test_a_new_box_believes_its_newest_call(tmp_path: Path) -> None:
    store = open_shelf(tmp_path / "store", Clock(NOW))
    assert doubt(store, NOW, lambda: False) is None
    record(store, "a", NOW - 10 * DAY_S)
    assert doubt(store, NOW, lambda: False)
    assert doubt(store, NOW - 8 * DAY_S, lambda: False) is None


def test_plans_are_made_in_a_thread(shelf: Shelf) -> None:
    shelf.keeper._tools.alone = False
    shelf.monotonic += LOOK_S
    shelf.keeper.step()
    shelf.keeper.close()
    shelf.run(5)
    assert shelf.deleted() == ["a", "b"]


def test_a_longer_time_that_is_taken_up_saves_what_was_about_to_go(shelf: Shelf) -> None:
    shelf.monotonic += LOOK_S
    shelf.keeper.step()  # takes the plan: a and b are to go
    shelf.keeper.take_up(Settings(store=Store(path=str(shelf.store.store)), retention=Retention(days=90)))
    shelf.run(round(GRACE_S) + 5)
    assert shelf.deleted() == ["a"]


def test_a_shorter_time_deletes_nothing_before_it_can_be_taken_back(shelf: Shelf) -> None:
    settings = Settings(store=Store(path=str(shelf.store.store)))
    shelf.keeper.take_up(replace(settings, retention=Retention(days=40)))
    shelf.run(round(GRACE_S) - 5)
    assert shelf.deleted() == []
    shelf.keeper.take_up(replace(settings, retention=Retention(days=90)))
    shelf.run(round(GRACE_S) + 5)
    assert shelf.deleted() == ["a"]
