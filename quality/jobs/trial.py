"""A draft of the rules tried on past calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analyzer.rules.drafts import Drafts
from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import load
from analyzer.rules.stored import stored_calls
from analyzer.rules.trial import Trial, try_rulebook
from analyzer.store import AnalysisReader
from hw.messages import UserError
from quality.jobs.kinds import Report, Result
from recorder.ids import first_id

LISTED = 40
"""Calls that are kept by name for each rule and direction; a person hears five."""


def work(store: Path, arguments: Mapping[str, Any], report: Report) -> Result:
    """arguments: draft; configured: rulebook of the settings; company: its names; since: UTC epoch seconds."""
    rulebooks = Rulebooks(store, arguments["configured"])
    drafts = Drafts(rulebooks)
    draft = drafts.get(arguments["draft"])
    if draft is None:
        raise UserError("The draft has been taken away meanwhile.", "该草稿已被删除。")
    live, wanted, since = rulebooks.live(), load(drafts.path(draft)), float(arguments["since"])
    with AnalysisReader(store) as results:
        total = results.count_done(first_id(since))
    done = try_rulebook(live, wanted, stored_calls(store, since), arguments["company"], lambda number: report(number, total))
    return {
        "calls": done.calls, "more": len({d.call_id for d in done.more}), "fewer": len({d.call_id for d in done.fewer}),
        "by_rule": {rule: list(both) for rule, both in done.by_rule().items()}, "scores": done.scores, "rows": _rows(done),
        "live": live.identity, "tried": wanted.identity, "since": since,
    }  # fmt: skip


def _rows(done: Trial) -> list[list[object]]:
    """more or fewer, rule, call, its beginning, the place in it, the evidence."""
    listed: Counter[tuple[str, str]] = Counter()
    rows: list[list[object]] = []
    for way, found in (("more", done.more), ("fewer", done.fewer)):
        for one in found:
            listed[way, one.rule] += 1
            if listed[way, one.rule] <= LISTED:
                rows.append([way, one.rule, one.call_id, one.started_at, one.hit.start, one.hit.evidence])
    return rows
