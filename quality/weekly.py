"""The weekly summary as the web page shows it: the front door. Files of a week are reports (`quality.reports.build`)."""

from __future__ import annotations

from quality.week import Week
from quality.weeklyfigures import CallDetail, Figures, RuleCount
from quality.weeklysummary import Group, WeeklySummary, weekly_summary

__all__ = ["CallDetail", "Figures", "Group", "RuleCount", "Week", "WeeklySummary", "weekly_summary"]
