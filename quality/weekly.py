"""The weekly summary: the front door. `weekly_summary` builds it, `write_xlsx` and `write_csv` make files of it."""

from __future__ import annotations

from quality.week import Week
from quality.weeklycsv import write_csv
from quality.weeklyfigures import CallDetail, Figures, RuleCount
from quality.weeklysummary import Group, WeeklySummary, weekly_summary
from quality.weeklyxlsx import write_xlsx

__all__ = ["CallDetail", "Figures", "Group", "RuleCount", "Week", "WeeklySummary", "weekly_summary", "write_csv", "write_xlsx"]
