"""What a recorder works with, put together: what every line needs, and what is kept in order beside the recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from hw.decimate import LINE_RATE
from hw.interfaces import CallRecordFeed, Clock, LineSense
from recorder.capture.intake import Intake
from recorder.evidence.keeper import EvidenceKeeper, sign_as_guest
from recorder.keeper import Keeper
from recorder.line.closing import Closer
from recorder.line.pauses import Pauses
from recorder.line.shop import Shop
from recorder.listen.server import LiveServer
from recorder.live import run_folder
from recorder.pbx.records import Records
from recorder.restart.bookkeeping import Bookkeeper
from recorder.retention.keeper import RetentionKeeper, Tools
from recorder.settings.follow import Follower
from recorder.settings.keeper import SettingsKeeper
from recorder.settings.sections import Settings
from recorder.store.disk import DiskGuard
from recorder.store.journal import Journal
from recorder.store.seats import Seats
from recorder.store.writer import CallStore
from recorder.watch.alarms import Alarms
from recorder.watch.box import Watch


@dataclass
class Equipment:
    """What the recorder works on: concrete adapters, chosen by `__main__`. free_bytes: of the store's disk, None to ask it.
    follower: of the settings' files, None when they do not change while it runs."""

    intake: Intake
    clock: Clock
    sense: LineSense | None = None
    call_records: CallRecordFeed | None = None
    monotonic: Callable[[], float] = time.monotonic
    free_bytes: Callable[[], int] | None = None
    follower: Follower | None = None


@dataclass(frozen=True)
class Outfit:
    """keepers: stepped in this order and closed in the opposite one, since each relies on those before it. Who begins new work
    (retention, bookkeeping) ends first; then who finishes it (the closer), who learns from it (records), who writes down what they
    all said (the journal) and who signs that (evidence). Live listening goes before all of them, so that it waits for none."""

    shop: Shop
    alarms: Alarms
    records: Records
    keepers: tuple[Keeper, ...]


def fit_out(
    settings: Settings, store: CallStore, equipment: Equipment, open_call: Callable[[str], str | None], *, guest: bool
) -> Outfit:
    """Put it together. open_call: the id of a line's open call. guest: another recorder owns this store and keeps it in order."""
    now, monotonic = equipment.clock.now, equipment.monotonic
    journal = Journal(store)
    journal.do(lambda db: db.sync(settings))
    store.chain.now = now
    alarms, seats = Alarms(journal, now), Seats(settings)
    own = None if guest else alarms
    records = Records(journal, settings, seats, own, now)
    closer = Closer(store.store, journal, monotonic)
    disk = DiskGuard(store.store, settings.store.min_free_mb, alarms, equipment.free_bytes, monotonic)
    watch = Watch(settings, own, store, now, monotonic)
    pauses = Pauses(journal, alarms, open_call, now, LINE_RATE)
    live = LiveServer(run_folder(settings), settings.line, pauses, now, monotonic)
    shop = Shop(store.store, journal, closer, disk, seats, records.call_ended, watch, pauses, live)
    keepers: list[Keeper] = [live, journal, records, watch, disk, closer]
    if guest:
        sign_as_guest(journal)
    else:
        keepers.insert(1, EvidenceKeeper(journal, alarms, monotonic))
        keepers.append(Bookkeeper(journal, closer, alarms))
    takers = [watch.take_up]
    if not guest and not settings.simulation.start:
        # A replay or a demo lives in a time of its own: nothing is old there, and nothing of it is deleted.
        retention = RetentionKeeper(settings, journal, alarms, Tools(now, monotonic, equipment.free_bytes))
        keepers.append(retention)
        takers.append(retention.take_up)
    if not guest and equipment.follower is not None:
        keepers.append(SettingsKeeper(equipment.follower, run_folder(settings), time.time, takers))
    return Outfit(shop, alarms, records, tuple(keepers))
