"""A call that goes on, or whose full analysis is still to come: what has been understood of it so far. It is provisional: the full
analysis hears the whole call and takes its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.livestore import LiveHit, LiveReader, LiveSaid
from hw.messages import UserError
from quality.calls.rows import CallRow
from quality.calls.wall import LiveMood, moods_of
from recorder.settings.sections import Settings

GOES_ON, ENDED, DONE = "goes_on", "ended", "done"
SHOWN = 1000
"""Utterances of a call that are shown, the latest: an hour and a half of talk."""


@dataclass(frozen=True)
class LiveCall:
    """stage: GOES_ON; ENDED, the full analysis is still to come; DONE, it is there. listening: whether the line is understood while
    a call goes on. said: so far, in the order it was understood. moods: of each side, by its latest utterances."""

    stage: str
    listening: bool
    said: tuple[LiveSaid, ...]
    moods: tuple[LiveMood, ...]

    @property
    def hits(self) -> tuple[LiveHit, ...]:
        """Rules that fired so far, in order of time."""
        return tuple(sorted((hit for one in self.said for hit in one.hits), key=lambda hit: hit.start))

    @property
    def last(self) -> int:
        """The number of the latest utterance; 0 before the first."""
        return max((one.number for one in self.said), default=0)

    def after(self, number: int) -> tuple[LiveSaid, ...]:
        """What was understood since the utterance of that number."""
        return tuple(one for one in self.said if one.number > number)


def live_call(settings: Settings, row: CallRow) -> LiveCall:
    """Of this call, now. An analysis.db that cannot be read costs what was understood, not the page."""
    listening = any(line.live for line in settings.line if line.name == row.line)
    if row.scores is not None:
        return LiveCall(DONE, listening, (), ())
    try:
        with LiveReader(Path(settings.store.path)) as reader:
            said = tuple(reader.call(row.id, SHOWN))
    except UserError:
        said = ()
    return LiveCall(GOES_ON if row.state == "recording" else ENDED, listening, said, moods_of(said))
