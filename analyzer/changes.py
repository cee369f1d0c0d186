"""Settings that change while the analyzer runs: it begins anew with them between two calls, so that no work is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from recorder.settings.follow import Follower
from recorder.settings.sections import Settings
from recorder.settings.takenup import tell

log = logging.getLogger(__name__)


class OtherSettings(Exception):  # noqa: N818  no error: what there is to do
    """What the analyzer works by is not what it began with."""


class Changes:
    """Looks after the settings' files. run: the run folder, where it says what it works by. now: UTC epoch seconds."""

    def __init__(self, follower: Follower, run: Path, now: Callable[[], float]) -> None:
        self._follower, self._run, self._now = follower, run, now
        self._works_by = concerns(follower.settings)

    def step(self) -> None:
        """Called between two calls. Raises OtherSettings when it is time to begin anew."""
        found = self._follower.step()
        if found is None:
            return
        if concerns(found) != self._works_by:
            raise OtherSettings
        self.tell()

    def tell(self) -> None:
        """Say what is worked by, once it is."""
        try:
            self._run.mkdir(parents=True, exist_ok=True)
            tell(self._run, "analyzer", self._follower.settings, self._now())
        except OSError as error:
            log.warning("it cannot be told which settings hold: %s", error)


def concerns(settings: Settings) -> tuple[object, ...]:
    """What the analyzer reads of the settings: the box's name, say, is none of its business."""
    site, lines = settings.site, [(line.name, line.channels, line.language, line.live) for line in settings.line]
    return (settings.analysis, settings.store, site.company, site.language, site.timezone, lines, settings.retention.transcripts)
