"""Who sat at a line or extension at an instant."""

from __future__ import annotations

from recorder.settings.sections import Agent, Settings
from recorder.times import local_to_instant


class Seats:
    """The [[assignment]]s, ready to be asked."""

    def __init__(self, settings: Settings) -> None:
        agents = {agent.id: agent for agent in settings.agent}
        zone = settings.site.timezone
        self._rows = [
            (
                row.line,
                row.extension,
                local_to_instant(row.since, zone) if row.since else float("-inf"),
                local_to_instant(row.until, zone) if row.until else float("inf"),
                agents[row.agent],
            )
            for row in settings.assignment
        ]

    def agent_at(self, line: str, extension: str, at: float) -> Agent | None:
        """The agent assigned at `at` (UTC epoch seconds) to the line or, failing that, to the extension; None when nobody was."""
        sitting = [row for row in self._rows if row[2] <= at < row[3]]
        by_line = (agent for at_line, _, _, _, agent in sitting if at_line and at_line == line)
        by_extension = (agent for _, at_extension, _, _, agent in sitting if at_extension and at_extension == extension)
        return next(by_line, next(by_extension, None))
