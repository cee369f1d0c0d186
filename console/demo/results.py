"""What the demo found, call by call, beside what was planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from analyzer.store import AnalysisReader
from console.demo.plan import Placed
from console.demo.run import Demo
from console.output import say, table
from console.understand import describe
from hw.messages import terminal_language
from quality.calls.rows import CallRow
from quality.calls.views import Views
from quality.periods import period_of
from quality.reports.build import build
from quality.reports.facts import Box
from quality.reports.files import write
from recorder.times import to_text

START_TOLERANCE_S = 4.0
"""A recorded call belongs to a planned one when they start this close on the same line: calls there are further apart than that."""
LENGTH_TOLERANCE_S = 3.0
"""The line is hung up a moment after the audio ends; a call found by voice begins and ends with it, give or take pre-roll."""


@dataclass(frozen=True)
class Outcome:
    """A planned call and what became of it. description: as `callbox analyze --json` with the call's facts; None when not found."""

    placed: Placed
    row: CallRow | None
    description: dict[str, object] | None

    @property
    def faithful(self) -> bool:
        """Whether the call was found, in its full length, and understood."""
        if self.row is None or self.description is None or self.row.duration_s is None:
            return False
        return abs(self.row.duration_s - self.placed.call.duration_s) <= LENGTH_TOLERANCE_S


def outcomes(demo: Demo) -> list[Outcome]:
    """Every planned call with what was recorded and understood of it."""
    store = Path(demo.house.settings.store.path)
    rows = Views(store, demo.house.settings.site.timezone).list_calls(limit=500).rows
    analyses = AnalysisReader(store)
    return [_outcome(placed, rows, analyses, demo.house.start) for placed in demo.plan.placed]


def _outcome(placed: Placed, rows: tuple[CallRow, ...], analyses: AnalysisReader, start: float) -> Outcome:
    row = next((row for row in rows if row.line == placed.line.name and _same_time(row, placed, start)), None)
    analysis = None if row is None else analyses.analysis(row.id)
    if row is None or analysis is None:
        return Outcome(placed, row, None)
    return Outcome(placed, row, {**_facts(placed, row), **describe(analysis)})


def _same_time(row: CallRow, placed: Placed, start: float) -> bool:
    talk_began = row.answered_at if row.answered_at is not None else row.started_at
    return abs(talk_began - (start + placed.starts_at)) <= START_TOLERANCE_S


def _facts(placed: Placed, row: CallRow) -> dict[str, object]:
    return {
        "name": placed.call.name,
        "id": row.id,
        "line": row.line,
        "layout": row.layout,
        "direction": row.direction,
        "started_at": to_text(row.started_at),
        "ring_s": row.ring_s,
        "caller_number": row.caller_number,
        "called_number": row.called_number,
        "agent": row.agent_id,
        "agent_name": row.agent_name,
        "team": row.team,
        "hung_up_by": row.hung_up_by,
    }


def show(results: list[Outcome]) -> None:
    """A table of all calls, and a word on those that were not found as they happened."""
    chinese = terminal_language() == "zh"
    heads = ("call", "line", "s", "utterances", "compliance", "experience", "risk", "form", "rules hit")
    if chinese:
        heads = ("通话", "线路", "秒", "话语", "合规", "体验", "风险", "表单", "命中规则")
    say(table(heads, [_cells(result) for result in results]))
    for result in results:
        if not result.faithful:
            name = f"{result.placed.call.name} ({result.placed.line.name})"
            say(f"NOT as planned: {name}", f"与计划不符:{name}")


def _cells(result: Outcome) -> tuple[str, ...]:
    name, line = result.placed.call.name, result.placed.line.name
    if result.row is None or result.description is None:
        return (name, line, *("–",) * 7)
    said = result.description
    scores, hits, utterances = said["scores"], said["rule_hits"], said["utterances"]
    assert isinstance(scores, dict) and isinstance(hits, list) and isinstance(utterances, list)
    marks = ["–" if scores[name] is None else f"{scores[name]:.0f}" for name in ("compliance", "experience", "risk", "form")]
    rules = ", ".join(dict.fromkeys(hit["rule"] for hit in hits)) or "–"
    return (name, line, f"{result.row.duration_s:.0f}", str(len(utterances)), *marks, rules)


def export_week(demo: Demo) -> Path:
    """Write the weekly summary of the demo's calls beside its store."""
    settings = demo.house.settings
    day = datetime.fromtimestamp(demo.house.start, ZoneInfo(settings.site.timezone)).date()
    week = period_of("week", day)
    path = demo.house.store / f"weekly-{week.name}.xlsx"
    box = Box.of(settings)
    write(build(box, "weekly", week), path, terminal_language())
    return path
