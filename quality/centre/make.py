"""A made centre: calls.db, analysis.db and review.db of a call centre that never was, with planted truths to be found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from analyzer.rules.rulebook import load
from analyzer.schema import ANALYSIS_DB
from analyzer.schema import MIGRATIONS as ANALYSIS_MIGRATIONS
from hw.messages import UserError
from quality.centre.cast import Spec, Truths, make_cast
from quality.centre.department import Department
from quality.centre.faults import Judge, Judged
from quality.centre.kept import write_kept, write_unreached
from quality.centre.reviewing import months
from quality.centre.rows import AnalysisRows, Rows, has_column, making, write_call, write_shop
from quality.centre.traffic import MadeCall, calls
from quality.files import write_atomically
from quality.forms.documents import load_form
from quality.schema import MIGRATIONS as REVIEW_MIGRATIONS
from quality.schema import REVIEW_DB
from recorder.store.schema import CALLS_DB
from recorder.store.schema import MIGRATIONS as CALLS_MIGRATIONS

TRUTH_FILE = "truth.json"
SETTINGS_FILE = "callbox.toml"
_BATCH = 5000  # calls between flushes

Progress = Callable[[float, float, str], None]


def _silent(*_: object) -> None:
    """Nobody is looking."""


@dataclass(frozen=True)
class Centre:
    """What was made. settings: a callbox.toml that points every command at it."""

    calls: int
    answered: int
    reviews: int
    truths: Truths
    settings: Path


def make_centre(store: Path, spec: Spec | None = None, progress: Progress = _silent) -> Centre:
    """Make it in `store`, an empty or new folder. Raises UserError when there is a box's data in it already."""
    spec = spec or Spec()
    _check(store)
    cast = make_cast(spec)
    progress(1, 100, "calls")
    every = list(calls(spec, cast))
    _write_calls(store, spec, every)
    judged = _write_analysis(store, spec, every, progress)
    progress(75, 100, "reviews")
    reviews = _write_reviews(store, spec, every, judged)
    truth = asdict(cast.truths) | {"spec": asdict(spec), "calls": len(every), "reviews": reviews}
    write_atomically(store / TRUTH_FILE, json.dumps(truth, ensure_ascii=False, indent=1, default=str).encode())
    settings = _write_settings(store, spec)
    progress(100, 100, "")
    return Centre(len(every), sum(c.duration_s is not None for c in every), reviews, cast.truths, settings)


def read_truths(store: Path) -> dict[str, object]:
    """What is planted in a made centre. Raises UserError when the store is none."""
    try:
        truths: dict[str, object] = json.loads((store / TRUTH_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{store} is no made centre: it has no {TRUTH_FILE}. Make one with callbox centre make.",
            f"{store} 不是生成的演示中心：没有 {TRUTH_FILE}。请用 callbox centre make 生成。",
        ) from error
    return truths


def _check(store: Path) -> None:
    held = [name for name in (CALLS_DB, ANALYSIS_DB, REVIEW_DB) if (store / name).exists()]
    if held:
        raise UserError(
            f"{store} holds {', '.join(held)} already: a made centre is made in a folder of its own.",
            f"{store} 中已有 {'、'.join(held)}：请为演示中心另选一个空文件夹。",
        )
    store.mkdir(parents=True, exist_ok=True)


def _write_calls(store: Path, spec: Spec, every: list[MadeCall]) -> None:
    with making(store / CALLS_DB, CALLS_MIGRATIONS) as database:
        rows = Rows(database)
        write_shop(rows, spec, make_cast(spec))
        extended = has_column(database, "call_records", "condition") and has_column(database, "call_records", "queue_s")
        for seq, call in enumerate(every, 1):
            write_call(rows, call, seq, spec, extended)
            if seq % _BATCH == 0:
                rows.flush()
        rows.flush()
        if extended:
            write_unreached(rows, spec, every)
            rows.flush()


def _write_analysis(store: Path, spec: Spec, every: list[MadeCall], progress: Progress) -> dict[str, Judged]:
    judge = Judge(spec.seed, make_cast(spec), load(None))
    kept: dict[str, Judged] = {}
    with making(store / ANALYSIS_DB, ANALYSIS_MIGRATIONS) as database:
        rows = AnalysisRows(database)
        for n, call in enumerate(every):
            if call.duration_s is not None:
                kept[call.id] = judged = judge.judge(call)
                rows.write(call, judged)
            if n % _BATCH == 0:
                rows.rows.flush()
                progress(10 + 65 * n / len(every), 100, "analysis")
        rows.rows.flush()
    return kept


def _write_reviews(store: Path, spec: Spec, every: list[MadeCall], judged: dict[str, Judged]) -> int:
    with making(store / REVIEW_DB, REVIEW_MIGRATIONS) as database:
        rows = Rows(database)
        department = Department(rows, spec, make_cast(spec), load_form())
        department.people()
        reviews = 0
        for month in months(every):
            reviews += department.reviews(month, judged)
            department.calibrations(month)
            rows.flush()
        department.training()
        write_kept(rows, spec, make_cast(spec), every)
        rows.flush()
    return reviews


def _write_settings(store: Path, spec: Spec) -> Path:
    path = store / SETTINGS_FILE
    where = json.dumps(str(store.resolve()))  # a JSON string is a TOML string
    head = "# A made centre: its calls never were."
    text = f'{head}\n[site]\nname = "演示中心"\ntimezone = "{spec.timezone}"\n\n[store]\npath = {where}\n'
    write_atomically(path, text.encode())
    return path
