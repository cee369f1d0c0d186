"""Calls' scores after correction, kept in review.db beside the machine's own, so that lists, reports and figures have both. They
are of one analysis and one rulebook: another makes them void, and they are worked out anew (`renew_due`)."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from analyzer.result import Deduction, Hit, Scores, Utterance
from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import Rulebook
from analyzer.rules.stored import StoredCall, facts_of
from analyzer.store import AnalysisReader
from hw.messages import UserError
from quality.calls.rows import CORRECTED, CallView
from quality.reviewing.corrections import corrected
from quality.reviewing.labels import Label, Labels, labels_of
from quality.reviewing.rejudging import Rejudged, rejudge
from quality.store import reading, writing
from recorder.settings.sections import Settings
from recorder.store.reader import CallReader
from recorder.times import from_text, to_text

_log = logging.getLogger(__name__)

AT_ONCE = 20
"""Calls that are worked out anew while somebody waits for a page (12 to 70 ms each); the next page and the evening do the rest."""


@dataclass(frozen=True)
class CorrectedResult:
    """A call after correction. hits: that hold, in order of time; machine: of each its index among the machine's, None where it
    came by a correction. deductions: their `hit` is the index into hits."""

    scores: Scores
    high_priority: bool
    hits: tuple[Hit, ...]
    machine: tuple[int | None, ...]
    deductions: tuple[Deduction, ...]

    def struck(self, place: int) -> bool:
        """Whether the machine's finding at that place no longer holds."""
        return place not in self.machine


@dataclass(frozen=True)
class JudgeBy:
    """What calls are judged by. rulebook: path from the settings, "" for the one that ships; company: names of the site's own."""

    rulebook: str = ""
    company: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> JudgeBy:
        """Of these settings."""
        return cls(settings.analysis.rulebook, tuple(settings.site.company))


@dataclass
class CorrectedResults:
    """Of one box."""

    store: Path
    by: JudgeBy = field(default_factory=JudgeBy)

    def of_call(self, call: CallView, labels: Sequence[Label]) -> CorrectedResult | None:
        """Of an analysed call with these labels, worked out anew if need be; None while they make no difference to its hits."""
        if call.row.scores is None or not labels:
            return None
        with reading(self.store) as connection:
            due = _due(connection, 1, call.row.id)
        if due:
            self._renew([call.row.id])
        with reading(self.store) as connection:
            return _held(connection, call.row.id, call.hits, call.utterances, labels)

    def renew(self, call_id: str) -> bool:
        """Work a call out anew and keep it, with what rests on it made void; False when it is not analysed. Raises UserError when a
        database cannot be used."""
        with reading(self.store) as connection:  # before what is read by it: what comes in between makes it due again
            basis = connection.execute(_BASIS, (call_id,)).fetchone()
        labels = Labels(self.store).of_call(call_id)
        with CallReader(self.store) as calls, AnalysisReader(self.store) as results:
            call, analysis = calls.call(call_id), results.analysis(call_id)
        if call is None or analysis is None or basis is None:
            return False
        book = self._book(analysis.rulebook_version)
        stored = StoredCall(call_id, call.started_at, analysis, facts_of(call))
        _keep(self.store, call_id, basis, rejudge(book, stored, labels, self.by.company))
        return True

    def renew_due(self, most: int | None = AT_ONCE) -> int:
        """Work out what has no scores by its present corrections, analysis and rulebook; how many calls that were. most: None: all.
        Whoever may not write review.db sees the scores as they were kept last."""
        with reading(self.store) as connection:
            due = _due(connection, -1 if most is None else most)
        return self._renew(due)

    def _renew(self, due: Sequence[str]) -> int:
        try:
            return sum(self.renew(call_id) for call_id in due)
        except UserError as error:
            _log.info("corrected scores not renewed: %s", error)
            return 0

    def _book(self, identity: str) -> Rulebook:
        """The one the machine judged by; where it is gone the live one, by which the call is about to be judged again."""
        books = Rulebooks(self.store, self.by.rulebook)
        live = books.live()
        return live if live.identity == identity else books.once(identity) or live


def corrected_view(call: CallView, held: CorrectedResult | None, labels: Sequence[Label]) -> CallView:
    """The call as it stands after correction, for whoever concludes something from it. held: of `CorrectedResults.of_call`."""
    utterances = tuple(one.now for one in corrected(call.utterances, labels))
    return replace(call, hits=held.hits if held else call.hits, utterances=utterances)


def judged_anew(store: Path, since: float, timezone: str) -> set[date]:
    """Local days of calls that were judged anew at `since` (UTC epoch seconds) or later."""
    sql = "SELECT c.started_at FROM review.corrected_results k JOIN calls.calls c ON c.id = k.call_id WHERE k.at >= ?"
    with reading(store) as connection:
        rows = connection.execute(sql, (to_text(since),)).fetchall()
    return {datetime.fromtimestamp(from_text(row[0]), ZoneInfo(timezone)).date() for row in rows}


