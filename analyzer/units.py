"""How speech is counted: one unit a Chinese character or digit, one a word of any other script."""

from __future__ import annotations

import re

TOKEN = re.compile(r"[\u3400-\u9fff]|[0-9]|[A-Za-z]+(?:['’][A-Za-z]+)*|[^\s]")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")

BACKCHANNEL = frozenset(
    [
        *"嗯恩呃额哦噢喔唔啊哎欸诶唉好的对是行呢嘛吧了哈",
        "um",
        "uh",
        "hmm",
        "mm",
        "mhm",
        "yeah",
        "yes",
        "yep",
        "ok",
        "okay",
        "right",
        "oh",
        "huh",
        "uhhuh",
        "ah",
    ]
)
"""Words of a listener who only shows that he or she listens."""


def said(text: str) -> str:
    """The text with percentages as they are read aloud."""
    return _PERCENT.sub(lambda m: "百分之百" if m.group(1) == "100" else "百分之" + m.group(1), text)


def tokens(text: str) -> list[str]:
    """Units and punctuation marks of a text, in order, units in lower case."""
    return [t.lower().replace("’", "'") for t in TOKEN.findall(said(text))]


def spoken(text: str) -> list[str]:
    """The units of a text."""
    return [t for t in tokens(text) if t[0].isalnum()]
