"""What a store holds after its recorder was stopped, compared with what the recorder heard and with itself."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import soundfile

from hw.messages import UserError
from recorder.audio.files import AUDIO, stored_path
from recorder.audio.flac import file_digest
from recorder.faults.rig import RATE, Rig, Run, Talk
from recorder.store.calls import Call, Gap, Part, gap_of
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB


@dataclass
class Remains:
    """lost_s: for every call that was open when its recorder was stopped, or had just ended, the seconds missing at its end.
    told_s: seconds that gap rows say are lost. holes_s: audio missing anywhere else. The rest are counts; from holes_s on all of
    them should be 0."""

    lost_s: list[float] = field(default_factory=list)
    told_s: float = 0.0
    holes_s: float = 0.0
    corrupt_files: int = 0
    files_without_row: int = 0
    rows_without_file: int = 0
    calls_not_closed: int = 0
    leftovers: int = 0
    wrong_samples: int = 0
    damaged_database: int = 0

    def add(self, other: Remains) -> None:
        """Count the other's too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong but the unavoidable end of what was being written."""
        return not (
            self.holes_s
            or self.corrupt_files
            or self.files_without_row
            or self.rows_without_file
            or self.calls_not_closed
            or self.leftovers
            or self.wrong_samples
            or self.damaged_database
        )


def inspect(rig: Rig, runs: Iterable[Run]) -> Remains:
    """Look at everything in the rig's store. Raises UserError when calls.db cannot be read at all."""
    found = Remains()
    with CallReader(rig.store) as reader:
        _check_database(reader, found)
        parts = [(call, part) for call in reader.calls_between(0.0, 4e9) for part in reader.parts(call.id)]
        gaps = [gap_of(row) for row in reader.rows("SELECT * FROM gaps WHERE reason <> 'late_event'")]
    _check_files(rig.store, [part for _, part in parts], found)
    found.told_s = sum(gap.frames for gap in gaps) / RATE
    for run in runs:
        _compare(rig, run, parts, gaps, found)
    return found


def _check_database(reader: CallReader, found: Remains) -> None:
    found.damaged_database += reader.rows("PRAGMA integrity_check")[0][0] != "ok"
    found.calls_not_closed += len(reader.rows("SELECT 1 FROM calls WHERE state = 'recording'"))
    found.calls_not_closed += len(reader.rows("SELECT 1 FROM parts WHERE state = 'writing'"))


def _check_files(store: Path, parts: Iterable[Part], found: Remains) -> None:
    rows = {stored_path(store, part.path).resolve(): part for part in parts}
    files = [path.resolve() for path in (store / AUDIO).rglob("*") if path.is_file()]
    for path in files:
        if path.suffix != ".flac":
            found.leftovers += 1
        elif path not in rows:
            found.files_without_row += 1
        elif not _whole(path, rows[path]):
            found.corrupt_files += 1
    found.rows_without_file += len(rows.keys() - set(files))


def _whole(path: Path, part: Part) -> bool:
    with contextlib.suppress(soundfile.LibsndfileError):
        return len(soundfile.read(path, dtype="int16")[0]) == part.frames and file_digest(path) == part.sha256
    return False


def _compare(rig: Rig, run: Run, parts: list[tuple[Call, Part]], gaps: list[Gap], found: Remains) -> None:
    heard: dict[int, list[tuple[int, int]]] = {line: [] for line in range(rig.lines)}
    for call, part in parts:
        if run.start <= part.started_at < run.start + run.heard / RATE + 1.0 and part.frames:
            start = round((part.started_at - run.start) * RATE)
            heard[int(call.line)].append((start, start + part.frames))
            found.wrong_samples += _differing(rig, call, part, start)
    for gap in gaps:
        if run.start <= gap.at < run.start + run.heard / RATE + 1.0:
            start = round((gap.at - run.start) * RATE)
            heard[int(gap.line)].append((start, start + gap.frames))
    for talk in run.talks:
        _missing(talk, sorted(heard[talk.line]), run.heard, found)


def _differing(rig: Rig, call: Call, part: Part, start: int) -> int:
    try:
        samples = soundfile.read(stored_path(rig.store, part.path), dtype="int16", always_2d=True)[0]
    except (soundfile.LibsndfileError, UserError):
        return 0  # counted as corrupt or missing already
    return int((samples != rig.played(int(call.line), start, len(samples))).any(axis=1).sum())


def _missing(talk: Talk, heard: list[tuple[int, int]], stop: int, found: Remains) -> None:
    """Count what of the talk was not kept: at its end when the recorder was stopped in it, elsewhere as holes."""
    start, end = round(talk.start * RATE), round(talk.end * RATE)
    if start >= stop:
        return
    last = start
    for left, right in heard:
        if right > start and left < min(end, stop):
            found.holes_s += max(0, left - last) / RATE
            last = max(last, right)
    if stop < end:
        found.lost_s.append(max(0, stop - last) / RATE)
    # An on-hook shortly before the stop may not have been heard of yet: what is missing then is the end, too.
    elif stop - end < RATE:
        found.lost_s.append(max(0, end - last) / RATE)
    else:
        found.holes_s += max(0, end - last) / RATE


@contextlib.contextmanager
def database(store: Path) -> Iterator[sqlite3.Connection]:
    """calls.db, to do harm to."""
    with contextlib.closing(sqlite3.connect(store / CALLS_DB, isolation_level=None)) as connection:
        yield connection


