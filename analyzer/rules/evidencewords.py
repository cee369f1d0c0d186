"""What decided a rule, for people. Evidence is kept as one text: words as they were heard, or a measure, whose name stands in it in
both languages (a store keeps it for years, and forms look for either). Read, it stands in the reader's language."""

from __future__ import annotations

import re

from analyzer.result import EMOTIONS
from hw.messages import Message

_MOODS = dict(zip(EMOTIONS, ("愤怒", "高兴", "平静", "悲伤"), strict=True))
_MISSING = "缺 missing: "
_BOTH = re.compile(r"(?P<zh>[^\x00-\x7f]\S*) (?P<en>[\x21-\x7e][\x20-\x7e]*)")
"""A part of a rule, named in both languages by the rulebook: “问候语 greeting”."""

_MEASURES = (
    (re.compile(r"未说明原因 no reason given"), "no reason given", "未说明原因"),
    (re.compile(r"返回后未致歉 no apology after"), "no apology after", "返回后未致歉"),
    (re.compile(r"超过 over (\d+) s"), r"over \1 s", r"超过 \1 秒"),
    (re.compile(r"(\d+) 字/分 units/min"), r"\1 units/min", r"\1 字/分"),
    (re.compile(r"线路 line sense"), "line sense", "线路检测"),
    (re.compile(r"(\d+) / (\d+) 字 units"), r"\1 / \2 units", r"\1 / \2 字"),
    (re.compile(r"语速 pace (×[\d.]+)"), r"pace \1", r"语速 \1"),
    (re.compile(r"语气助词 particles (×[\d.]+)"), r"particles \1", r"语气助词 \1"),
    *((re.compile(rf"(?:^|(?<=; )){name} ([01]\.\d\d)(?=;|$)"), rf"{name} \1", rf"{zh} \1") for name, zh in _MOODS.items()),
)
"""What analyzer.rules.kinds writes of what it measured, and how it reads in English and in Chinese."""


def told(evidence: str) -> Message:
    """The evidence in either language; what was said stays as it was said."""
    if evidence.startswith(_MISSING):
        parts = [_part(part) for part in evidence.removeprefix(_MISSING).split("; ")]
        return Message("missing: " + "; ".join(part.en for part in parts), "缺：" + "；".join(part.zh for part in parts))
    english = chinese = evidence
    for pattern, en, zh in _MEASURES:
        english, chinese = pattern.sub(en, english), pattern.sub(zh, chinese)
    return Message(english, chinese)


def _part(name: str) -> Message:
    both = _BOTH.fullmatch(name)
    return Message(both["en"], both["zh"]) if both else Message(name, name)
