"""All lines now, as the live wall shows them: what the recorder tells, joined with what is known of the calls that go on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.livestore import LiveReader, LiveSaid
from hw.messages import UserError
from quality.access.scope import Scope
from quality.calls.rows import CallRow
from quality.calls.views import Views
from quality.health.status import fresh_status
from recorder.live import LineStatus, RecorderStatus
from recorder.settings.sections import Line, Settings
from recorder.signals.levels import SideLevels
from recorder.times import from_text

NO_LINE = "unknown"
"""State of a line that nobody watches: the recorder does not run, or has no such line yet."""
MOOD_OF = 3
"""Utterances of a side from which its mood is told."""
SURE = 0.5
"""Mean probability from which a mood is named; below it nobody knows."""


@dataclass(frozen=True)
class LiveMood:
    """side: "agent", "customer" or "mixed". mood: label of the emotion that its last utterances have most of."""

    side: str
    mood: str


@dataclass(frozen=True)
class WallLine:
    """A line now. state: "idle", "ringing", "talking" or NO_LINE. for_s: seconds it has been so, None when not known. number: the
    customer's. direction: "in", "out" or "unknown". paused_by: empty while it is recorded. understood: whether what is said is
    understood while it goes on; without it nothing is known of mood, rules and urgent. rules: that fired, each once. listeners:
    people who hear it live, by the names they gave; programs, which the recorder tells apart, are nobody. hidden: a call of a group
    that the person may not see; then only its state is told."""

    name: str
    extension: str
    state: str
    for_s: float | None = None
    call_id: str | None = None
    agent_id: str = ""
    agent_name: str = ""
    team: str = ""
    number: str = ""
    direction: str = "unknown"
    paused_by: str = ""
    sides: tuple[SideLevels, ...] = ()
    understood: bool = False
    moods: tuple[LiveMood, ...] = ()
    rules: tuple[str, ...] = ()
    urgent: bool = False
    last_words: str = ""
    listeners: tuple[str, ...] = ()
    hidden: bool = False

    def seen_by(self, scope: Scope) -> WallLine:
        """The line as a person with that scope may see it."""
        if self.call_id is None or scope.sees_call(self.agent_id or None, self.team):
            return self
        return WallLine(self.name, self.extension, self.state, self.for_s, paused_by="", sides=self.sides, hidden=True)


@dataclass(frozen=True)
class WallView:
    """running: whether the recorder is. at: UTC epoch seconds on its clock. lines: in the order of the settings."""

    running: bool
    at: float
    lines: tuple[WallLine, ...]

    def seen_by(self, scope: Scope) -> WallView:
        """As a person with that scope may see it."""
        return self if scope.everything else replace(self, lines=tuple(line.seen_by(scope) for line in self.lines))


class Wall:
    """The wall of one box. Holds nothing: any thread may look."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = Path(settings.store.path)
        self._views = Views(self._store, settings.site.timezone)

    def look(self, now: float) -> WallView:
        """Everything, for people who see everything. now: UTC epoch seconds. Raises UserError when a database cannot be read."""
        status = fresh_status(self._settings, now)
        if status is None:
            return WallView(False, now, tuple(WallLine(line.name, line.extension, NO_LINE) for line in self._settings.line))
        open_calls = [one.call_id for one in status.lines if one.call_id]
        rows = {row.id: row for row in self._views.rows(open_calls)}
        said = self._said(open_calls)
        by_name = {one.line: one for one in status.lines}
        lines = (_line(line, by_name.get(line.name), status, rows, said) for line in self._settings.line)
        return WallView(True, status.at, tuple(lines))

    def _said(self, calls: Iterable[str]) -> Mapping[str, list[LiveSaid]]:
        if not any(line.live for line in self._settings.line):
            return {}
        try:
            with LiveReader(self._store) as reader:
                return {call: reader.call(call, 200) for call in calls}
        except UserError:
            return {}  # an analysis.db that cannot be read costs the moods, not the wall


def _line(
    line: Line, now: LineStatus | None, status: RecorderStatus, rows: Mapping[str, CallRow], said: Mapping[str, list[LiveSaid]]
) -> WallLine:  # fmt: skip
    if now is None:
        return WallLine(line.name, line.extension, NO_LINE)
    heard_by = tuple(one.by for one in status.listeners if one.line == line.name and not one.program)
    known = WallLine(
        line.name, line.extension, now.state, _seconds(now.since, status.at), now.call_id, paused_by=now.paused_by, sides=now.sides,
        listeners=heard_by,
    )  # fmt: skip
    row = rows.get(now.call_id or "")
    if row is not None:
        known = _with_call(known, row)
    return _with_words(known, said.get(now.call_id or "", [])) if line.live and now.call_id else known


def _with_call(line: WallLine, row: CallRow) -> WallLine:
    number = row.called_number if row.direction == "out" else row.caller_number
    return replace(
        line, agent_id=row.agent_id or "", agent_name=row.agent_name, team=row.team, number=number, direction=row.direction
    )  # fmt: skip


def _with_words(line: WallLine, said: list[LiveSaid]) -> WallLine:
    rules = tuple(dict.fromkeys(hit.rule for one in said for hit in one.hits))
    words = next((one.text for one in reversed(said) if one.text), "")
    urgent = any(one.urgent for one in said)
    return replace(line, understood=True, moods=moods_of(said), rules=rules, urgent=urgent, last_words=words)


def moods_of(said: Sequence[LiveSaid]) -> tuple[LiveMood, ...]:
    """The mood of each side that has one, by its latest utterances."""
    sides: dict[str, list[dict[str, float]]] = defaultdict(list)
    for one in said:
        if one.emotion:
            sides[one.side].append(one.emotion)
    found = ((side, _mood(shares[-MOOD_OF:])) for side, shares in sorted(sides.items()))
    return tuple(LiveMood(side, mood) for side, mood in found if mood)


def _mood(shares: list[dict[str, float]]) -> str:
    """The label with the greatest mean, when that is sure enough; else none."""
    labels = {label for share in shares for label in share}
    means = {label: sum(share.get(label, 0.0) for share in shares) / len(shares) for label in labels}
    best = max(means, key=lambda label: means[label])
    return best if means[best] >= SURE else ""


def _seconds(since: str, at: float) -> float | None:
    try:
        return max(0.0, at - from_text(since))
    except ValueError:
        return None