def heard_after(
    connection: sqlite3.Connection, call_id: str, hits: Sequence[Hit], utterances: Sequence[Utterance]
) -> tuple[Sequence[Hit], Sequence[Utterance]]:  # fmt: skip
    """A call's hits and utterances after correction, for whoever concludes something from them. connection: of
    `quality.store.reading`."""
    labels = labels_of(connection, call_id)
    if not labels:
        return hits, utterances
    held = _held(connection, call_id, hits, utterances, labels)
    return held.hits if held else hits, [one.now for one in corrected(utterances, labels)]


_HELD = f"SELECT k.* FROM analysis.results r {CORRECTED} WHERE r.call_id = ? AND k.call_id IS NOT NULL"  # noqa: S608
_HITS = "SELECT * FROM review.corrected_hits WHERE call_id = ? ORDER BY seq"
_LAST = "count(*) || ' ' || max(id)"
"""Up to which label: another is added, none is ever changed; the clock may have been put back meanwhile."""
_BASIS = f"""
SELECT analyzed_at, rulebook_version, (SELECT {_LAST} FROM review.labels WHERE call_id = r.call_id) AS label
FROM analysis.results r WHERE call_id = ? AND label IS NOT NULL
"""  # noqa: S608  a piece of ours
_DUE = """
SELECT l.call_id FROM (SELECT call_id, {last} AS last FROM review.labels {some} GROUP BY call_id) l
JOIN analysis.results r ON r.call_id = l.call_id
LEFT JOIN review.corrected_results k ON k.call_id = l.call_id AND k.analyzed_at = r.analyzed_at
    AND k.rulebook_version = r.rulebook_version AND k.label = l.last
WHERE k.call_id IS NULL LIMIT ?
"""


def _due(connection: sqlite3.Connection, most: int, call_id: str = "") -> list[str]:
    """Calls whose scores after correction are not of their present labels, analysis and rulebook; of one call alone if given."""
    if call_id:
        rows = connection.execute(_DUE.format(last=_LAST, some="WHERE call_id = ?"), (call_id, most))
    else:
        rows = connection.execute(_DUE.format(last=_LAST, some=""), (most,))
    return [row[0] for row in rows]


def _keep(store: Path, call_id: str, basis: sqlite3.Row, made: Rejudged) -> None:
    points: dict[int, dict[str, float]] = {}
    for off in made.deductions:
        points.setdefault(off.hit, {})[off.score] = off.points
    hits = [
        (call_id, seq, one.hit.rule, one.hit.side, one.hit.start, one.hit.end, one.hit.confidence, one.machine,
         json.dumps(points.get(seq, {})))
        for seq, one in enumerate(made.findings)
    ]  # fmt: skip
    row = (call_id, basis["analyzed_at"], basis["rulebook_version"], basis["label"], int(made.differs), *astuple(made.scores))
    with writing(store) as database:
        database.execute("DELETE FROM corrected_hits WHERE call_id = ?", (call_id,))
        database.conn.executemany("INSERT INTO corrected_hits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", hits)
        sql = "INSERT OR REPLACE INTO corrected_results VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        database.execute(sql, (*row, int(made.high_priority), to_text(time.time())))
        database.execute("DELETE FROM machine_scores WHERE call_id = ?", (call_id,))  # of the form; made again when asked for


def _held(
    connection: sqlite3.Connection, call_id: str, machine: Sequence[Hit], utterances: Sequence[Utterance], labels: Sequence[Label]
) -> CorrectedResult | None:  # fmt: skip
    row = connection.execute(_HELD, (call_id,)).fetchone()
    if row is None:
        return None
    said = [one.now for one in corrected(utterances, labels)]
    hits, machines, deductions = list[Hit](), list[int | None](), list[Deduction]()
    for place, found in enumerate(connection.execute(_HITS, (call_id,))):
        own, start, end = found["machine"], found["start_s"], found["end_s"]
        words = _words(said, start, end) if own is None else machine[own].evidence
        hits.append(Hit(found["rule"], found["side"], start, end, words, found["confidence"]))
        machines.append(own)
        deductions += [Deduction(name, found["rule"], off, place) for name, off in json.loads(found["points"]).items()]
    scores = Scores(row["compliance"], row["experience"], row["risk"])
    return CorrectedResult(scores, bool(row["high_priority"]), tuple(hits), tuple(machines), tuple(deductions))


def _words(said: Sequence[Utterance], start: float, end: float) -> str:
    """What was said where a finding of people's is; analysis.db alone keeps words, and forgets them in time."""
    return next((one.text for one in said if one.start < max(end, start + 0.1) and one.end > start), "")
