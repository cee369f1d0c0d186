"""`python -m recorder`: the recording service. The only place that names concrete devices."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hw.alsa import AlsaSource
from hw.arguments import Parser
from hw.clock import FastClock, SystemClock
from hw.decimate import LINE_RATE, DecimatedSource
from hw.interfaces import AudioSource, CallRecordFeed, Clock, LineSense
from hw.linesense import SerialLineSense
from hw.messages import UserError
from hw.paced import PacedSource
from hw.simulated.script import ScriptedLineSense
from hw.smdr import LineFeed, SerialCallRecords
from hw.smdr_feed import wire_of
from hw.smdr_layoutfile import load_layout
from hw.smdr_lines import LineReader
from recorder.capture.intake import ThreadedIntake
from recorder.engine import Recorder
from recorder.notify import notify
from recorder.outfit import Equipment
from recorder.settings.cli import add_arguments, complain, settings_or_exit
from recorder.settings.follow import Follower
from recorder.settings.sections import Device, Settings
from recorder.store.writer import make_folder, open_store
from recorder.times import from_text

log = logging.getLogger("recorder")

LATE_S = 30.0
"""A recorder that starts this many real seconds after its simulation did was started again: what it missed is missed."""

WATCHDOG_S = 5.0


def main() -> int:
    """Record until told to stop. 0 after a clean stop, 1 when it cannot record, 2 for wrong settings."""
    parser = Parser(prog="recorder", description="Records every tapped line. 为每条接入的线路录音。")
    add_arguments(parser)
    arguments = parser.parse_args()
    settings = settings_or_exit(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    os.umask(0o007)
    try:
        return _run(settings, Follower(arguments.config, settings))
    except UserError as error:
        complain(error)
        return 1
    except OSError as error:
        log.error("cannot go on: %s", error)
        return 1


def _run(settings: Settings, follower: Follower) -> int:
    if not settings.device or not settings.line:
        raise UserError(
            "There is nothing to record: callbox.toml has no [[device]] or no [[line]]. docs/settings.md shows how to add them.",
            "没有可录音的内容:callbox.toml 中缺少 [[device]] 或 [[line]]。添加方法见 docs/settings.md。",
        )
    folder, clock = Path(settings.store.path), _clock(settings)
    with _ownership(folder, guest_allowed=bool(settings.simulation.start)) as owner:
        store, set_aside = open_store(folder, clock.now())
        equipment = replace(_equipment(settings, clock), follower=follower)
        recorder = Recorder(settings, store, equipment, guest=not owner, set_aside=set_aside)
        stop = _stop_signals()
        recorder.open()
        notify("READY=1")
        log.info("recording %d lines of %d devices into %s", len(settings.line), len(settings.device), folder)
        try:
            _record(recorder, stop)
        finally:
            notify("STOPPING=1")
            recorder.finish()
            store.close()
    log.info("stopped")
    return 0


def _record(recorder: Recorder, stop: list[int]) -> None:
    alive_at = float("-inf")
    while recorder.step() and not stop:
        if time.monotonic() - alive_at >= WATCHDOG_S:
            alive_at = time.monotonic()
            notify("WATCHDOG=1")


def _stop_signals() -> list[int]:
    """A list that a signal to stop will be put into."""
    caught: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: caught.append(received))
    return caught


@contextlib.contextmanager
def _ownership(folder: Path, *, guest_allowed: bool) -> Iterator[bool]:
    """Whether this recorder owns the store. A replay may record beside the owner; another service may not."""
    try:
        make_folder(folder)
        lock = (folder / "recorder.lock").open("w")
    except OSError as error:
        raise UserError(
            f"{folder}: the store cannot be made or written ({error.strerror}). Check [store] path and its owner.",
            f"{folder}:无法创建或写入数据目录({error.strerror})。请检查 [store] path 及其所有者。",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            owner = True
        except BlockingIOError:
            owner = False
        if not owner and not guest_allowed:
            raise UserError(
                f"Another recorder is already recording into {folder}. Stop it first: systemctl stop callbox-recorder",
                f"已有另一个录音服务在使用 {folder}。请先停止:systemctl stop callbox-recorder",
            )
        yield owner


def _clock(settings: Settings) -> Clock:
    simulation = settings.simulation
    if not simulation.start:
        return SystemClock()
    anchor = from_text(simulation.anchor) if simulation.anchor else time.time()
    return FastClock(from_text(simulation.start), anchor, simulation.speed)


def _equipment(settings: Settings, clock: Clock) -> Equipment:
    sources = {device.name: _source(settings, device, clock) for device in settings.device}
    return Equipment(ThreadedIntake(sources, clock.now), clock, _sense(settings, clock), _call_records(settings, clock))


def _source(settings: Settings, device: Device, clock: Clock) -> AudioSource:
    tap: AudioSource = AlsaSource(device.pcm, device.channels, device.rate, device.period_ms)
    if device.rate != LINE_RATE:
        tap = DecimatedSource(tap)
    simulation = settings.simulation
    if not simulation.start:
        return tap
    start = from_text(simulation.start)
    restarted = clock.now() - start > LATE_S * simulation.speed
    return PacedSource(tap, clock, start, simulation.stop_after_s, skip_missed=restarted)


def _sense(settings: Settings, clock: Clock) -> LineSense | None:
    if settings.simulation.events:
        return ScriptedLineSense(Path(settings.simulation.events), clock)
    port = settings.line_sense.port
    return SerialLineSense(port, settings.line_sense.baud, clock) if port else None


def _call_records(settings: Settings, clock: Clock) -> CallRecordFeed | None:
    feed = settings.call_records
    if not feed.where:
        return None
    layout = load_layout(feed.layout, Path(feed.layouts), means=feed.time_means, date=feed.date)
    if feed.transport == "serial":
        return SerialCallRecords(feed.port, feed.baud, feed.format, layout, clock, settings.site.timezone)
    wire = wire_of(feed.transport, port=feed.port, baud=feed.baud, form=feed.format, host=feed.host, tcp_port=feed.tcp_port)
    return LineFeed(wire, LineReader(layout, clock, settings.site.timezone))


if __name__ == "__main__":
    sys.exit(main())
