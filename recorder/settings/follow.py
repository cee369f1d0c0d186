"""Settings that change while a service runs: seen by their files, taken up whole or not at all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hw.messages import UserError
from recorder.settings.files import chosen_paths
from recorder.settings.loader import load
from recorder.settings.sections import Settings

log = logging.getLogger(__name__)

EVERY_S = 2.0
"""Real seconds between two looks at the files' dates: some 0.1 ms each."""

_Stamps = tuple[tuple[Path, int, int, int], ...]


class Follower:
    """Looks after the settings files a service was started with. paths: as for `load`. settings: what it runs with."""

    def __init__(self, paths: Sequence[Path], settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._paths, self._monotonic = tuple(paths), monotonic
        self._stamps = self._look()
        self._due = float("-inf")

    def step(self) -> Settings | None:
        """The settings as they are now, once after they changed; None while nothing did. Files that are wrong change nothing, and
        are told of once: whoever wrote them is still at it, or will find the service refuse them at its next start."""
        now = self._monotonic()
        if now < self._due:
            return None
        self._due = now + EVERY_S
        stamps = self._look()
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        return self._read()

    def _read(self) -> Settings | None:
        try:
            found = load(self._paths)
        except UserError as error:
            log.warning("the settings were changed and are wrong; what held before goes on to hold. %s", error.message.en)
            return None
        changed = found != self.settings
        self.settings = found
        return found if changed else None

    def _look(self) -> _Stamps:
        """Which files there are, and when each was written; those that cannot be looked at are left out."""
        found = []
        for path in chosen_paths(self._paths)[0]:
            try:
                facts = path.stat()
            except OSError:
                continue
            found.append((path, facts.st_mtime_ns, facts.st_size, facts.st_ino))
        return tuple(found)
