"""Columns and words that several tables share."""

from __future__ import annotations

from hw.messages import Message
from quality.improving.problems import Count, z_score
from quality.reports.model import Column

SURE_Z = 3.0
"""Standard errors between two shares from which a change is called one: with some hundred items compared, chance passes it less
than once in three reports."""

DAY = Column(Message("Day", "日期"), "day", 12)
TEAM = Column(Message("Group", "班组"), "text", 14)
AGENT = Column(Message("Agent", "座席"), "text", 18)
ITEM = Column(Message("Item", "评分项"), "text", 30)
CALLS = Column(Message("Calls", "通话数"), "count", 10)
REVIEWED = Column(Message("Listened to", "监听量"), "count", 10)
PASS_RATE = Column(Message("Pass rate", "合格率"), "percent", 10)
SHARE = Column(Message("Share", "占比"), "percent", 10)
BEFORE = Column(Message("Before", "上期"), "percent", 10)
CHANGE = Column(Message("Change (points)", "变化（百分点）"), "change_points", 12)
VERDICT = Column(Message("Verdict", "判断"), "text", 14)
EXAMPLES = Column(Message("Example calls", "示例通话"), "text", 42)

BETTER, WORSE = Message("improved", "改善"), Message("worse", "变差")
SAME = Message("no clear change", "无明显变化")
UNKNOWN_BEFORE = Message("nothing to compare with", "无可比数据")
CENTRE = Message("Centre", "全中心")
NO_TEAM = Message("(no group)", "（无班组）")
NO_AGENT = Message("(agent not known)", "（座席未知）")


def named_team(team: str) -> str | Message:
    """A group's name, or that it has none."""
    return team or NO_TEAM


def points(now: float | None, before: float | None) -> float | None:
    """The difference of two shares in percentage points."""
    return None if now is None or before is None else 100 * (now - before)


def verdict(now: Count, before: Count, good: str = "lower") -> Message:
    """Whether a share moved by more than chance, and which way. good: "lower" when `problems` are bad, else "higher"."""
    if not now.calls or not before.calls:
        return UNKNOWN_BEFORE
    z = z_score(now, before)
    if abs(z) < SURE_Z:
        return SAME
    return BETTER if (z < 0) == (good == "lower") else WORSE
