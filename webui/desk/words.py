"""Words that stand in every line of a transcript, looked up once a page: an hour has a thousand lines."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from analyzer.result import EMOTIONS, SIDES
from webui.languages import HTML_LANG, language
from webui.names import emotion_name, side_name


@dataclass(frozen=True)
class Words:
    """In the page's language. sides, moods: by id. lang: the page's, as HTML has it."""

    lang: str
    sides: dict[str, str]
    moods: dict[str, str]
    unsure: str
    unsure_why: str
    correct: str


def words() -> Words:
    """For one page."""
    return Words(
        HTML_LANG[language()], {side: side_name(side) for side in SIDES}, {mood: emotion_name(mood) for mood in EMOTIONS},
        gettext("unsure"), gettext("The recogniser is not sure of these words."), gettext("Correct"),
    )  # fmt: skip
