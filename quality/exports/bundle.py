"""Bulk export: a zip with every call's audio, transcript and scores, a table of the calls and a manifest with every file's hash."""

from __future__ import annotations

import fcntl
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hw.messages import UserError
from quality.calls.filter import CallFilter
from quality.calls.rows import CallView
from quality.calls.views import Views
from quality.exports.audio import Piece, pieces, whole_wav
from quality.exports.facts import call_facts, scores, transcript
from quality.exports.journal import Journal, Progressed
from quality.exports.selection import audit, described, selected
from quality.exports.table import calls_csv
from quality.exports.ziplog import GrowingZip
from quality.reviewing.reviews import Reviews
from recorder.times import to_text

FORMAT = "callbox-export/1"
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Bundled:
    """A finished export. calls: in it. resumed: how many of them an earlier, stopped run had done. audio: pieces of audio by state
    (see quality.exports.audio.Piece)."""

    calls: int
    resumed: int
    audio: dict[str, int]


@dataclass(frozen=True)
class Source:
    """Where the calls are: the store, and the box's IANA time zone and name."""

    store: Path
    timezone: str
    site: str = ""


def _silent(done: int, total: int) -> None:
    """Tells nobody."""


def export_zip(
    source: Source, wanted: CallFilter, out: Path, by: str, *, wav: bool = False, report: Report = _silent,
    clock: Callable[[], float] = time.time,
) -> Bundled:  # fmt: skip
    """Write the calls that fit to the zip `out`, whole or not at all. What is unfinished stays beside it as `out`.partial and
    `out`.partial.jsonl, and the same order goes on from there, with the calls that were chosen then. wav: one WAV a call instead of
    the recorded FLAC files. report: told (done, total) after every call. Raises UserError."""
    audio, store = "wav" if wav else "flac", str(source.store.resolve())
    asked: dict[str, object] = {"filter": described(wanted), "audio": audio, "store": store}
    try:
        with _alone(_unfinished(out)):
            return _Run(source, asked, out, by=by, clock=clock).run(wanted, report)
    except OSError as error:
        raise UserError(
            f"{out} cannot be written: {error.strerror}. Once that is mended, the same command goes on where it stopped.",
            f"无法写入 {out}：{error.strerror}。排除故障后再次运行同一命令，将从中断处继续。",
        ) from error


