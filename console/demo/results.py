"""What the demo found, call by call, beside what was planned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from console.demo.plan import Placed
from console.demo.run import Demo
from quality.callfilter import CallFilter
from quality.callrows import CallRow
from quality.views import Views

START_TOLERANCE_S = 3.0
"""A recorded call belongs to a planned one when they start this close on the same line: calls there are further apart than that."""
LENGTH_TOLERANCE_S = 3.0
"""The simulated line is hung up a moment after the audio ends, and a line without sense keeps pre-roll and no hang-over."""


@dataclass(frozen=True)
class Outcome:
    """A planned call and what became of it. description: as `callbox analyze --json` plus the call's facts; None when not found."""

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
    views = Views(Path(demo.house.settings.store.path), demo.house.settings.site.timezone)
    rows = views.list_calls(CallFilter(), limit=500, sort="newest").rows
    return [_outcome(placed, rows, views, demo.house.start) for placed in demo.plan.placed]


def _outcome(placed: Placed, rows: tuple[CallRow, ...], views: Views, start: float) -> Outcome:
    row = next((row for row in rows if row.line == placed.line.name and _same_time(row, placed, start)), None)
    view = None if row is None else views.call(row.id)
    if row is None or view is None or view.scores is None:
        return Outcome(placed, row, None)
    return Outcome(placed, row, _described(placed, row, view))
