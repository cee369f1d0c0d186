"""Calls as a file in <store>/exports, where it waits to be taken away."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quality.exports.bundle import Source, export_zip
from quality.exports.selection import wanted_of
from quality.exports.table import export_csv
from quality.jobs.kinds import Report, Result

FOLDER = "exports"
KEPT_DAYS = 7


def work(store: Path, arguments: Mapping[str, Any], report: Report) -> Result:
    """arguments: filter (quality.exports.selection.described), form (zip, wav or csv), name, by, site, timezone."""
    folder = store / FOLDER
    folder.mkdir(exist_ok=True, mode=0o2770)
    forget_old(folder, time.time())
    wanted, out = wanted_of(store, arguments["filter"]), folder / arguments["name"]
    if arguments["form"] == "csv":
        calls = export_csv(store, arguments["timezone"], wanted, out, arguments["by"])
    else:
        source = Source(store, arguments["timezone"], arguments["site"])
        wav = arguments["form"] == "wav"
        calls = export_zip(source, wanted, out, arguments["by"], wav=wav, report=report).calls
    return {"file": out.name, "calls": calls, "bytes": out.stat().st_size}


def forget_old(folder: Path, now: float) -> None:
    """Exports are copies: after KEPT_DAYS they go, with what is left of unfinished ones. now: UTC epoch seconds."""
    for file in folder.iterdir():
        if file.is_file() and file.stat().st_mtime < now - KEPT_DAYS * 86400:
            file.unlink(missing_ok=True)
