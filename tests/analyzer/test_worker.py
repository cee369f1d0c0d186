"""The worker finds every call that has ended, does each once, tries failures again, and never touches audio."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from analyzer.backlog import RETRY_S
from analyzer.behind import Behind, Meter, read_behind
from analyzer.progress import Progress, nobody
from analyzer.recorded import RecordedCall
from analyzer.result import Analysis, CallFacts, Survey
from analyzer.store import AnalysisReader, AnalysisStore
from analyzer.worker import DIED, Stopped, Worker
from hw.messages import UserError
from recorder.store.schema import CALLS_DB
from tests.analyzer.analyses import analysis
from tests.analyzer.recordings import Recordings
from tests.analyzer.sounds import tone

NOW = 1_795_100_000.0


class FakeAnalyst:
    """Reads the whole audio and says what it is; raises for calls whose length in seconds is in `faults`."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, CallFacts]] = []
        self.faults: dict[float, BaseException] = {}
        self.narrow: list[bool] = []
        self.surveyed: list[float] = []

    def analyze(
        self, audio: RecordedCall, facts: CallFacts, progress: Progress | None = None, *, narrow: bool = False
    ) -> Analysis:
        """An analysis of nothing."""
        self.narrow.append(narrow)
        seconds = sum(len(block) for block in audio.blocks()) / 8000
        self.heard.append((seconds, facts))
        (progress or nobody)(1, 2)
        if seconds in self.faults:
            raise self.faults[seconds]
        return analysis("您好", version="2")

    def survey(self, audio: RecordedCall, facts: CallFacts, progress: Progress | None = None) -> Survey:  # noqa: ARG002
        """A survey of nothing."""
        seconds = sum(len(block) for block in audio.blocks()) / 8000
        self.surveyed.append(seconds)
        return Survey(seconds, 2, {"speech_s": {"agent": 1.0, "customer": 2.0}}, 0.01)

    def is_high_priority(self, _analysis: Analysis) -> bool:
        """No."""
        return False


@pytest.fixture
def recordings(tmp_path: Path) -> Iterator[Recordings]:
    made = Recordings(tmp_path)
    yield made
    made.close()


@pytest.fixture
def analyst() -> FakeAnalyst:
    return FakeAnalyst()


def _worker(store: Path, analyst: FakeAnalyst, progress: Progress = nobody, version: str = "2") -> Worker:
    return Worker(store, AnalysisStore(store), analyst, version=version, attempts=3, progress=progress)


def _silence(seconds: float, channels: int = 2) -> np.ndarray:
    return np.zeros((round(seconds * 8000), channels), np.int16)


def _run(worker: Worker, now: float = NOW) -> int:
    done = 0
    while worker.step(now):
        done += 1
    return done


def _state(store: Path, call_id: str) -> str:
    with AnalysisReader(store) as reader:
        job = reader.job(call_id)
    return job.state if job else "waiting"


def test_a_box_without_recordings_has_nothing_to_do(tmp_path: Path, analyst: FakeAnalyst) -> None:
    worker = _worker(tmp_path, analyst)
    assert not worker.step(NOW)
    assert worker.is_idle()


