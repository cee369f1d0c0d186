"""`callbox bench appliance`: the whole box for an hour of office traffic, then a power cut; is all there, and the same after?

Real: the recorder through ALSA, the board's firmware code behind a PTY, the PBX's printer port behind a PTY, the analyzer with its
models, the pages, the serial console. Simulated: line voltages, audio, time (which runs faster). The power cut is SIGKILL of every
process at one instant, which loses what processes hold and not what the kernel holds; `callbox bench faults` imitates the latter.
"""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path

from console.appliance.asking import Said, asked
from console.appliance.office import office
from console.demo.bundle import bundled_calls
from console.demo.house import empty
from console.demo.results import Outcome, outcomes
from console.demo.run import Demo, record_and_understand, sole_use, start_services
from console.output import note
from recorder.evidence.verify import Scope, Seen, verify


def bench_appliance(store: Path, *, minutes: float, speed: float, seed: int) -> dict[str, object]:
    """store: an empty folder. minutes: of simulated traffic. speed: times real time. Raises UserError when a service dies."""
    timetable = office(bundled_calls(), 60 * minutes, seed)
    with ExitStack() as stack:
        stack.enter_context(sole_use(store))
        empty(store)
        demo = record_and_understand(store, timetable, speed, serve=True, stack=stack)
        end = demo.house.start + timetable.ends_at
        found = outcomes(demo)
        before = asked(demo.house.settings, demo.url, demo.house.start, end)
        note("cutting the power", "断电")
        _cut(demo)
        services = start_services(demo.house, serve=True)
        for service in services.values():
            stack.callback(service.stop)
        after = asked(demo.house.settings, demo.url, demo.house.start, end)
        return _figures(demo, found, before, after)


def _cut(demo: Demo) -> None:
    """Every process of the box at one instant."""
    for service in demo.services.values():
        if service.running():
            os.killpg(service.pid, signal.SIGKILL)


def _figures(demo: Demo, found: list[Outcome], before: Said, after: Said) -> dict[str, object]:
    rows = [one.row for one in found if one.row is not None]
    matched = [one for one in found if one.row is not None and one.placed.number in (one.row.caller_number, one.row.called_number)]
    by_voice = [one for one in found if one.placed.line.sense < 0]
    store = Path(demo.house.settings.store.path)
    wrong = list(verify(store, Scope(), Seen(), lambda *_: None))
    return {
        "planned": len(found),
        "found": len(rows),
        "in_full_length": sum(one.faithful for one in found),
        "matched_with_record": len(matched),
        "analysed": sum(one.description is not None for one in found),
        "visible": sum(row.id in before.calls for row in rows),
        "not_planned": len(before.calls) - len(rows),
        "reported": before.reported,
        "lines_by_voice_alone": len(by_voice),
        "calls_same_after_power_cut": before.calls == after.calls,
        "figures_same_after_power_cut": before.figures == after.figures,
        "reported_after_power_cut": after.reported,
        "not_as_recorded": len(wrong),
        "not_as_planned": [_name(one) for one in found if not one.faithful or one not in matched],
    }


def _name(one: Outcome) -> str:
    return f"line {one.placed.line.name}: {one.placed.call.name} at {one.placed.starts_at:.0f} s"
