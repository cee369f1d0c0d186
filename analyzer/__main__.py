"""`python -m analyzer`: the analysis service. Works with what the recorder leaves over of the machine."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from analyzer.behind import Meter
from analyzer.changes import Changes, OtherSettings
from analyzer.economy import Economy, Limits
from analyzer.forgetting import Forgetting
from analyzer.live.start import understanding
from analyzer.live.turns import Interleaved
from analyzer.pipeline import PIPELINE_VERSION, Pipeline
from analyzer.rescoring import Rescorer
from analyzer.rules.library import Rulebooks
from analyzer.store import AnalysisStore
from analyzer.throttle import Throttle
from analyzer.worker import Stopped, Worker
from hw.arguments import Parser
from hw.messages import UserError
from recorder.live import run_folder
from recorder.settings.cli import add_arguments, complain, settings_or_exit
from recorder.settings.follow import Follower
from recorder.settings.sections import Settings

log = logging.getLogger("analyzer")


def main() -> int:
    """Analyse until told to stop. 0 after a clean stop, 1 when it cannot work, 2 for wrong settings."""
    parser = Parser(prog="analyzer", description="Understands every recorded call. 分析每一通录音。")
    add_arguments(parser)
    parser.add_argument("--until-idle", action="store_true", help="end when every call is analysed or given up / 全部分析完即结束")
    arguments = parser.parse_args()
    settings = settings_or_exit(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    os.umask(0o007)
    changes = Changes(Follower(arguments.config, settings), run_folder(settings), time.time)
    try:
        return _run(settings, changes, until_idle=arguments.until_idle)
    except OtherSettings:
        log.info("the settings have changed: beginning anew with them")
        # The same process: to systemd, and to a demo, the service has not ended. Locks and databases are closed by now.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  ourselves
    except UserError as error:
        complain(error)
        return 1


def _run(settings: Settings, changes: Changes, *, until_idle: bool) -> int:
    store = Path(settings.store.path)
    stop = _stop_signals()
    rulebooks = Rulebooks(store, settings.analysis.rulebook)
    turns = Interleaved(lambda: _heed(stop))
    throttle = turns.throttle = Throttle(settings.analysis.cpu_share, turns.heed)
    pipeline = Pipeline(settings.analysis, settings.site, rulebooks, turns.pause, hurried=any(line.live for line in settings.line))
    with alone(store):
        _step_back()
        # Before the first call: a model that is missing is no fault of the calls.
        pipeline.load()
        results = AnalysisStore(store)
        live = turns.understanding = understanding(settings, pipeline, results, throttle.debt_s)
        try:
            worker = Worker(
                store,
                results,
                pipeline,
                version=PIPELINE_VERSION,
                attempts=settings.analysis.attempts,
                progress=lambda _done, _total: turns.heed(),
                meter=Meter(run_folder(settings)),
                economy=Economy(Limits.of(settings.analysis)),
                idle=Rescorer(store, results, rulebooks, settings.site.company).idle_step,
            )
            turns.told = lambda: worker.tell(time.time())
            log.info("analysing the calls of %s", store)
            forgetting = Forgetting(store, results, keep=settings.retention.transcripts == "keep")
            changes.tell()
            _work(worker, forgetting, lambda: _wait(settings.analysis.poll_s, stop, turns), stop, changes, until_idle=until_idle)
        except Stopped:
            pass
        finally:
            if live is not None:
                live.close()
            results.close()
    log.info("stopped")
    return 0


def _work(
    worker: Worker, forgetting: Forgetting, wait: Callable[[], None], stop: list[int], changes: Changes, *, until_idle: bool
) -> None:
    trouble = ""
    while not stop:
        changes.step()
        busy = False
        try:
            busy = forgetting.step(time.time()) > 0
            busy = worker.step(time.time()) or busy
            if trouble:
                log.info("the databases can be used again")
            trouble = ""
        except UserError as error:
            if error.message.en != trouble:
                log.error("%s", error.message.en)
            trouble = error.message.en
        if busy:
            continue
        if until_idle and not trouble and worker.is_idle():
            return
        wait()


def _wait(seconds: float, stop: list[int], turns: Interleaved) -> None:
    until = time.monotonic() + seconds
    while not stop and time.monotonic() < until:
        turns.heed()
        time.sleep(min(0.2, seconds))


def _heed(stop: list[int]) -> None:
    if stop:
        raise Stopped


def _stop_signals() -> list[int]:
    """A list that a signal to stop will be put into."""
    caught: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: caught.append(received))
    return caught


def _step_back() -> None:
    """Lowest priority for CPU and disk: the recorder goes first."""
    os.nice(19)
    with contextlib.suppress(psutil.Error, OSError, AttributeError):
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)


@contextlib.contextmanager
def alone(store: Path) -> Iterator[None]:
    """Only one analyzer works on a store; two would do every call twice."""
    try:
        store.mkdir(parents=True, exist_ok=True)
        lock = (store / "analyzer.lock").open("w")
    except OSError as error:
        raise UserError(
            f"{store}: the store cannot be made or written ({error.strerror}). Check [store] path and its owner.",
            f"{store}:无法创建或写入数据目录({error.strerror})。请检查 [store] path 及其所有者。",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"Another analyzer is already working on {store}. Stop it first: systemctl stop callbox-analyzer",
                f"已有另一个分析服务在处理 {store}。请先停止:systemctl stop callbox-analyzer",
            ) from None
        yield


if __name__ == "__main__":
    sys.exit(main())
