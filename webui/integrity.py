"""Before anything is played: are the files what was recorded? Who hears them all the same has been told."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from hw.messages import Message, UserError
from recorder.audio.flac import file_digest
from recorder.evidence.playback import check_part
from recorder.evidence.problems import Problem
from recorder.store.reader import CallReader

KNOWN = 4000
"""Files whose hash is remembered; an hour's file takes a moment to read, and a player asks for it in many slices."""

ALTERED = Message(
    "This recording is not what was recorded, so it is not simply played; tell the administrator (callbox verify).",
    "此录音与录制时不一致，因此不会照常播放；请告知管理员（callbox verify）。",
)
WARNED = Message(
    "You are listening to a recording that is not what was recorded. It proves nothing.",
    "您正在收听的录音与录制时不一致，不能作为证据。",
)
LISTEN = Message("Listen all the same", "仍要收听")


class AlteredError(UserError):
    """Files of a call are not what was recorded."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        text = problem.message()
        super().__init__(f"{ALTERED.en} {text.en}.", f"{ALTERED.zh}{text.zh}。")


class Digests:
    """SHA-256 of files, each read once as long as it stays the same file of the same size and time."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int, int, int], str] = OrderedDict()
        self._lock = Lock()

    def __call__(self, path: Path) -> str:
        """The file's SHA-256. Raises OSError."""
        stat = path.stat()
        # ctime too: the time of a change cannot be set back as the time of a file can.
        key = (str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        digest = file_digest(path)
        with self._lock:
            self._known[key] = digest
            while len(self._known) > KNOWN:
                self._known.popitem(last=False)
        return digest


_digests = Digests()


def first_problem(store: Path, part_ids: Iterable[str]) -> Problem | None:
    """The first thing wrong with these parts, or None."""
    with CallReader(store) as reader:
        for part_id in part_ids:
            if (problem := check_part(store, reader.connection, part_id, _digests)) is not None:
                return problem
    return None


def require(store: Path, files: Iterable[Path]) -> None:
    """Raises AlteredError unless the files are what was recorded."""
    if (problem := first_problem(store, [path.stem for path in files])) is not None:
        raise AlteredError(problem)