def test_every_ended_call_is_done_once(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    ended = [recordings.add(_silence(n)) for n in (1, 2, 3)] + [recordings.add(_silence(4), state="interrupted")]
    recording = recordings.add(_silence(5), state="recording")
    worker = _worker(tmp_path, analyst)
    assert _run(worker) == 4
    assert [seconds for seconds, _ in analyst.heard] == [4, 3, 2, 1]  # the newest first
    assert {_state(tmp_path, call_id) for call_id in ended} == {"done"}
    assert _state(tmp_path, recording) == "waiting"
    recordings.add(_silence(6))
    assert _run(worker) == 1
    assert _run(_worker(tmp_path, analyst)) == 0  # nor after a restart


def test_facts_of_the_call_reach_the_pipeline(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    recordings.add(language="en", ring_s=7.5, hung_up_by="agent", direction="out")
    _run(_worker(tmp_path, analyst))
    assert analyst.heard[0][1] == CallFacts("en", 7.5, "agent", "out")


def test_a_tap_at_16_khz_is_heard_at_8(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    recordings.add(tone(440, 3, rate=16000)[:, None], rate=16000)
    _run(_worker(tmp_path, analyst))
    assert analyst.heard[0][0] == pytest.approx(3, abs=0.001)


def test_a_failure_is_tried_again_later_then_parked(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    bad, good = recordings.add(_silence(1)), recordings.add(_silence(2))
    analyst.faults[1] = ValueError("the numbers do not add up")
    worker = _worker(tmp_path, analyst)
    assert _run(worker) == 2
    assert (_state(tmp_path, bad), _state(tmp_path, good)) == ("failed", "done")
    assert not worker.step(NOW + RETRY_S - 1)
    assert not worker.is_idle()
    assert worker.step(NOW + RETRY_S)
    assert worker.step(NOW + 10 * RETRY_S)
    assert _state(tmp_path, bad) == "parked"
    assert not worker.step(NOW + 100 * RETRY_S)
    assert worker.is_idle()
    job = AnalysisReader(tmp_path).job(bad)
    assert job is not None and "ValueError: the numbers do not add up" in job.reason


def test_a_failure_that_passes_is_forgotten(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    call_id = recordings.add(_silence(1))
    analyst.faults[1] = ValueError("not now")
    worker = _worker(tmp_path, analyst)
    _run(worker)
    analyst.faults.clear()
    assert worker.step(NOW + RETRY_S)
    assert _state(tmp_path, call_id) == "done"
    assert worker.is_idle()


def test_missing_audio_is_told_in_both_languages(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    call_id = recordings.add(_silence(1))
    recordings.audio(call_id).unlink()
    _run(_worker(tmp_path, analyst))
    job = AnalysisReader(tmp_path).job(call_id)
    assert job is not None and job.state == "failed"
    assert " / " in job.reason


def test_audio_is_never_touched(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    paths = [recordings.audio(recordings.add(_silence(n))) for n in (1, 2)]
    analyst.faults[2] = ValueError("bad")
    before = [(p.stat().st_mtime_ns, hashlib.sha256(p.read_bytes()).digest()) for p in paths]
    _run(_worker(tmp_path, analyst))
    assert [(p.stat().st_mtime_ns, hashlib.sha256(p.read_bytes()).digest()) for p in paths] == before


def test_a_new_pipeline_does_new_calls_first_then_the_old_ones_again(
    tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst
) -> None:
    recordings.add(_silence(1))
    _run(_worker(tmp_path, analyst))
    recordings.add(_silence(2))
    worker = _worker(tmp_path, analyst, version="3")
    assert worker.step(NOW) and worker.step(NOW)
    assert [seconds for seconds, _ in analyst.heard] == [1, 2, 1]


def test_a_stop_in_mid_call_costs_no_try(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    call_id = recordings.add()

    def stop(_done: float, _total: float) -> None:
        raise Stopped

    for _ in range(5):
        with pytest.raises(Stopped):
            _worker(tmp_path, analyst, stop).step(NOW)
    assert _state(tmp_path, call_id) == "waiting"
    assert _run(_worker(tmp_path, analyst)) == 1


def test_a_call_that_kills_the_analyzer_is_parked_in_the_end(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    deadly, good = recordings.add(_silence(1)), recordings.add(_silence(2))

    class Killed(BaseException):
        """Stands for SIGKILL: nothing in the worker catches it."""

    analyst.faults[1] = Killed()
    now = NOW
    worker = _worker(tmp_path, analyst)
    for _ in range(3):
        with pytest.raises(Killed):
            _run(worker, now)
        worker = _worker(tmp_path, analyst)  # started again by systemd
        _run(worker, now)
        now += 100 * RETRY_S
    assert _run(worker, now) == 0
    assert (_state(tmp_path, deadly), _state(tmp_path, good)) == ("parked", "done")
    job = AnalysisReader(tmp_path).job(deadly)
    assert job is not None and job.reason == DIED


def test_a_call_deleted_meanwhile_is_passed_over(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    first, second = recordings.add(_silence(1)), recordings.add(_silence(2))
    worker = _worker(tmp_path, analyst)
    assert worker.step(NOW)
    recordings._calls.drop_call(first)
    assert not worker.step(NOW)
    assert _state(tmp_path, second) == "done"


def test_while_calls_wait_the_newest_go_first_and_the_oldest_not_last(
    tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst
) -> None:
    waiting = [recordings.add(_silence(1)) for _ in range(8)]
    worker = _worker(tmp_path, analyst)
    order = []
    while worker.step(NOW):
        order += [n for n, call in enumerate(waiting) if _state(tmp_path, call) == "done" and n not in order]
    assert order == [7, 6, 5, 0, 4, 3, 2, 1]


def test_how_far_behind_is_told(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    for seconds in (10, 20, 30):
        recordings.add(_silence(seconds))
    meter = Meter(tmp_path / "run")
    worker = Worker(tmp_path, AnalysisStore(tmp_path), analyst, version="2", attempts=3, meter=meter)
    assert read_behind(tmp_path / "run") is None
    worker.step(NOW)
    assert read_behind(tmp_path / "run") == Behind(NOW, 2, 30.0, None, None)
    worker.step(NOW + 1)
    assert read_behind(tmp_path / "run") == Behind(NOW, 2, 30.0, None, None)  # not every time
    worker.step(NOW + 60)
    told = read_behind(tmp_path / "run")
    assert told is not None and (told.calls, told.audio_s) == (0, 0.0)
    assert told.rtf is not None
    assert meter.behind(2, 100.0, NOW).catch_up_s == pytest.approx(100 * told.rtf, abs=0.1)
    (tmp_path / "run" / "analyzer.json").write_text("{", encoding="utf-8")
    assert read_behind(tmp_path / "run") is None


def test_how_far_behind_is_told_while_a_long_call_is_at_work(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    """The file's age and the calls that have come meanwhile, every EVERY_S, not only between two calls."""
    recordings.add(_silence(10))
    told: list[Behind | None] = []
    clock = [NOW]

    def long_work(_done: float, _total: float) -> None:
        for seconds in (1, 6, 7, 20):
            recordings.add(_silence(30))
            clock[0] = NOW + seconds
            worker.tell(clock[0])
            told.append(read_behind(tmp_path / "run"))

    meter = Meter(tmp_path / "run")
    worker = Worker(tmp_path, AnalysisStore(tmp_path), analyst, version="2", attempts=3, meter=meter, progress=long_work)
    worker.step(NOW)
    assert [(one.at - NOW, one.calls, one.audio_s) for one in told if one] == [(0, 0, 0), (6, 2, 60), (6, 2, 60), (20, 4, 120)]
    recordings.close()
    (tmp_path / CALLS_DB).write_bytes(b"no database")
    worker.tell(NOW + 40)
    assert (again := read_behind(tmp_path / "run")) and (again.at, again.calls) == (NOW + 40, 4)


def test_a_new_calls_db_is_read_from_its_beginning(tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst) -> None:
    """The recorder sets a damaged database aside and begins another, whose calls count from one again."""
    for _ in range(3):
        recordings.add(_silence(1))
    worker = _worker(tmp_path, analyst)
    _run(worker)
    recordings.close()
    for path in tmp_path.glob(f"{CALLS_DB}*"):
        path.rename(path.with_name(f"damaged-{path.name}"))
    fresh = Recordings(tmp_path)
    fresh.add(_silence(2))
    assert _run(worker) == 1
    assert analyst.heard[-1][0] == 2
    fresh.close()


def test_results_that_cannot_be_saved_stop_the_step_not_the_call(
    tmp_path: Path, recordings: Recordings, analyst: FakeAnalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = recordings.add(_silence(1))
    results = AnalysisStore(tmp_path)
    worker = Worker(tmp_path, results, analyst, version="2", attempts=3)

    def full(*_: object) -> None:
        raise UserError("the disk is full", "磁盘已满")

    with monkeypatch.context() as broken:
        broken.setattr(results, "save", full)
        with pytest.raises(UserError):
            worker.step(NOW)
    assert _state(tmp_path, call_id) == "waiting"
    assert worker.step(NOW)
    assert _state(tmp_path, call_id) == "done"
