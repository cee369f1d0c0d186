"""Every check, in the order in which a missing call is best looked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hw.messages import Message
from quality.health import box, lines, services, store, wear
from quality.health.case import Case, bytes_a_day, damaged, first_call, histories, records_of
from quality.health.finding import Finding
from quality.health.status import collect
from recorder.live import read_status
from recorder.settings.sections import Settings
from recorder.signals.levels import SideLevels
from recorder.watch.clock import synchronised

Hear = Callable[[Settings], tuple[dict[str, tuple[SideLevels, ...]], dict[str, Message]]]
"""What each line sounds like, and the devices that could not be opened, and why."""

Check = Callable[[Case], Iterator[Finding]]
BEFORE: tuple[Check, ...] = (
    box.check_settings, services.check, box.check_devices, box.check_ports, store.check, wear.check, box.check_clock,
)  # fmt: skip
AFTER: tuple[Check, ...] = (box.check_records, box.check_model, box.check_alarms, box.check_analysis)
FRESH: tuple[Check, ...] = (box.check_settings, store.check_databases, store.check_room, box.check_model)
"""Where nothing is set up yet, only what a machine needs before it can be: the rest would only repeat that it is not there."""


def examine(case: Case, line: str = "") -> Iterator[Finding]:
    """Every finding: the box's, then each line's. line: only that line, its device and what it depends on."""
    if not case.settings.line:
        for check in FRESH:
            yield from check(case)
        return
    for check in (*BEFORE, *AFTER):
        yield from check(case)
    for one in case.settings.line:
        if line in ("", one.name):
            yield from lines.check(case, one)


def gather(settings: Settings, now: float | None = None, hear: Hear | None = None, *, whole: bool = True) -> Case:
    """Look at everything. While the recorder runs its live status says what is heard; else `hear`, where there is one, opens the
    devices. whole: look through the databases for damage, too, which takes seconds."""
    now = time.time() if now is None else now
    status = collect(settings, now)
    if status.recorder_running:
        live = read_status(settings)
        heard = {one.line: one.sides for one in live.lines} if live is not None else {}
        refused: dict[str, Message] = {}
        now = live.at if live is not None else now  # a simulated recorder's calls are of its own time
    else:
        heard, refused = hear(settings) if hear is not None else ({}, {})
    return Case(
        settings,
        status,
        now,
        heard,
        refused,
        histories(settings, now),
        records_of(settings),
        services.units(),
        synchronised(),
        damaged(Path(settings.store.path)) if whole else {},
        bytes_a_day(settings, now),
        first_call(settings),
    )
