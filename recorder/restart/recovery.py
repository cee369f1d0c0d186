"""What the last stop of the box left behind: parts without an end, calls without a close. Nothing is thrown away."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import soundfile

from recorder.audio.files import AUDIO, stored_path
from recorder.audio.flac import FORMAT, file_digest
from recorder.audio.partfile import NotAPartError, PartHeader, claimed, read_header
from recorder.line.closing import Closer
from recorder.store.calls import Call, Part
from recorder.store.writer import CallStore

log = logging.getLogger(__name__)

DAYS = 3
"""Latest day folders searched for parts that calls.db does not know; older ones cannot have any unless it was set aside."""


def recover(store: CallStore, closer: Closer, *, everything: bool) -> int:
    """Hand every leftover part to the closer, and have every call that was open closed once its parts are. The number of parts.

    everything: calls.db is new; look through the whole store. (FLACs it does not know are taken up by recorder.restart.stocktaking,
    beside the recording: there may be a year of them.)
    """
    open_calls = _open_calls(store)
    count = 0
    for path in _leftovers(store, everything=everything):
        with claimed(path) as free:
            if free and (header := _header(path)) is not None:
                part = part_of_file(store.store, header, path)
                part = _ensure_rows(store, header, part)
                closer.part_written(part, path)
                open_calls.setdefault(part.call_id, None)
                count += 1
    _settle_lost_parts(store)
    for call_id, ended_at in open_calls.items():
        closer.call_ended(call_id, "interrupted" if ended_at is None else "closed")
    return count


def _open_calls(store: CallStore) -> dict[str, str | None]:
    rows = store.rows("SELECT id, ended_at FROM calls WHERE state = 'recording'")
    return {row["id"]: row["ended_at"] for row in rows}


def _leftovers(store: CallStore, *, everything: bool) -> Iterator[Path]:
    found = {stored_path(store.store, part.path) for part in _writing(store)}
    folders = [store.store / AUDIO] if everything else sorted((store.store / AUDIO).glob("*/*/*"))[-DAYS:]
    for folder in folders:
        found |= {path.resolve() for path in folder.rglob("*.part")}
    yield from sorted(path for path in found if path.is_file())


def _writing(store: CallStore) -> list[Part]:
    rows = store.rows("SELECT * FROM parts WHERE state = 'writing'")
    return [part for row in rows for part in store.parts(row["call_id"]) if part.id == row["id"]]


def _header(path: Path) -> PartHeader | None:
    try:
        return read_header(path)
    except NotAPartError:
        aside = path.with_suffix(".part.damaged")
        path.rename(aside)
        log.error("%s has no readable start; kept as %s", path, aside)
        return None


def part_of_file(store: Path, header: PartHeader, path: Path) -> Part:
    """The row of a `.part`."""
    relative = str(path.relative_to(store.resolve()))
    part_id, call_id, rate, channels = header.part_id, header.call_id, header.rate, header.channels
    return Part(part_id, call_id, header.seq, relative, header.started_at, rate, channels, "writing", kind=header.kind)


def _ensure_rows(store: CallStore, header: PartHeader, part: Part) -> Part:
    """The part's row; it and the call's are made from the header when a stop or a damaged database took them. Gives the part with
    the call it is of: another than its file says when calls were parted after it was begun (recorder.store.dividing)."""
    known = store.rows("SELECT call_id, seq FROM parts WHERE id = ?", part.id)
    if known:
        return dataclasses.replace(part, call_id=known[0]["call_id"], seq=known[0]["seq"])
    if store.call(header.call_id) is None:
        store.start_call(_call(store, header), None)
    store.add_part(part)
    return part


def _call(store: CallStore, header: PartHeader) -> Call:
    known = {agent.id for agent in store.agents()}
    return Call(
        header.call_id,
        header.line,
        header.layout,
        header.language,
        header.direction,
        "recording",
        header.started_at,
        extension=header.extension,
        agent_id=header.agent_id if header.agent_id in known else None,
        team=header.team,
        source=header.source,
    )


def _settle_lost_parts(store: CallStore) -> None:
    """Rows of parts whose `.part` is gone: closed if the FLAC is there, forgotten if nothing is."""
    for part in _writing(store):
        path = stored_path(store.store, part.path)
        flac = path.with_suffix(".flac")
        if path.is_file():
            continue
        if flac.is_file():
            store.close_part(_closed(store.store, part, flac))
        else:
            log.error("%s has gone from the disk; its row is taken away", path)
            store.drop_part(part.id)


def _closed(store: Path, part: Part, flac: Path) -> Part:
    return dataclasses.replace(
        part,
        path=str(flac.resolve().relative_to(store.resolve())),
        frames=soundfile.info(flac).frames,
        bytes=flac.stat().st_size,
        sha256=file_digest(flac),
        state="closed",
    )


@dataclass(frozen=True)
class Adopted:
    """A FLAC that calls.db does not know, ready to be taken up."""

    header: PartHeader
    part: Part


def adopted_flac(store: Path, header: PartHeader, flac: Path) -> Adopted | None:
    """What the row of an unknown FLAC has to say, from the file itself; None (and a line in the log) when it cannot be read."""
    try:
        return Adopted(header, _closed(store, part_of_file(store, header, flac.resolve()), flac))
    except (OSError, soundfile.LibsndfileError) as error:
        log.error("%s cannot be taken up again: %s", flac, error)
        return None


def adopt(store: CallStore, flacs: Iterable[Adopted], parts: Iterable[tuple[PartHeader, Path]]) -> None:
    """Make the rows of a call from its files. Raises UserError when the database cannot take them."""
    for one in flacs:
        store.close_part(_ensure_rows(store, one.header, one.part))
    for header, path in parts:
        _ensure_rows(store, header, part_of_file(store.store, header, path))


def flac_header(flac: Path) -> PartHeader | None:
    """What a FLAC of ours says of itself; None for any other file."""
    try:
        with soundfile.SoundFile(flac) as file:
            text = str(file.comment)
        return PartHeader(**json.loads(text.removeprefix(FORMAT))) if text.startswith(FORMAT) else None
    except (OSError, ValueError, TypeError, soundfile.LibsndfileError):
        return None
