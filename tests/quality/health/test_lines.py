"""What is said of each line."""

from __future__ import annotations

from hw.interfaces import LINE_EVENT_KINDS
from quality.health.lines import EVENTS


def test_every_event_of_a_line_has_its_words() -> None:
    assert EVENTS.keys() == set(LINE_EVENT_KINDS)
    assert all(words.en and words.zh for words in EVENTS.values())
