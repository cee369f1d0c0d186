"""Files against rows, both ways: a file that calls.db does not know is taken up again, a row whose file has gone is told.

Looking through a year of files takes a while, so a thread does it beside the recording; what it finds is written by the recorder.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hw.messages import UserError
from recorder.audio.files import AUDIO, stored_path
from recorder.audio.partfile import NotAPartError, PartHeader, claimed, read_header
from recorder.restart.recovery import Adopted, adopted_flac, flac_header
from recorder.store.reader import CallReader

log = logging.getLogger(__name__)

EVERY_S = 24 * 3600.0
"""Real seconds between two stock-takings."""

_KEPT = "SELECT id, path FROM parts WHERE id > ? AND state <> 'writing' AND deleted_at IS NULL ORDER BY id LIMIT ?"

ROWS = 1000
"""Rows looked at in one go, so that no reader holds the database for long."""


@dataclass(frozen=True)
class UnknownCall:
    """A call of which calls.db lacks files. flacs: ready to be taken up; parts: `.part` files nobody writes any more."""

    call_id: str
    flacs: tuple[Adopted, ...]
    parts: tuple[tuple[PartHeader, Path], ...]


@dataclass
class Stock:
    """The outcome of one look. missing: paths, relative to the store, that rows name and the disk lacks; strangers: files that are
    no recording of ours."""

    missing: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


Finding = UnknownCall | Stock


class StockTaker:
    """Looks through the store in a thread of its own, at once and then every EVERY_S. poll() gives what was found; the last of one
    look is its Stock."""

    def __init__(self, store: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._due = float("-inf")
        self._found: queue.Queue[Finding] = queue.Queue(16)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def looking(self) -> bool:
        """Whether a look is under way or due."""
        return self._thread is not None or self._monotonic() >= self._due

    def poll(self) -> Finding | None:
        """What was found next, if anything; begins a look when one is due."""
        if self._thread is None and self._monotonic() >= self._due:
            self._due = self._monotonic() + EVERY_S
            self._thread = threading.Thread(target=self._look, name="stocktaker", daemon=True)
            self._thread.start()
        with contextlib.suppress(queue.Empty):
            found = self._found.get_nowait()
            if isinstance(found, Stock):
                self._thread = None
            return found
        return None

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        if self._thread is not None:
            while self._thread.is_alive():
                with contextlib.suppress(queue.Empty):
                    self._found.get_nowait()
                self._thread.join(0.01)

    def _look(self) -> None:
        stock = Stock()
        try:
            for finding in take_stock(self._store, stock):
                if self._stop.is_set():
                    return
                self._found.put(finding)
        except (OSError, UserError) as error:
            log.warning("files and rows could not be compared to the end: %s", error)
        self._found.put(stock)


def take_stock(store: Path, stock: Stock) -> Iterator[UnknownCall]:
    """The calls of which calls.db lacks files, oldest day first; fills `stock` on the way.

    Raises OSError or UserError when store or database cannot be read.
    """
    with CallReader(store) as reader:
        yield from _unknown_calls(reader, store.resolve(), stock)
        stock.missing = list(_missing(reader, store))


def _unknown_calls(reader: CallReader, store: Path, stock: Stock) -> Iterator[UnknownCall]:
    """A call over midnight lies in two days' folders: a day's calls are given when the next day has been looked at, too."""
    waiting: dict[str, list[_Unknown]] = {}
    for day in sorted((store / AUDIO).glob("*/*/*")):
        today: dict[str, list[_Unknown]] = {}
        for unknown in _unknown_files(reader, day, stock):
            group = waiting if unknown.header.call_id in waiting else today
            group.setdefault(unknown.header.call_id, []).append(unknown)
        yield from (_call(store, *pair) for pair in waiting.items())
        waiting = today
    yield from (_call(store, *pair) for pair in waiting.items())


@dataclass(frozen=True)
class _Unknown:
    header: PartHeader
    path: Path


def _unknown_files(reader: CallReader, day: Path, stock: Stock) -> Iterator[_Unknown]:
    files = {path.stem: path for path in sorted(day.iterdir()) if path.suffix in {".part", ".flac"}}  # the FLAC of both
    known = reader.rows("SELECT id FROM parts WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(files)))
    for stem in files.keys() - {row["id"] for row in known}:
        header = _header(files[stem])
        if header is not None and header.part_id == stem:
            yield _Unknown(header, files[stem])
        elif files[stem].suffix == ".flac":
            stock.strangers.append(files[stem].name)


def _header(path: Path) -> PartHeader | None:
    """Of a file nobody is writing."""
    if path.suffix == ".flac":
        return flac_header(path)
    with contextlib.suppress(NotAPartError, OSError), claimed(path) as free:
        return read_header(path) if free else None
    return None


def _call(store: Path, call_id: str, unknown: Sequence[_Unknown]) -> UnknownCall:
    flacs = (adopted_flac(store, one.header, one.path) for one in unknown if one.path.suffix == ".flac")
    parts = tuple((one.header, one.path) for one in unknown if one.path.suffix == ".part")
    return UnknownCall(call_id, tuple(flac for flac in flacs if flac is not None), parts)


def _missing(reader: CallReader, store: Path) -> Iterator[str]:
    last = ""
    while rows := reader.rows(_KEPT, last, ROWS):
        for row in rows:
            if not stored_path(store, row["path"]).is_file():
                yield row["path"]
        last = rows[-1]["id"]
