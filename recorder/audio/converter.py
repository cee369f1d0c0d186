"""Turns finished parts into FLAC beside the capture: one thread of low priority; the encoder works outside Python's lock."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

from recorder.audio.flac import Converted, convert
from recorder.audio.partfile import NotAPartError, was_ended
from recorder.store.calls import Part

log = logging.getLogger(__name__)

NICENESS = 15
QUEUE = 64
"""Jobs handed over at most; more wait as `.part` on the disk, where they are safe."""


@dataclass(frozen=True)
class Job:
    """A part to convert. file: the `.part`."""

    part: Part
    file: Path


@dataclass(frozen=True)
class Outcome:
    """What became of a job. converted: None when the part held no audio or there is an error. complete: its end was written.
    broken: the file is no part. error: why it could not be done now."""

    job: Job
    converted: Converted | None = None
    complete: bool = True
    broken: bool = False
    error: str = ""


class Converter:
    """The thread. Give it jobs, take its outcomes; stop it when done."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue(QUEUE)
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="converter", daemon=True)
        self._thread.start()

    def offer(self, job: Job) -> bool:
        """Hand a job over; False when there are too many already."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def outcomes(self, wait_s: float = 0.0) -> list[Outcome]:
        """What has been done since the last call, waiting so long for the first."""
        found: list[Outcome] = []
        with contextlib.suppress(queue.Empty):
            found.append(self._outcomes.get(timeout=wait_s) if wait_s else self._outcomes.get_nowait())
            while True:
                found.append(self._outcomes.get_nowait())
        return found

    def stop(self) -> None:
        """Finish the jobs handed over, then end."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        # On Linux a thread has a policy and a niceness of its own: not the service's real-time one. A sandbox may forbid it;
        # then it runs as the rest does.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while (job := self._jobs.get()) is not None:
            self._outcomes.put(run(job))


def run(job: Job) -> Outcome:
    """Convert one part; never raises."""
    try:
        return Outcome(job, convert(job.file, job.part.call_id, job.part.seq), was_ended(job.file))
    except NotAPartError:
        return Outcome(job, broken=True)
    except Exception as error:
        # Whatever it is, one part must not take the converter, and with it all later calls, down.
        log.warning("%s cannot be made FLAC now: %s", job.file, error)
        return Outcome(job, error=str(error) or type(error).__name__)
