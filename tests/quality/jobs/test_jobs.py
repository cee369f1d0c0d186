"""Long work: started, watched, stopped; told when its process has gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.messages import UserError
from quality.changes import list_changes
from quality.jobs import runner
from quality.jobs import store as jobstore
from quality.jobs.kinds import Report, Result
from quality.jobs.store import LOST, Job, Jobs
from quality.store import writing


def done(store: Path, job: Job) -> Job:
    runner.run(store, job.id)
    found = Jobs(store).get(job.id)
    assert found is not None
    return found


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path, spawn=lambda _store, _job: None)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the work "test" does: give its arguments back, or fail."""
    wanted: dict[str, object] = {}

    def work(_store: Path, arguments: dict[str, object], report: Report) -> Result:
        report(1, 2)
        if error := wanted.get("error"):
            raise error  # type: ignore[misc]
        return {"had": arguments}

    monkeypatch.setattr(runner, "work_of", lambda _name: work)
    return wanted


@pytest.mark.usefixtures("kind")
def test_a_job_is_done_and_tells_what_came_of_it(tmp_path: Path, jobs: Jobs) -> None:
    job = jobs.start("test", "rules", {"n": 7}, "boss")
    assert (job.state, job.is_over, job.share) == ("waiting", False, 0.0)
    over = done(tmp_path, job)
    assert (over.state, over.result, over.problem) == ("done", {"had": {"n": 7}}, None)
    assert list_changes(tmp_path)[0].action == "job.start"


@pytest.mark.usefixtures("kind")
def test_the_same_is_not_begun_twice(tmp_path: Path, jobs: Jobs) -> None:
    job = jobs.start("test", "rules", {}, "boss")
    with pytest.raises(UserError, match="being done already"):
        jobs.start("test", "rules", {}, "other")
    assert jobs.start("test", "else", {}, "other").subject == "else"
    done(tmp_path, job)
    assert jobs.start("test", "rules", {}, "other").state == "waiting"


def test_what_goes_wrong_stands_in_the_job(tmp_path: Path, jobs: Jobs, kind: dict[str, object]) -> None:
    kind["error"] = UserError("too few", "太少")
    over = done(tmp_path, jobs.start("test", "a", {}, "boss"))
    assert (over.state, over.problem and over.problem.zh) == ("failed", "太少")
    kind["error"] = ZeroDivisionError()
    over = done(tmp_path, jobs.start("test", "b", {}, "boss"))
    assert (over.state, over.problem) == ("failed", runner.BROKEN)


@pytest.mark.usefixtures("kind")
def test_one_that_was_stopped_ends_with_its_next_step(tmp_path: Path, jobs: Jobs) -> None:
    job = jobs.start("test", "a", {}, "boss")
    jobs.stop(job.id, "boss")
    assert done(tmp_path, job).state == "stopped"
    with pytest.raises(runner.StoppedError):
        runner.Progress(tmp_path, job.id)(1, 2)


def test_one_whose_process_is_gone_is_told(tmp_path: Path, jobs: Jobs) -> None:
    job = jobs.start("test", "a", {}, "boss")
    with writing(tmp_path) as database:
        database.execute("UPDATE jobs SET beat_at = '2026-01-01T00:00:00Z'")
    found = jobs.get(job.id)
    assert found is not None
    assert (found.state, found.problem) == ("failed", LOST)


def test_a_real_process_does_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    popen = jobstore.subprocess.Popen
    monkeypatch.setattr(jobstore.subprocess, "Popen", lambda *a, **k: begun.append(popen(*a, **k)))
    job = Jobs(tmp_path).start("models", "models", {"folder": str(tmp_path / "none")}, "boss")
    assert begun[0].wait(60) == 0
    over = Jobs(tmp_path).get(job.id)
    assert over is not None
    assert (over.state, over.result) == ("done", {"problems": []})
