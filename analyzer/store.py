"""analysis.db: a call's result saved in one go, its job with it; and read back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from analyzer.database import open_to_read, open_to_write, unusable
from analyzer.index import index_row
from analyzer.livestore import LiveSaid, said_row
from analyzer.result import Analysis, Deduction, Scores, Survey, Utterance
from analyzer.rows import Job, deduction_row, done_row, hit_of, hit_row, job_of, result_row, utterance_of, utterance_row
from analyzer.schema import ANALYSIS_DB
from analyzer.verdicts import PastScores, Verdict, keep_scores, past_of
from hw.messages import Message
from recorder.times import to_text

_OF_A_CALL = ("utterances", "hits", "deductions", "results", "jobs", "surveys", "live_said")


class AnalysisStore:
    """The writer of analysis.db. Every method raises UserError when the file cannot be written; nothing half is ever kept."""

    def __init__(self, store: Path) -> None:
        self._path = store / ANALYSIS_DB
        self._connection = open_to_write(store)
        self._db = Database(self._connection)

    def jobs(self, call_ids: Sequence[str]) -> dict[str, Job]:
        """The jobs of these calls, by call."""
        sql = "SELECT * FROM jobs WHERE call_id IN (SELECT value FROM json_each(?))"
        rows = self._connection.execute(sql, (json.dumps(call_ids),))
        return {row["call_id"]: job_of(row) for row in rows}

    def begin(self, call_id: str, now: float) -> None:
        """Note that a call is being analysed."""
        with self._writing():
            self._connection.execute("INSERT OR REPLACE INTO underway VALUES (?, ?)", (call_id, to_text(now)))

    def leave(self, call_id: str) -> None:
        """Take that note back: the analysis was stopped on purpose."""
        with self._writing():
            self._connection.execute("DELETE FROM underway WHERE call_id = ?", (call_id,))

    def left_underway(self) -> list[str]:
        """The calls that were being analysed when the analyzer died."""
        return [row[0] for row in self._connection.execute("SELECT call_id FROM underway")]

    def save(self, call_id: str, analysis: Analysis, high_priority: bool, now: float) -> None:
        """Keep a result and mark its job done, in one transaction; what was known of the call before is replaced."""
        with self._writing():
            attempts = self._attempts(call_id) + 1
            keep_scores(self._connection, call_id, now)
            self._forget(call_id)
            self._insert_utterances(call_id, analysis.utterances)
            hits = (hit_row(call_id, seq, hit) for seq, hit in enumerate(analysis.hits))
            self._db["hits"].insert_all(hits)  # type: ignore[union-attr]
            deductions = (deduction_row(call_id, deduction) for deduction in analysis.deductions)
            self._db["deductions"].insert_all(deductions)  # type: ignore[union-attr]
            self._db["results"].insert(result_row(call_id, analysis, high_priority, now))  # type: ignore[union-attr]
            self._db["jobs"].insert(done_row(call_id, analysis, attempts, now))  # type: ignore[union-attr]

    def fail(self, call_id: str, version: str, reason: str, most: int, now: float) -> Job:
        """Count a failed try: the job is tried again, or parked after `most` tries. An older result of the call stays."""
        with self._writing():
            attempts = self._attempts(call_id, version) + 1
            job = Job(call_id, version, "parked" if attempts >= most else "failed", attempts, reason, now)
            self._connection.execute("DELETE FROM underway WHERE call_id = ?", (call_id,))
            self._connection.execute(
                """INSERT INTO jobs (call_id, pipeline_version, state, attempts, reason, finished_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (call_id) DO UPDATE SET pipeline_version = excluded.pipeline_version, state = excluded.state,
                attempts = excluded.attempts, reason = excluded.reason, finished_at = excluded.finished_at""",
                (job.call_id, version, job.state, attempts, reason, to_text(now)),
            )
        return job

    def put_off(self, call_id: str, version: str, survey: Survey, now: float) -> None:
        """Keep what is known of a call whose words have to wait. An older result of the call stays, and stays its state."""
        with self._writing():
            self._connection.execute("DELETE FROM underway WHERE call_id = ?", (call_id,))
            row = (call_id, survey.duration_s, survey.channels, json.dumps(survey.acoustics, ensure_ascii=False), to_text(now))
            self._connection.execute("INSERT OR REPLACE INTO surveys VALUES (?, ?, ?, ?, ?)", row)
            self._connection.execute(
                """INSERT INTO jobs (call_id, pipeline_version, state, attempts, reason, finished_at, audio_s, wall_s)
                VALUES (?, ?, 'put_off', 0, ?, ?, ?, ?)
                ON CONFLICT (call_id) DO UPDATE SET pipeline_version = excluded.pipeline_version, state = excluded.state,
                reason = excluded.reason, finished_at = excluded.finished_at WHERE jobs.state <> 'done'""",
                (call_id, version, f"{survey.why.en} / {survey.why.zh}", to_text(now), survey.duration_s, survey.wall_s),
            )

    def say(self, said: Sequence[LiveSaid]) -> None:
        """Keep what was understood of calls that go on."""
        with self._writing():
            self._db["live_said"].insert_all(map(said_row, said))  # type: ignore[union-attr]

    def unsay(self, call_id: str) -> None:
        """Take away what was understood while a call went on: it was none."""
        with self._writing():
            self._connection.execute("DELETE FROM live_said WHERE call_id = ?", (call_id,))

    def tidy_said(self, before: float) -> None:
        """Take away what was understood live before that instant: the calls were given up."""
        with self._writing():
            self._connection.execute("DELETE FROM live_said WHERE at < ?", (to_text(before),))

    def rescore(self, call_id: str, verdict: Verdict, now: float) -> None:
        """Put other hits and scores in the place of a call's, in one transaction; the scores it had are kept in past_scores."""
        with self._writing():
            keep_scores(self._connection, call_id, now)
            for table in ("hits", "deductions"):
                self._connection.execute(f"DELETE FROM {table} WHERE call_id = ?", (call_id,))  # noqa: S608
            self._db["hits"].insert_all(hit_row(call_id, n, hit) for n, hit in enumerate(verdict.hits))  # type: ignore[union-attr]
            self._db["deductions"].insert_all(deduction_row(call_id, d) for d in verdict.deductions)  # type: ignore[union-attr]
            self._db["results"].update(call_id, verdict.row())  # type: ignore[union-attr]

    def judged_otherwise(self, rulebook: str, most: int) -> list[str]:
        """At most so many calls whose scores are by another rulebook than this, the newest first."""
        sql = "SELECT call_id FROM results WHERE rulebook_version < ? OR rulebook_version > ? ORDER BY call_id DESC LIMIT ?"
        return [row[0] for row in self._connection.execute(sql, (rulebook, rulebook, most))]

    def forgotten(self) -> int:
        """The number of the last tombstone whose call's words were taken away; 0 before the first."""
        return int(self._connection.execute("SELECT coalesce(max(tombstone), 0) FROM forgotten").fetchone()[0])

    def forget_words(self, call_id: str, tombstone: int, now: float) -> None:
        """Take away what was said in a call; scores, hits (without the words they quote) and figures stay."""
        with self._writing():
            self._forget_utterances(call_id)
            self._connection.execute("UPDATE hits SET evidence = '' WHERE call_id = ?", (call_id,))
            self._connection.execute("DELETE FROM live_said WHERE call_id = ?", (call_id,))
            self._connection.execute("DELETE FROM forgotten")
            self._connection.execute("INSERT INTO forgotten VALUES (?, ?)", (tombstone, to_text(now)))

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()

    def _attempts(self, call_id: str, version: str = "") -> int:
        """Failed tries so far, of this pipeline version if one is given."""
        sql = "SELECT attempts FROM jobs WHERE call_id = ? AND state <> 'done' AND (? = '' OR pipeline_version = ?)"
        row = self._connection.execute(sql, (call_id, version, version)).fetchone()
        return int(row[0]) if row else 0

    def _forget_utterances(self, call_id: str) -> None:
        of_call = "SELECT id FROM utterances WHERE call_id = ?"
        self._connection.execute(f"DELETE FROM utterance_search WHERE rowid IN ({of_call})", (call_id,))  # noqa: S608
        self._connection.execute("DELETE FROM utterances WHERE call_id = ?", (call_id,))

    def _forget(self, call_id: str) -> None:
        self._forget_utterances(call_id)
        for table in (*_OF_A_CALL, "underway"):
            self._connection.execute(f"DELETE FROM {table} WHERE call_id = ?", (call_id,))  # noqa: S608

    def _insert_utterances(self, call_id: str, utterances: Sequence[Utterance]) -> None:
        for seq, utterance in enumerate(utterances):
            row = utterance_row(call_id, seq, utterance)
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            cursor = self._connection.execute(
                f"INSERT INTO utterances ({names}) VALUES ({marks})",  # noqa: S608
                tuple(row.values()),
            )
            self._connection.execute(
                "INSERT INTO utterance_search (rowid, characters, sounds) VALUES (?, ?, ?)",
                (cursor.lastrowid, *index_row(utterance.text, utterance.heard)),
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error


class AnalysisReader:
    """What is in analysis.db, read only. A store without one reads as empty. Of one thread."""

    def __init__(self, store: Path) -> None:
        self._path = store / ANALYSIS_DB
        self._connection = open_to_read(store)

    def analysis(self, call_id: str) -> Analysis | None:
        """The result of a call, or None while there is none."""
        results, jobs = self._rows("results", call_id), self._rows("jobs", call_id)
        if not results or not jobs:
            return None
        hits = self._rows("hits", call_id, "seq")
        place = {row["seq"]: index for index, row in enumerate(hits)}
        result, job = results[0], jobs[0]
        return Analysis(
            duration_s=job["audio_s"],
            channels=result["channels"],
            utterances=tuple(map(utterance_of, self._rows("utterances", call_id, "seq"))),
            hits=tuple(map(hit_of, hits)),
            deductions=tuple(
                Deduction(row["score"], row["rule"], row["points"], place[row["hit_seq"]])
                for row in self._rows("deductions", call_id, "id")
            ),
            scores=Scores(result["compliance"], result["experience"], result["risk"]),
            acoustics=json.loads(result["acoustics"]),
            cpu_s=job["cpu_s"],
            wall_s=job["wall_s"],
            rulebook_version=result["rulebook_version"],
            pipeline_version=result["pipeline_version"],
            warnings=tuple(Message(**warning) for warning in json.loads(result["warnings"])),
            degraded=result["degraded"] if "degraded" in result.keys() else "",  # noqa: SIM118  a row, and maybe an older file
        )

    def done(self, first: str = "") -> list[str]:
        """The calls that have a result, the newest first (their ids are in order of time), from that id on."""
        if self._connection is None:
            return []
        sql = "SELECT call_id FROM results WHERE call_id >= ? ORDER BY call_id DESC"
        return [row[0] for row in self._connection.execute(sql, (first,))]

    def count_done(self, first: str = "") -> int:
        """How many calls have a result, from that id on (recorder.ids.first_id)."""
        if self._connection is None:
            return 0
        count: int = self._connection.execute("SELECT count(*) FROM results WHERE call_id >= ?", (first,)).fetchone()[0]
        return count

    def past_scores(self, call_id: str) -> list[PastScores]:
        """The scores a call had by earlier rulebooks, the newest first."""
        return [past_of(row) for row in self._rows("past_scores", call_id, "id DESC")]

    def job(self, call_id: str) -> Job | None:
        """How far a call is, or None when it was never tried."""
        rows = self._rows("jobs", call_id)
        return job_of(rows[0]) if rows else None

    def close(self) -> None:
        """Let the database go."""
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _rows(self, table: str, call_id: str, order: str = "call_id") -> list[sqlite3.Row]:
        if self._connection is None:
            return []
        try:
            sql = f"SELECT * FROM {table} WHERE call_id = ? ORDER BY {order}"  # noqa: S608  names from this module
            return self._connection.execute(sql, (call_id,)).fetchall()
        except sqlite3.Error as error:
            raise unusable(self._path, error) from error