class _Run:
    """One run of an export."""

    def __init__(self, source: Source, asked: dict[str, object], out: Path, *, by: str, clock: Callable[[], float]) -> None:
        self.source, self.asked, self.out, self.by, self.clock = source, asked, out, by, clock
        self.unfinished = _unfinished(out)
        self.views = Views(source.store, source.timezone)
        self.reviews = Reviews(source.store)
        self.journal = Journal(self.unfinished.with_name(self.unfinished.name + ".jsonl"))

    def run(self, wanted: CallFilter, report: Report) -> Bundled:
        """The whole of it."""
        state = self._resumed() or self._begun(wanted)
        resumed = len(state.done)
        detail = {**self.asked, "calls": len(state.ids), "resumed": resumed}
        audit(self.source.store, self.by, "export.calls", str(self.out.absolute()), detail)
        zipped = GrowingZip(self.unfinished, state.entries, state.end)
        try:
            self._calls(zipped, state, report)
            manifest = self._close(zipped, state)
        finally:
            zipped.leave()
        self.unfinished.replace(self.out)
        self.journal.path.unlink(missing_ok=True)
        done = {"calls": len(state.ids), "manifest_sha256": manifest["sha256"]}
        audit(self.source.store, self.by, "export.finished", str(self.out.absolute()), done)
        return Bundled(len(state.ids), resumed, counted(state.done))

    def _resumed(self) -> Progressed | None:
        state = self.journal.read(self.unfinished.stat().st_size)
        if state is None or not state.done:
            return None
        if state.asked != self.asked:
            beside = self.journal.path.name
            raise UserError(
                f"{self.unfinished} is an unfinished export of other calls. Run its command again to finish it, name another "
                f"file, or delete it and {beside} to begin anew.",
                f"{self.unfinished} 是另一次导出的未完成部分。请用原命令完成、换文件名，或删除它和 {beside}。",
            )
        self.journal.rewrite(state)
        return state

    def _begun(self, wanted: CallFilter) -> Progressed:
        return self.journal.begin(self.asked, selected(self.views, wanted), to_text(self.clock()))

    def _calls(self, zipped: GrowingZip, state: Progressed, report: Report) -> None:
        total = len(state.ids)
        report(len(state.done), total)
        for call_id in state.ids[len(state.done) :]:
            entry = self._call(zipped, call_id)
            self.journal.finished(entry, *zipped.settle())
            state.done.append(entry)
            report(len(state.done), total)

    def _call(self, zipped: GrowingZip, call_id: str) -> dict[str, object]:
        call = self.views.call(call_id)
        if call is None:
            return {"call_id": call_id, "state": "gone", "files": [], "audio": []}
        moment = datetime.fromtimestamp(call.row.started_at, UTC).timetuple()[:6]
        sound = pieces(self.source.store, call_id)
        files = list(self._sound(zipped, call, sound, moment))
        if call.utterances:
            files.append(zipped.add_json(f"{call_id}/transcript.json", transcript(call), moment))
        files.append(zipped.add_json(f"{call_id}/score.json", scores(call, self.reviews.latest(call_id)), moment))
        return {**call_facts(call.row), "files": files, "audio": [piece.facts() for piece in sound]}

    def _sound(
        self, zipped: GrowingZip, call: CallView, sound: list[Piece], moment: tuple[int, ...]
    ) -> Iterator[dict[str, object]]:
        if self.asked["audio"] == "wav":
            # A WAV is made of all parts: with one of them gone or altered it would not be the call.
            if sound and all(piece.state == "kept" for piece in sound):
                yield self._wav(zipped, call.row.id, moment)
            return
        for piece in sound:
            if piece.path is not None:
                with piece.path.open("rb") as file:
                    name = f"{call.row.id}/{piece.path.name}"
                    yield zipped.add(name, file, piece.path.stat().st_size, moment, packed=False)

    def _wav(self, zipped: GrowingZip, call_id: str, moment: tuple[int, ...]) -> dict[str, object]:
        with whole_wav(self.source.store, call_id) as file:
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            return zipped.add(f"{call_id}/call.wav", file, size, moment, packed=True)

    def _close(self, zipped: GrowingZip, state: Progressed) -> dict[str, object]:
        """The table, the manifest and the zip's directory; returns the manifest's entry."""
        now = self.clock()
        moment = datetime.fromtimestamp(now, UTC).timetuple()[:6]
        table = calls_csv(self.views, state.ids)
        listed = zipped.add("calls.csv", io.BytesIO(table), len(table), moment, packed=True)
        manifest = {
            "format": FORMAT, "site": self.source.site, "filter": self.asked["filter"], "audio": self.asked["audio"], "by": self.by,
            "begun_at": state.begun_at, "finished_at": to_text(now), "hash": "sha256", "files": [listed], "calls": state.done,
        }  # fmt: skip
        entry = zipped.add_json("manifest.json", manifest, moment)
        zipped.finish()
        return entry


def counted(done: list[dict[str, object]]) -> dict[str, int]:
    """Pieces of audio by state, over the calls of a manifest."""
    found: dict[str, int] = {}
    for call in done:
        audio = call["audio"]
        for piece in audio if isinstance(audio, list) else []:
            found[piece["state"]] = found.get(piece["state"], 0) + 1
    return found


def _unfinished(out: Path) -> Path:
    return out.with_name(out.name + ".partial")


@contextmanager
def _alone(unfinished: Path) -> Iterator[None]:
    """Holds the unfinished zip, so that two runs never write one file; leaves no empty one behind."""
    with unfinished.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{unfinished}: another export is writing it.", f"{unfinished}：另一个导出正在写入。") from None
        try:
            yield
        finally:
            if unfinished.exists() and unfinished.stat().st_size == 0:
                unfinished.unlink()
                unfinished.with_name(unfinished.name + ".jsonl").unlink(missing_ok=True)
