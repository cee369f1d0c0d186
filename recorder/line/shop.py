"""What every line of the recorder works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recorder.line.closing import Closer
from recorder.line.pauses import Pauses
from recorder.listen.server import LiveServer
from recorder.store.disk import DiskGuard
from recorder.store.journal import Journal
from recorder.store.seats import Seats
from recorder.watch.box import Watch


@dataclass
class Shop:
    """The recorder's common tools. worst_write_s: the slowest append of audio since it was last set to 0;
    worst_delay_s: the longest from a sample heard to its being on the disk. waited_s: how long ago the device gave what is being
    written now.

    call_ended: told the id of each call when its end is known.
    """

    store: Path
    journal: Journal
    closer: Closer
    disk: DiskGuard
    seats: Seats
    call_ended: Callable[[str], None]
    watch: Watch
    pauses: Pauses
    live: LiveServer
    worst_write_s: float = 0.0
    worst_delay_s: float = 0.0
    waited_s: float = 0.0
