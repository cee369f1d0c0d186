"""Settings taken up while the lines are recorded: those that lose no recording, at once; the rest waits for the next start."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from recorder.keeper import Keeper
from recorder.settings.follow import Follower
from recorder.settings.sections import Settings
from recorder.settings.takenup import live_part, tell

log = logging.getLogger(__name__)


class SettingsKeeper(Keeper):
    """Of a recorder whose settings stand in files. takers: told of what may be taken up. run: the run folder. now: UTC epoch
    seconds, real ones."""

    def __init__(
        self, follower: Follower, run: Path, now: Callable[[], float], takers: Sequence[Callable[[Settings], None]]
    ) -> None:
        self._follower, self._run, self._now, self._takers = follower, run, now, takers
        self._running = follower.settings
        self._told = False

    def step(self) -> None:
        """Look, and say once at the beginning what is run with."""
        found = self._follower.step()
        if found is not None:
            self._take(live_part(self._running, found))
        if not self._told:
            self._tell()

    def close(self) -> None:
        """Nothing is open."""

    def _take(self, settings: Settings) -> None:
        if settings == self._running:
            return
        self._running, self._told = settings, False
        for take in self._takers:
            take(settings)
        log.info("settings changed: retention and limits of alarms are taken up")

    def _tell(self) -> None:
        self._told = True
        try:
            tell(self._run, "recorder", self._running, self._now())
        except OSError as error:
            log.warning("it cannot be told which settings hold: %s", error)
