"""A report made and kept in some formats."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw.messages import UserError
from quality.improving.problems import Limits
from quality.jobs.kinds import Report, Result
from quality.periods import parse
from quality.reports.archive import Archive
from quality.reports.build import build
from quality.reports.facts import Box


def work(store: Path, arguments: Mapping[str, Any], report: Report) -> Result:
    """arguments: report, kind and name of the period, formats, language, by; site, timezone, rulebook, company, common and
    individual of the settings. Gives the ids kept, and what could not be: print may lack a library, the others are still worth
    having."""
    limits = Limits(common=arguments["common"], individual=arguments["individual"])
    rulebook = Path(arguments["rulebook"]) if arguments["rulebook"] else None
    names = arguments.get("company", ())
    box = Box(store, arguments["site"], arguments["timezone"], rulebook, limits=limits, company=names)
    steps = len(arguments["formats"]) + 1
    report(0, steps)
    made = build(box, arguments["report"], parse(arguments["kind"], arguments["period"]))
    kept, left_out = [], []
    for done, format_ in enumerate(arguments["formats"], 1):
        report(done, steps)
        try:
            kept.append(Archive(store).keep(made, format_, arguments["language"], arguments["by"]).id)
        except UserError as error:
            left_out.append([error.message.en, error.message.zh])
    return {"kept": kept, "left_out": left_out}
