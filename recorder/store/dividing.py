"""What was recorded as one call is made two, before either is closed: its rows are shared out in one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from recorder.store.calls import Call, Part
from recorder.store.writer import CallStore
from recorder.times import to_text


def divide(store: CallStore, whole: str, rest: Call, parts: Sequence[Part], at_frame: int) -> None:
    """The call `whole` ends before `parts`, which become those of `rest`, a new call, with what was lost, pressed or paused in
    them. at_frame: where `rest` begins, in frames of `whole`. The parts are still being written, so the chain of evidence knows
    nothing of them yet."""
    began = to_text(rest.started_at)
    with store.writing() as db:
        db.table("calls").insert(dataclasses.asdict(rest) | {"started_at": began})
        for part in parts:
            db.execute("UPDATE parts SET call_id = ?, seq = ? WHERE id = ?", [rest.id, part.seq, part.id])
            db.execute("UPDATE gaps SET call_id = ? WHERE part_id = ?", [rest.id, part.id])
        moved = "UPDATE digits SET call_id = ?, start_frame = start_frame - ? WHERE call_id = ? AND start_frame >= ?"
        db.execute(moved, [rest.id, at_frame, whole, at_frame])
        db.execute("UPDATE pauses SET call_id = ? WHERE call_id = ? AND at >= ?", [rest.id, whole, began])
