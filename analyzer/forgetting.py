"""The words of a call go with its audio: what was said, wherever it is kept in analysis.db. Scores, hits and figures stay.

The recorder tells nobody that it has deleted something; the analyzer looks for tombstones, as it looks for calls.
"""

from __future__ import annotations

import logging
from pathlib import Path

from analyzer.store import AnalysisStore
from recorder.store.reader import CallReader
from recorder.store.schema import CALLS_DB

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Calls forgotten between two analyses: a search over a million utterances must not wait long for the writer."""


class Forgetting:
    """keep: the settings have the words stay. Whoever changes their mind later has the words of earlier calls go, too."""

    def __init__(self, store: Path, results: AnalysisStore, *, keep: bool) -> None:
        self._store = store
        self._results = results
        self._keep = keep

    def step(self, now: float) -> int:
        """Forget the words of the next few deleted calls; how many calls. Raises UserError when a database cannot be used."""
        if self._keep or not (self._store / CALLS_DB).is_file():
            return 0
        with CallReader(self._store) as calls:
            last = calls.last_tombstone()
            after = self._results.forgotten()
            # A calls.db that was made anew counts from one again; to forget twice does no harm.
            stones = calls.tombstones_since(after if after <= last else 0, AT_ONCE)
        for stone in stones:
            self._results.forget_words(stone.call_id, stone.number, now)
            log.info("call %s: its audio was deleted, so its words were", stone.call_id)
        return len(stones)
