"""Calls judged again when the rulebook has changed: by what was understood then, without sound or recognition."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from analyzer.rules.library import Rulebooks
from analyzer.rules.stored import StoredCall, facts_of
from analyzer.store import AnalysisReader, AnalysisStore
from analyzer.verdicts import judge
from hw.messages import UserError
from recorder.store.reader import CallReader

log = logging.getLogger(__name__)

BATCH = 20
"""Calls a step: a second or two, after which new calls go first again."""


class Rescorer:
    """Brings the scores of past calls up to the live rulebook, the newest first. company: names of the site's own company.
    judged: how many so far."""

    def __init__(self, store: Path, results: AnalysisStore, rulebooks: Rulebooks, company: Sequence[str] = ()) -> None:
        self._store = store
        self._results = results
        self._rulebooks = rulebooks
        self._company = company
        self._left_out: set[str] = set()
        self._told = ""
        self.judged = 0

    def step(self, now: float) -> bool:
        """Judge some calls again; False when none is left. Raises UserError when a database or the rulebook cannot be used."""
        book = self._rulebooks.live()
        waiting = [c for c in self._results.judged_otherwise(book.identity, BATCH + len(self._left_out)) if c not in self._left_out]
        if not waiting:
            return False
        if self._told != book.identity:
            log.info("rulebook %s: judging past calls again", book.identity)
            self._told = book.identity
        with CallReader(self._store) as calls, AnalysisReader(self._store) as results:
            for call_id in waiting[:BATCH]:
                call, found = calls.call(call_id), results.analysis(call_id)
                words_gone = found is not None and not found.utterances and calls.tombstone(call_id) is not None
                if call is None or found is None or words_gone:
                    self._left_out.add(call_id)  # deleted meanwhile, or kept by another hand: nothing to judge by
                    continue
                evidence = StoredCall(call_id, call.started_at, found, facts_of(call)).evidence(self._company)
                self._results.rescore(call_id, judge(book, evidence), now)
                self.judged += 1
        return True

    def idle_step(self, now: float) -> bool:
        """The same for a service: trouble is told once and does not stop the work on new calls."""
        try:
            return self.step(now)
        except UserError as error:
            if self._told != error.message.en:
                log.error("past calls are not judged again: %s", error.message.en)
                self._told = error.message.en
            return False
