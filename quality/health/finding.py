"""What the doctor says of one thing: how it is, what was seen, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hw.messages import Message

STATES = ("ok", "warn", "wrong")
"""From good to bad; the worst one is the exit status: 0, 1, 2."""


@dataclass(frozen=True)
class Finding:
    """One look at one thing. state: one of STATES. check: its name, which programs may rely on ("service.recorder", "line.level").
    line: name of the line it is about, empty for the box. figures: what was measured, as JSON values."""

    state: str
    check: str
    seen: Message
    advice: Message | None = None
    line: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing needs a hand."""
        return self.state == "ok"

    def to_json(self) -> dict[str, object]:
        """As plain JSON values, both languages."""
        advice = None if self.advice is None else {"en": self.advice.en, "zh": self.advice.zh}
        seen = {"en": self.seen.en, "zh": self.seen.zh}
        return {"state": self.state, "check": self.check, "line": self.line, "seen": seen, "advice": advice, **self.figures}


Figures = Mapping[str, object]
NONE: Figures = {}


def good(check: str, en: str, zh: str, line: str = "", figures: Figures = NONE) -> Finding:
    """All is well."""
    return Finding("ok", check, Message(en, zh), None, line, figures)


def bad(check: str, seen: tuple[str, str], advice: tuple[str, str], line: str = "", figures: Figures = NONE) -> Finding:
    """Wrong: calls are not recorded, or not whole. seen, advice: English and Chinese."""
    return Finding("wrong", check, Message(*seen), Message(*advice), line, figures)


def doubtful(check: str, seen: tuple[str, str], advice: tuple[str, str], line: str = "", figures: Figures = NONE) -> Finding:
    """Worth a look: calls are recorded, but something is not as it should be."""
    return Finding("warn", check, Message(*seen), Message(*advice), line, figures)


def worst(findings: list[Finding]) -> str:
    """The worst state among them; "ok" when there are none."""
    return max((finding.state for finding in findings), key=STATES.index, default="ok")
