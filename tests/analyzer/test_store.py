"""A result is kept whole or not at all, and read back as it was."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.schema import ANALYSIS_DB
from analyzer.store import AnalysisReader, AnalysisStore
from hw.messages import UserError
from tests.analyzer.analyses import analysis

NOW = 1_795_000_000.0


@pytest.fixture
def results(tmp_path: Path) -> AnalysisStore:
    return AnalysisStore(tmp_path)


def _count(store: Path, table: str) -> int:
    with sqlite3.connect(store / ANALYSIS_DB) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_result_comes_back_as_it_was(results: AnalysisStore, tmp_path: Path) -> None:
    saved = analysis("您好", "我要退款", "")
    results.save("c1", saved, True, NOW)
    with AnalysisReader(tmp_path) as reader:
        assert reader.analysis("c1") == saved
        assert reader.analysis("c2") is None
        job = reader.job("c1")
    assert job is not None
    assert (job.state, job.attempts, job.pipeline_version, job.finished_at) == ("done", 1, "1", NOW)


def test_what_an_older_version_wrote_can_be_read_before_it_is_brought_up_to_date(results: AnalysisStore, tmp_path: Path) -> None:
    results.save("c1", analysis("您好", "我要退款"), True, NOW)
    with sqlite3.connect(tmp_path / ANALYSIS_DB) as connection:
        for column in ("role_confidence", "problem"):
            connection.execute(f"ALTER TABLE utterances DROP COLUMN {column}")
    with AnalysisReader(tmp_path) as reader:
        found = reader.analysis("c1")
    assert found is not None
    assert [u.role_confidence for u in found.utterances] == [None, None]


def test_a_new_result_replaces_the_old_one_altogether(results: AnalysisStore, tmp_path: Path) -> None:
    results.save("c1", analysis("一", "二", "三"), True, NOW)
    results.save("c2", analysis("别的通话"), False, NOW)
    again = analysis("四", version="2")
    results.save("c1", again, False, NOW + 1)
    assert AnalysisReader(tmp_path).analysis("c1") == again
    assert _count(tmp_path, "utterances") == _count(tmp_path, "utterance_search") == 2
    assert _count(tmp_path, "hits") == 4
    assert _count(tmp_path, "results") == _count(tmp_path, "jobs") == 2


def test_a_result_that_cannot_be_saved_leaves_what_was(results: AnalysisStore, tmp_path: Path) -> None:
    before = analysis("一", "二")
    results.save("c1", before, True, NOW)
    broken = replace(analysis("三"), deductions=(replace(before.deductions[0], score=None),))  # type: ignore[arg-type]
    with pytest.raises(UserError):
        results.save("c1", broken, True, NOW)
    assert AnalysisReader(tmp_path).analysis("c1") == before
    assert _count(tmp_path, "utterance_search") == 2


def test_failures_are_counted_until_the_call_is_parked(results: AnalysisStore) -> None:
    states = [results.fail("c1", "1", "no file", 3, NOW + n).state for n in range(3)]
    assert states == ["failed", "failed", "parked"]
    (job,) = results.jobs(["c1", "c2"]).values()
    assert (job.attempts, job.reason) == (3, "no file")


def test_another_version_counts_from_one(results: AnalysisStore) -> None:
    for _ in range(3):
        results.fail("c1", "1", "no", 3, NOW)
    assert results.fail("c1", "2", "no", 3, NOW).state == "failed"


def test_a_failure_keeps_the_older_result(results: AnalysisStore, tmp_path: Path) -> None:
    results.save("c1", analysis("一"), False, NOW)
    results.fail("c1", "2", "broken", 3, NOW)
    reader = AnalysisReader(tmp_path)
    assert reader.analysis("c1") is not None
    assert getattr(reader.job("c1"), "state", None) == "failed"


def test_what_is_underway_is_known_until_it_ends(results: AnalysisStore, tmp_path: Path) -> None:
    for call_id in ("saved", "failed", "left", "dead"):
        results.begin(call_id, NOW)
    results.save("saved", analysis("一"), False, NOW)
    results.fail("failed", "1", "no", 3, NOW)
    results.leave("left")
    results.close()
    assert AnalysisStore(tmp_path).left_underway() == ["dead"]


def test_a_store_without_results_reads_as_empty(tmp_path: Path) -> None:
    reader = AnalysisReader(tmp_path)
    assert reader.analysis("c1") is None
    assert reader.job("c1") is None
    assert not (tmp_path / ANALYSIS_DB).exists()


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    (tmp_path / ANALYSIS_DB).write_bytes(b"SQLite format 3\0" + b"rubbish" * 1000)
    for opening in (AnalysisStore, AnalysisReader):
        with pytest.raises(UserError, match="damaged"):
            opening(tmp_path)


def test_the_file_is_shared_with_the_group(results: AnalysisStore, tmp_path: Path) -> None:
    assert (tmp_path / ANALYSIS_DB).stat().st_mode & 0o777 == 0o660
    results.save("c1", analysis("一"), False, NOW)
    assert (tmp_path / f"{ANALYSIS_DB}-wal").stat().st_mode & 0o777 == 0o660


def test_readers_see_one_state_while_it_is_written(results: AnalysisStore, tmp_path: Path) -> None:
    results.save("c1", analysis("一"), False, NOW)
    reader = AnalysisReader(tmp_path)
    results.save("c1", analysis("二"), False, NOW)
    found = reader.analysis("c1")
    assert found is not None and found.utterances[0].text == "二"
