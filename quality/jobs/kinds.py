"""What jobs there are. Each is a module with `work(store, arguments, report)`, which gives what came of it, as JSON; it is
loaded by the job's own process alone: recognition and models never come into the pages' one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Report = Callable[[int, int], None]
"""Told so many done, of so many."""
Result = dict[str, Any]
Work = Callable[[Path, Mapping[str, Any], Report], Result]

KINDS = {
    "trial": "quality.jobs.trial", "calibration": "quality.jobs.calibration", "models": "quality.jobs.modelcheck",
    "report": "quality.jobs.report", "export": "quality.jobs.export",
}  # fmt: skip


def work_of(kind: str) -> Work:
    """What a kind does."""
    work: Work = importlib.import_module(KINDS[kind]).work
    return work
