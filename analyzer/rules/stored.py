"""Calls that have been understood, as the rules see them: from analysis.db and calls.db, without sound and without recognition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.result import Analysis, CallFacts
from analyzer.rules.evidence import CallEvidence
from analyzer.store import AnalysisReader
from recorder.ids import first_id
from recorder.store.calls import Call
from recorder.store.reader import CallReader

DAY_S = 86400.0


@dataclass(frozen=True)
class StoredCall:
    """A call with what was understood of it. started_at: UTC epoch seconds."""

    id: str
    started_at: float
    analysis: Analysis
    facts: CallFacts

    def evidence(self, company: Sequence[str] = ()) -> CallEvidence:
        """What the rules look at."""
        done = self.analysis
        utterances = tuple(replace(u, text=u.as_heard, heard="") for u in done.utterances)
        return CallEvidence(done.duration_s, done.channels, utterances, done.acoustics, self.facts, tuple(company))


def stored_calls(store: Path, since: float = 0.0) -> Iterator[StoredCall]:
    """Every understood call that began at `since` (UTC epoch seconds) or later, the newest first. One is read at a time. Raises
    UserError when a database cannot be read."""
    with CallReader(store) as calls, AnalysisReader(store) as results:
        for call_id in results.done(first_id(since - DAY_S)):  # ids are made at the call's beginning
            call = calls.call(call_id)
            found = results.analysis(call_id) if call is not None and call.started_at >= since else None
            if call is not None and found is not None:
                yield StoredCall(call_id, call.started_at, found, facts_of(call))


def facts_of(call: Call) -> CallFacts:
    """What the rules may know of a call besides its audio."""
    return CallFacts(call.language, call.ring_s, call.hung_up_by, call.direction)
