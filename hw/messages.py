"""What a person reads, in both of the box's languages.

A message that leaves the program (an error, a status line, a console answer) is written once, in English and in Chinese, beside the
code that knows why it is said. Log lines are English only and do not use this.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Message:
    """One sentence in English and in simplified Chinese."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """The sentence in `language` ("zh" or "en"; anything else reads English)."""
        return self.zh if language == "zh" else self.en


class UserError(Exception):
    """Something the person at the keyboard can mend: says what is wrong and what to do, never a traceback."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.message = Message(en, zh)


def terminal_language() -> str:
    """The language of the terminal: CALLBOX_LANG first, then the usual locale variables; "en" when none says Chinese."""
    for name in ("CALLBOX_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
