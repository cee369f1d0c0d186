"""What the recorder does beside recording has one shape."""

from __future__ import annotations

from typing import Protocol


class Keeper(Protocol):
    """Something that is kept in order while the lines are recorded. Of the recording thread; neither call raises for what may pass
    (a full disk, a locked database)."""

    def step(self) -> None:
        """A little of what there is to do. Called between two deliveries of audio, some ten times a second: nothing waits here."""

    def close(self) -> None:
        """The recorder stops: finish what can be finished now, let the rest go. May wait."""
