"""Deleting a call's audio: first the signed tombstone, then the files. Whatever happens between the two is finished later."""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path

from recorder.audio.files import AUDIO, stored_path
from recorder.audio.partfile import sync_folder
from recorder.store.calls import Part
from recorder.store.writer import CallStore
from recorder.times import to_text

log = logging.getLogger(__name__)


def bury(store: CallStore, call_id: str, rule: str, reason: str, by: str, now: float) -> int:  # noqa: PLR0917
    """Say in one transaction that the call's audio is deleted: when, why, by whom or which rule, and what it was. The files still
    lie there until `finish`. The bytes to be freed, 0 when nothing was left. Raises UserError when the database takes no writes,
    ValueError without a key to sign with."""
    parts = [part for part in store.parts(call_id) if part.deleted_at is None and part.state != "writing"]
    if not parts:
        return 0
    at, size, was = to_text(now), sum(part.bytes or 0 for part in parts), _what_was(parts)
    key, signature = store.chain.sign_tombstone(call_id, at, rule, reason, by, was)
    row = {"call_id": call_id, "at": at, "rule": rule, "reason": reason, "by": by, "bytes": size, "was": was}
    with store.writing() as db:
        db.table("tombstones").insert({**row, "key": key, "signature": signature})
        db.table("deletions_open").insert({"call_id": call_id})
        db.execute("UPDATE parts SET deleted_at = ? WHERE call_id = ? AND deleted_at IS NULL", [at, call_id])
    log.warning("audio of call %s deleted (%s: %s), %d bytes, by %s", call_id, rule, reason, size, by)
    return size


def finish(store: CallStore) -> int:
    """Take away the files of every call whose tombstone stands and that was not finished. The number of calls. Raises OSError when
    a file cannot be taken away, UserError when the database takes no writes; then it is tried again."""
    rows = store.rows("SELECT call_id FROM deletions_open")
    for row in rows:
        for part in store.parts(row["call_id"]):
            if part.deleted_at is not None:
                _unlink(store.store, stored_path(store.store, part.path))
        with store.writing() as db:
            db.table("deletions_open").delete(row["call_id"])
    return len(rows)


def _what_was(parts: list[Part]) -> str:
    rows = [{"part": part.id, "path": part.path, "bytes": part.bytes, "sha256": part.sha256} for part in parts]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True)


def _unlink(store: Path, path: Path) -> None:
    path.unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        sync_folder(path.parent)
    # Days that have become empty; today's folder may be about to get a part, which would make it anew.
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        if folder == store / AUDIO or not _is_emptied(folder):
            return


def _is_emptied(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
