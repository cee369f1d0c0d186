"""A store of calls that have been understood, made of written calls: no sound, no recognition."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from analyzer.evaluate.rules import facts_of
from analyzer.result import Analysis
from analyzer.rules.rulebook import Rulebook
from analyzer.rules.truth import evidence_of
from analyzer.store import AnalysisStore
from analyzer.verdicts import judge
from recorder.ids import new_id
from recorder.store.calls import Call
from recorder.store.writer import CallStore

WRITTEN = Path(__file__).with_name("written")
DAY = 1_795_000_000.0


def fill(store: Path, book: Rulebook, labels: Sequence[Path], start: float = DAY) -> list[str]:
    """One call a label file, ten minutes apart, judged by `book`; their ids."""
    calls, results = CallStore(store), AnalysisStore(store)
    ids = []
    for n, label in enumerate(labels):
        truth = json.loads(label.read_text(encoding="utf-8"))
        facts = facts_of(truth)
        evidence = evidence_of(truth["turns"], facts)
        verdict = judge(book, evidence)
        at = start + 600 * n
        call = Call(
            new_id(at),
            "line1",
            "pair",
            facts.language,
            facts.direction,
            "closed",
            at,
            ring_s=facts.ring_s,
            hung_up_by=facts.hung_up_by,
        )
        calls.start_call(call, None)
        results.save(call.id, _analysis(evidence, verdict), verdict.high_priority, at)
        ids.append(call.id)
    calls.close()
    results.close()
    return ids


def _analysis(evidence, verdict) -> Analysis:  # type: ignore[no-untyped-def]
    return Analysis(
        duration_s=evidence.duration_s,
        channels=2,
        utterances=evidence.utterances,
        hits=verdict.hits,
        deductions=verdict.deductions,
        scores=verdict.scores,
        acoustics=evidence.acoustics,
        cpu_s=1.0,
        wall_s=1.0,
        rulebook_version=verdict.rulebook,
        pipeline_version="1",
    )
