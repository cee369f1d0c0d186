"""The pages made anew when the settings change: new workers take over, old ones end what they answer; no door is closed."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable

from flask import Flask
from gunicorn.arbiter import Arbiter

from hw.messages import UserError
from quality.access.certificate import Pair
from recorder.settings.follow import Follower
from recorder.settings.sections import Settings, Web
from webui.server import Server

log = logging.getLogger(__name__)

Make = Callable[[Settings], Flask]

TAKEN = ("session_minutes", "metrics", "names")
"""Of [web], what pages made anew take up; address, port, workers and certificate are the server's, and wait for its next start."""


class RenewingServer(Server):
    """A server that follows its settings' files. make: the application of settings."""

    def __init__(self, app: Flask, settings: Settings, pair: Pair | None, make: Make, follower: Follower) -> None:
        self._settings, self._make, self._follower = settings, make, follower
        super().__init__(app, settings.web, pair)

    def run(self) -> None:
        """Serve until stopped."""
        _FollowingArbiter(self).run()

    def renew(self) -> bool:
        """Make the application anew if there is reason to; whether there was. What cannot be made leaves the old one."""
        found = self._follower.step()
        if found is None:
            return False
        wanted = dataclasses.replace(found, store=self._settings.store, web=_web(self._settings.web, found.web))
        if wanted == self._settings:
            return False
        try:
            self._app = self._make(wanted)
        except UserError as error:
            log.error("the settings have changed, but the pages cannot be made with them: %s", error.message.en)
            return False
        self._settings, self.callable = wanted, None
        log.info("the settings have changed: the pages are made anew")
        return True


class _FollowingArbiter(Arbiter):  # type: ignore[misc]
    """gunicorn's master process, which comes by here about once a second."""

    def murder_workers(self) -> None:
        """Called in the main loop."""
        super().murder_workers()
        if self.app.renew():
            self.reload()


def _web(running: Web, found: Web) -> Web:
    return dataclasses.replace(running, **{name: getattr(found, name) for name in TAKEN})
