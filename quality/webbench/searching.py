"""`callbox bench search`: how long the words of a large store take to find, in one process and without the web around it."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from quality.calls.filter import CallFilter
from quality.calls.views import Views
from quality.centre.many import make_many
from quality.store import reading
from quality.webbench.pages import ALIKE, COMMON, RARE, said_once
from recorder.store.schema import CALLS_DB

Progress = Callable[[float, float, str], None]
ROWS = 50
"""Calls a page, as on the list."""


def bench_search(calls: int, transcripts: int, store: Path | None, progress: Progress) -> dict[str, object]:
    """store: one that was made by an earlier run; else one of so many calls and transcripts is made. Milliseconds (p50, p95, worst)
    of the first search for a word and of the next one for the same word, by kind of word; complete: share of first searches that
    had looked at everything when they answered; open_s: to read what searches need; peak_mb of the process, making left out when a
    store is given."""
    with tempfile.TemporaryDirectory(prefix="callbox-searchbench-") as folder:
        store = store or Path(folder) / "store"
        if not (store / CALLS_DB).exists():
            store.mkdir(parents=True, exist_ok=True)
            make_many(store, calls, transcripts, end=time.time(), progress=progress)
        return _measured(store, progress)


def _measured(store: Path, progress: Progress) -> dict[str, object]:
    views = Views(store, "Asia/Shanghai")
    began = time.perf_counter()
    total = views.list_calls(CallFilter(), limit=ROWS).total
    opened = time.perf_counter() - began
    with reading(store) as connection:
        rare = said_once(connection)
        heard = connection.execute("SELECT count(*) FROM analysis.utterances").fetchone()[0]
    kinds = {"common": COMMON, "rare": (*RARE, *rare), "sounds_like": ALIKE}
    figures: dict[str, dict[str, object]] = {}
    for number, (kind, words) in enumerate(kinds.items()):
        figures[kind] = _kind(views, words)
        progress(96 + number, 100, kind)
    progress(100, 100, "")
    return {
        "calls": total, "utterances": heard, "open_s": round(opened, 1), **figures,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }  # fmt: skip


def _kind(views: Views, words: Sequence[str]) -> dict[str, object]:
    first: list[float] = []
    again: list[float] = []
    complete = found = 0
    for word in words:
        for times in (first, again):
            began = time.perf_counter()
            page = views.list_calls(CallFilter(words=word), limit=ROWS)
            times.append(1000 * (time.perf_counter() - began))
            if times is first:
                complete += page.reach is None or page.reach.complete
        found += page.total
    return {
        "words": len(words), "calls_found": found, "complete": round(complete / len(words), 2),
        "first_ms": _spread(first), "again_ms": _spread(again),
    }  # fmt: skip


def _spread(times: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(times, (50, 95)).round(1).tolist()
    return {"p50": p50, "p95": p95, "worst": round(max(times), 1)}
