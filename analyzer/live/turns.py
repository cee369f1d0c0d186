"""Live understanding between the pieces of other work, in one thread and with one model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from analyzer.throttle import Pause, no_pause
from hw.messages import UserError

log = logging.getLogger(__name__)


class Stepping(Protocol):
    """What is done in between."""

    def step(self) -> bool:
        """A little of it; whether there was something to do. Raises UserError when it cannot be done now."""


class Interleaved:
    """stopped: looked at often; may raise to stop. throttle: keeps the CPU share, and is to call `heed` while it waits.
    understanding: what is done in between. told: called as often, to tell how far the work is. They are set once they are there."""

    def __init__(self, stopped: Pause) -> None:
        self._stopped = stopped
        self._within = False
        self._trouble = ""
        self.throttle: Callable[[], None] = no_pause
        self.understanding: Stepping | None = None
        self.told: Callable[[], None] = no_pause

    def heed(self) -> None:
        """Look whether to stop, tell how far the work is, and look at what was said."""
        self._stopped()
        if self._within:
            return
        self.told()
        if self.understanding is None:
            return
        self._within = True
        try:
            while self.understanding.step():
                self._stopped()
            self._trouble = ""
        except UserError as error:
            self._complain(error.message.en)
        finally:
            self._within = False

    def pause(self) -> None:
        """What a recogniser calls between windows: it goes on at once while it is at live words itself."""
        if not self._within:
            self.throttle()

    def _complain(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.error("not understood live: %s", trouble)
        self._trouble = trouble
