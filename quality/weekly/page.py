"""The weekly summary as the web page shows it: the front door. Files of a week are reports (`quality.reports.build`)."""

from __future__ import annotations

from quality.weekly.figures import CallDetail, Figures, RuleCount
from quality.weekly.summary import Group, WeeklySummary, weekly_summary
from quality.weekly.week import Week

__all__ = ["CallDetail", "Figures", "Group", "RuleCount", "Week", "WeeklySummary", "weekly_summary"]
