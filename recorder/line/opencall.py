"""One call while it is being recorded: its row, its parts, its losses."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from hw.interfaces import Samples
from recorder.audio.files import part_path
from recorder.audio.partfile import PartHeader, PartWriter
from recorder.capture.timeline import Timeline
from recorder.ids import new_id
from recorder.line.actions import Cut, End, Learned, NextPart, Start
from recorder.line.shop import Shop
from recorder.settings.sections import Line
from recorder.store.calls import Call, Gap, Part
from recorder.store.dividing import divide
from recorder.store.writer import layout_of, make_folder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Piece:
    """A part being written; its first frame is `start` of the device."""

    writer: PartWriter
    part: Part
    start: int

    @property
    def end(self) -> int:
        return self.start + self.writer.frames


class OpenCall:
    """Positions are frames of the line's device. Begins with the first part's file, so that a stop at any moment leaves either
    nothing or a file that says what it is. Raises OSError when the disk takes no file."""

    def __init__(self, shop: Shop, line: Line, timeline: Timeline, start: Start) -> None:
        self._shop, self._line, self._timeline = shop, line, timeline
        self._start = start.frame
        self._started_at = timeline.instant(start.frame)
        self._row = _row(shop, line, self._started_at, start)
        self.id = self._row.id
        self._kind = "talk"
        self._seamed = False  # it may turn out to be more than one call
        self._held: list[tuple[_Piece, int]] = []  # from the first seam on: what is done, with its end, until that is known
        self._lost_from: int | None = None
        self._lost_reason = ""
        self._piece = piece = self._new_piece(start.frame, 1)
        shop.journal.do(lambda store: store.start_call(self._row, piece.part))
        if start.late_frames:
            self._gap(Gap(line.name, self._started_at, start.late_frames, "late_event", self.id))
        log.info("line %s: call %s begins (%s)", line.name, self.id, start.direction)

    @property
    def kind(self) -> str:
        """What the part now is (recorder.line.actions.KINDS)."""
        return self._kind

    @property
    def losing_since(self) -> tuple[int, str] | None:
        """From which frame on nothing is kept, and why; None while it is."""
        return None if self._lost_from is None else (self._lost_from, self._lost_reason)

    @property
    def losing(self) -> bool:
        """Whether what comes now is not being kept."""
        return self._lost_from is not None

    def write(self, samples: Samples, age_s: float = 0.0) -> None:
        """The next samples. Raises OSError when the disk does not take them; call lose() then."""
        writer = self._piece.writer
        writer.write(samples, age_s)
        self._shop.worst_write_s = max(self._shop.worst_write_s, writer.worst_write_s)
        self._shop.worst_delay_s = max(self._shop.worst_delay_s, writer.worst_delay_s)
        writer.worst_write_s = writer.worst_delay_s = 0.0

    def fill(self, frames: int, at: int, reason: str) -> None:
        """Frames from `at` on that the device lost: silence in the file, so that its time stays true, and a row that says so.
        Raises as write() does."""
        piece = self._piece
        gap = Gap(self._line.name, self._timeline.instant(at), frames, reason, self.id, piece.part.id, piece.writer.frames)
        self.write(np.zeros((frames, len(self._line.channels)), np.int16))
        self._gap(gap)

    def claim(self, idle: Gap, at: int) -> None:
        """The idle line lost frames from `at` on, and some of them lie in this call, that was learnt of late: as silence."""
        first, piece = max(at, self._piece.start), self._piece
        lost = at + idle.frames - first
        gap = Gap(idle.line, self._timeline.instant(first), lost, idle.reason, self.id, piece.part.id, first - piece.start)
        if lost > 0:
            self._shop.journal.do(lambda store: store.claim_gap(idle, gap))

    def lose(self, frame: int, reason: str) -> None:
        """From `frame` on nothing is kept, until resume()."""
        if self._lost_from is None:
            self._lost_from, self._lost_reason = frame, reason
            with contextlib.suppress(OSError):  # no next write will flush what there is
                self._piece.writer.sync()
            log.warning("line %s: call %s loses audio (%s)", self._line.name, self.id, reason)

    def resume(self, frame: int) -> None:
        """Audio is kept again from `frame` on, in a new part. Raises OSError when the disk takes no new file."""
        fresh = self._new_piece(frame, self._piece.part.seq + 1)
        self._finish_piece(self._piece.end)
        self._keep_loss(frame)
        self._lost_from = None
        self._go_on(fresh)

    def next_part(self, cut: NextPart, samples: Samples) -> None:
        """Cut there; `samples` are those heard since. While nothing is kept, there is nothing to cut: the part that follows will be
        of that kind. Raises OSError when the disk takes no new file."""
        frame, self._kind = cut.frame, cut.kind or self._kind
        if self.losing or frame <= self._piece.start:
            return
        done, fresh = self._piece, self._new_piece(frame, self._piece.part.seq + 1)
        self._seamed = self._seamed or cut.seam
        self._go_on(fresh)
        # Before the cut: what was lost behind it lies in the new part.
        self._shop.journal.do(lambda store: store.move_gaps(done.part.id, frame - done.start, fresh.part.id))
        self._finish(done, frame)
        self.write(samples)

    def learned(self, what: Learned) -> None:
        """A line event told more of the call."""
        values: dict[str, object] = {"direction": what.direction, "ring_s": what.ring_s, "ring_count": what.ring_count}
        self._shop.journal.do(lambda store: store.fill_call(self.id, values))

    def end(self, end: End) -> int:
        """The call ended, before its last sample maybe, but not before what is being written began: the part before that is closed
        already. Gives the frame at which it does end."""
        frame = max(end.frame, self._piece.start)
        if end.transferred:
            self._piece = replace(self._piece, part=replace(self._piece.part, kind="transferred"))
        self._finish_piece(min(frame, self._piece.end))
        self._keep_loss(frame)
        for cut in end.cuts:
            self._cut(cut)
        self._over(frame, end.hung_up_by)
        return frame

    def _cut(self, cut: Cut) -> None:
        """Of what is held, what lies before the seam is a call of its own. Where no part begins there (the disk took none, or
        nothing was kept just then), it stays one."""
        before = [(piece, end) for piece, end in self._held if piece.start < cut.next_start]
        after = [(piece, end) for piece, end in self._held if piece.start >= cut.next_start]
        if not before or not after or after[0][0].start != cut.next_start:
            return
        last, until = before[-1]
        end = max(cut.end, last.start)
        at = self._timeline.instant(cut.next_start)
        rest = _row(self._shop, self._line, at, Start(cut.next_start))
        self._held = [*before[:-1], (last, min(end, until))]
        moved = list(_renamed(after, rest.id))
        whole, from_frame = self.id, cut.next_start - self._start
        self._shop.journal.do(lambda store: divide(store, whole, rest, [piece.part for piece, _ in moved], from_frame))
        self._over(end, None)
        self._row, self.id, self._start, self._started_at, self._held = rest, rest.id, cut.next_start, at, moved

    def _over(self, frame: int, hung_up_by: str | None) -> None:
        for piece, until in self._held:
            self._hand_over(piece, until)
        duration = round((frame - self._start) / self._timeline.rate, 6)
        call_id, ended_at = self.id, self._started_at + duration
        self._shop.journal.do(lambda store: store.end_call(call_id, ended_at, duration, hung_up_by))
        self._shop.closer.call_ended(self.id, "closed")
        self._shop.call_ended(self.id)
        log.info("line %s: call %s ends after %.1f s", self._line.name, self.id, duration)

    def drop(self) -> None:
        """It was no call."""
        self._piece.writer.discard()
        self._shop.journal.do(lambda store: store.drop_call(self.id))
        log.info("line %s: %s was too short for a call", self._line.name, self.id)

    def _new_piece(self, frame: int, seq: int) -> _Piece:
        row, at, rate = self._row, self._timeline.instant(frame), self._timeline.rate
        part_id, channels = new_id(at), len(self._line.channels)
        path = part_path(self._shop.store, part_id, at)
        header = PartHeader(
            part_id,
            row.id,
            seq,
            row.line,
            row.layout,
            row.language,
            row.direction,
            at,
            rate,
            channels,
            row.agent_id,
            row.team,
            row.extension,
            row.source,
            self._kind,
        )
        make_folder(path.parent)
        part = Part(part_id, row.id, seq, str(path.relative_to(self._shop.store)), at, rate, channels, "writing", kind=self._kind)
        return _Piece(PartWriter(path, header), part, frame)

    def _go_on(self, piece: _Piece) -> None:
        self._piece = piece
        self._shop.journal.do(lambda store: store.add_part(piece.part))

    def _finish_piece(self, end: int) -> None:
        self._finish(self._piece, end)

    def _finish(self, piece: _Piece, end: int) -> None:
        if self._seamed:
            self._held.append((piece, end))
        else:
            self._hand_over(piece, end)

    def _hand_over(self, piece: _Piece, end: int) -> None:
        """The part ends there, for good."""
        frames = max(0, end - piece.start)
        cut = frames < piece.writer.frames
        try:
            piece.writer.end(frames)
        except OSError as error:
            # A full disk: what is there stays good, only a late cut is not made.
            self._shop.disk.refused(error)
        if cut:
            self._shop.journal.do(lambda store: store.trim_gaps(piece.part.id, frames))
        self._shop.closer.part_written(piece.part, piece.writer.path, piece.writer)

    def _keep_loss(self, frame: int) -> None:
        """Keep what was lost between the last kept frame and `frame`."""
        if self._lost_from is not None and frame > self._lost_from:
            at, part = self._timeline.instant(self._lost_from), self._piece.part
            after = self._piece.writer.frames
            self._gap(Gap(self._line.name, at, frame - self._lost_from, self._lost_reason, self.id, part.id, after))

    def _gap(self, gap: Gap) -> None:
        self._shop.journal.do(lambda store: store.add_gap(gap))


def _renamed(pieces: Iterable[tuple[_Piece, int]], call_id: str) -> Iterable[tuple[_Piece, int]]:
    """The same, as the first parts of another call."""
    for seq, (piece, end) in enumerate(pieces, 1):
        yield replace(piece, part=replace(piece.part, call_id=call_id, seq=seq)), end


def _row(shop: Shop, line: Line, at: float, start: Start) -> Call:
    agent = shop.seats.agent_at(line.name, line.extension, at)
    return Call(
        new_id(at),
        line.name,
        layout_of(line.channels),
        line.language,
        start.direction,
        "recording",
        at,
        answered_at=at if start.direction == "in" else None,
        ring_s=start.ring_s,
        ring_count=start.ring_count,
        extension=line.extension,
        agent_id=agent.id if agent else None,
        team=agent.team if agent else "",
        source=line.source,
    )
