"""What the web service asks for, and what is answered: the two documents that go through the letterbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hw.messages import Message, UserError
from quality.boxsettings.dropin import RefusedError, Wanted
from quality.differences import Difference, as_detail, of_detail

LARGEST = 65_536
"""Bytes of a request: fifty rows and a list of names are some ten thousand."""


@dataclass(frozen=True)
class Request:
    """by: who asked, for the log alone. base: the drop-in's digest it was built on."""

    id: str
    by: str
    wanted: Wanted
    base: str

    def document(self) -> dict[str, object]:
        """For the letterbox."""
        return {"by": self.by, "wanted": dict(self.wanted), "base": self.base}


@dataclass(frozen=True)
class Answer:
    """problems: by setting, "" for none by itself; nothing when it was done. by, wanted, before, differences: what was done, as it
    was found when it was; of a request that could not be read, nothing."""

    id: str
    problems: Mapping[str, Message]
    by: str = ""
    wanted: Wanted | None = None
    before: Wanted | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return not self.problems

    @property
    def reason(self) -> Message:
        """Why not, in one text."""
        return RefusedError(self.problems).message

    def document(self) -> dict[str, object]:
        """For the letterbox."""
        return {
            "problems": {name: [one.en, one.zh] for name, one in self.problems.items()}, "by": self.by, "wanted": self.wanted,
            "before": self.before, "differences": as_detail(self.differences),
        }  # fmt: skip


def request_of(name: str, document: Any) -> Request:
    """Read a request. Raises UserError for whatever is none."""
    by, wanted, base = (document.get(key) for key in ("by", "wanted", "base")) if isinstance(document, dict) else (None,) * 3
    if not isinstance(by, str) or not isinstance(base, str) or not isinstance(wanted, dict) or not wanted or len(by) > 200:
        raise UserError("This is no request.", "请求无效。")
    return Request(name, by, wanted, base)


def answer_of(name: str, document: Mapping[str, Any]) -> Answer:
    """Read an answer; only who may write the settings writes them."""
    problems = {setting: Message(en, zh) for setting, (en, zh) in document["problems"].items()}
    found = of_detail(document["differences"])
    return Answer(name, problems, document["by"], document["wanted"], document["before"], tuple(found))
