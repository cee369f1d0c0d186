"""Every file of every installed model, by SHA-256."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analyzer import models
from quality.jobs.kinds import Report, Result


def work(_store: Path, arguments: Mapping[str, Any], report: Report) -> Result:
    """arguments: folder, of the models."""
    problems = models.verify(Path(arguments["folder"]), lambda done, whole: report(int(done), int(whole)))
    return {"problems": [[one.en, one.zh] for one in problems]}
