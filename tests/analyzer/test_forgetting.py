"""A call whose audio was deleted: its words go, its figures stay, and nobody tries to analyse it for ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from analyzer.forgetting import AT_ONCE, Forgetting
from analyzer.store import AnalysisReader, AnalysisStore
from analyzer.worker import Worker
from recorder.evidence.keys import load_or_make
from recorder.retention.deleting import bury, finish
from recorder.retention.holds import settled
from recorder.store.writer import make_folder
from tests.analyzer.analyses import analysis
from tests.analyzer.recordings import Recordings
from tests.analyzer.test_worker import NOW, FakeAnalyst


@pytest.fixture
def recordings(tmp_path: Path) -> Iterator[Recordings]:
    made = Recordings(tmp_path)
    with made._calls.writing():
        made._calls.chain.sign_with(load_or_make(tmp_path, make_folder))
    yield made
    made.close()


def delete(recordings: Recordings, call_id: str) -> None:
    bury(recordings._calls, call_id, "age", "older than 90 days", "retention", NOW)
    finish(recordings._calls)


def understood(tmp_path: Path, call_id: str) -> AnalysisStore:
    results = AnalysisStore(tmp_path)
    results.save(call_id, analysis("您好请问", version="2"), False, NOW)
    return results


def test_words_go_and_figures_stay(tmp_path: Path, recordings: Recordings) -> None:
    call_id = recordings.add()
    results = understood(tmp_path, call_id)
    results.save(call_id, analysis("您好请问", version="2"), False, NOW)  # analysed again: the scores it had are kept
    before, past = AnalysisReader(tmp_path).analysis(call_id), AnalysisReader(tmp_path).past_scores(call_id)
    assert before is not None and before.utterances
    assert [p.faults for p in past] == [{"insult": 1, "dead_air": 1}]
    forgetting = Forgetting(tmp_path, results, keep=False)
    assert forgetting.step(NOW) == 0
    delete(recordings, call_id)
    assert (forgetting.step(NOW), forgetting.step(NOW)) == (1, 0)
    after = AnalysisReader(tmp_path).analysis(call_id)
    assert after is not None
    assert (after.scores, [hit.rule for hit in after.hits]) == (before.scores, [hit.rule for hit in before.hits])
    assert after.utterances == ()
    assert {hit.evidence for hit in after.hits} <= {""}
    assert AnalysisReader(tmp_path).past_scores(call_id) == past
    with AnalysisReader(tmp_path) as reader:
        assert reader._connection.execute("SELECT count(*) FROM utterance_search").fetchone()[0] == 0


def test_words_stay_if_the_settings_say_so_and_go_when_they_no_longer_do(tmp_path: Path, recordings: Recordings) -> None:
    call_id = recordings.add()
    results = understood(tmp_path, call_id)
    delete(recordings, call_id)
    assert Forgetting(tmp_path, results, keep=True).step(NOW) == 0
    assert Forgetting(tmp_path, results, keep=False).step(NOW) == 1


def test_many_are_forgotten_a_few_at_a_time(tmp_path: Path, recordings: Recordings) -> None:
    results = AnalysisStore(tmp_path)
    for _ in range(AT_ONCE + 1):
        delete(recordings, recordings.add(np.zeros((80, 1), np.int16)))
    forgetting = Forgetting(tmp_path, results, keep=False)
    assert [forgetting.step(NOW) for _ in range(3)] == [AT_ONCE, 1, 0]


def test_a_call_deleted_before_its_analysis_is_parked_at_once(tmp_path: Path, recordings: Recordings) -> None:
    call_id = recordings.add()
    delete(recordings, call_id)
    results, analyst = AnalysisStore(tmp_path), FakeAnalyst()
    worker = Worker(tmp_path, results, analyst, version="2", attempts=3)
    assert worker.step(NOW)
    job = AnalysisReader(tmp_path).job(call_id)
    assert job is not None
    assert (job.state, "was deleted on" in job.reason, analyst.heard) == ("parked", True, [])
    assert not worker.step(NOW + 1e6)
    assert settled(tmp_path, [call_id]) == {call_id}


def test_what_an_older_pipeline_made_of_it_stays(tmp_path: Path, recordings: Recordings) -> None:
    call_id = recordings.add()
    results = understood(tmp_path, call_id)
    delete(recordings, call_id)
    worker = Worker(tmp_path, results, FakeAnalyst(), version="3", attempts=3)
    assert worker.step(NOW)
    job = AnalysisReader(tmp_path).job(call_id)
    assert job is not None and job.state == "done"
    assert results.left_underway() == []
