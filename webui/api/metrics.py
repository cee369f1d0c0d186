"""/metrics for Prometheus. Everything is read when asked for, from the recorder's status and the databases: whichever worker
answers, the figures are the box's, and a worker that was forked anew begins nothing at zero. Names: docs/api.md."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version

from flask import Blueprint, Flask, Response
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from analyzer.sensors import MachineSensors
from quality.access.roles import STAFF
from quality.health.status import BoxStatus, collect
from recorder.settings.sections import Settings
from recorder.times import from_text
from recorder.watch.alarmkinds import SEVERITIES
from webui.access import allow, public
from webui.api.caller import limited, require_scopes
from webui.context import box

OPEN, TOKEN, OFF = "open", "token", "off"
LEVELS = ("rms_db", "noise_db")


def init_metrics(app: Flask, who: str) -> None:
    """who: "open" to anybody who reaches the box, "token" with the scope metrics:read (or as staff), "off"."""
    blueprint = Blueprint("metrics", __name__)
    guarded: dict[str, Callable[[Callable[[], ResponseReturnValue]], Callable[[], ResponseReturnValue]]] = {
        OPEN: public, TOKEN: allow(*STAFF), OFF: allow(),
    }  # fmt: skip
    if who != OFF:
        blueprint.add_url_rule("/metrics", "scrape", guarded[who](limited(_scrape)), methods=["GET"])
    app.register_blueprint(blueprint)


def _scrape() -> ResponseReturnValue:
    require_scopes(("metrics:read",))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Box(box().settings))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Box:
    """A collector over one look at the box."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterator[Metric]:
        status = collect(self._settings)
        told = {"version": version("callbox"), "model": self._settings.analysis.model, "python": platform.python_version()}
        yield InfoMetricFamily("callbox", "Versions, and the recogniser's model.", told)
        yield from _services(status)
        yield from _lines(status)
        yield from _devices(status)
        yield from _work(status)
        yield from _alarms(status)
        temperature = MachineSensors().temperature_c()
        if temperature is not None:
            yield _gauge("temperature_celsius", "Of the machine's hottest part.", temperature)


def _services(status: BoxStatus) -> Iterator[Metric]:
    up = GaugeMetricFamily("callbox_up", "1 while the service runs.", labels=["service"])
    up.add_metric(["recorder"], float(status.recorder_running))
    up.add_metric(["analyzer"], float(status.analyzer_running))
    yield up
    if status.recorder_at is not None:
        yield _gauge("recorder_status_timestamp_seconds", "When the recorder last said how it is.", from_text(status.recorder_at))


def _lines(status: BoxStatus) -> Iterator[Metric]:
    talking = GaugeMetricFamily("callbox_line_state", "1 for the state the line is in.", labels=["line", "state"])
    paused = GaugeMetricFamily("callbox_line_paused", "1 while the recording is paused.", labels=["line"])
    of_a_side = ["line", "side", "of"]
    levels = GaugeMetricFamily("callbox_line_level_dbfs", "Of the last second; noise of the last minute.", labels=of_a_side)
    for line in status.lines:
        talking.add_metric([line.line, line.state], 1.0)
        paused.add_metric([line.line], float(line.paused_since is not None))
        for side in line.sides:
            for name in LEVELS:
                levels.add_metric([line.line, side.side, name.removesuffix("_db")], getattr(side, name))
    people = sum(not one.program for one in status.listeners)
    yield from (talking, paused, levels, _gauge("listeners", "People who hear a line live.", people))


def _devices(status: BoxStatus) -> Iterator[Metric]:
    figures = {
        "lost_frames": "Frames (8 kHz) known to be lost since the recorder started.", "frames": "Frames heard since it started.",
        "overruns": "Losses the device told of.", "reopened": "Times the device came back.",
    }  # fmt: skip
    yield _each("device_running", "1 while the device gives audio.", {d.name: float(d.state == "running") for d in status.devices})
    for name, text in figures.items():
        yield _each(f"device_{name}", text, {device.name: getattr(device, name) for device in status.devices})


def _work(status: BoxStatus) -> Iterator[Metric]:
    yield _each("calls", "Calls in the store, by state.", status.calls, "state")
    yield _each("analyses", "Analyses, by state.", status.jobs, "state")
    yield _gauge("backlog_calls", "Ended calls that wait for analysis.", status.waiting)
    if status.behind is not None:
        yield _gauge("backlog_audio_seconds", "Audio that waits for analysis.", status.behind.audio_s)
        if status.behind.catch_up_s is not None:
            yield _gauge("backlog_catch_up_seconds", "Work until nothing waits, should no call come in.", status.behind.catch_up_s)
    yield _gauge("disk_free_bytes", "Room where the recordings are.", status.free_disk_mb * 2**20)
    if status.last_call_at is not None:
        yield _gauge("last_call_timestamp_seconds", "When the newest call began.", from_text(status.last_call_at))


def _alarms(status: BoxStatus) -> Iterator[Metric]:
    standing = Counter((alarm.severity, "yes" if alarm.acknowledged_by else "no") for alarm in status.alarms)
    alarms = GaugeMetricFamily("callbox_alarms", "Alarms that stand.", labels=["severity", "acknowledged"])
    for severity in SEVERITIES:
        for seen in ("no", "yes"):
            alarms.add_metric([severity, seen], standing[severity, seen])
    yield alarms
    kinds = Counter((alarm.kind, alarm.subject) for alarm in status.alarms)
    yield _pairs("alarm_standing", "1 for each alarm that stands.", ("kind", "subject"), kinds)
    yield _gauge("problems", "Databases or files that could not be looked at.", len(status.problems))


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"callbox_{name}", text, value=float(value))


def _each(name: str, text: str, values: dict[str, float] | dict[str, int], label: str = "device") -> Metric:
    family = GaugeMetricFamily(f"callbox_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], float(value))
    return family


def _pairs(name: str, text: str, labels: tuple[str, str], values: Counter[tuple[str, str]]) -> Metric:
    family = GaugeMetricFamily(f"callbox_{name}", text, labels=list(labels))
    for pair in values:
        family.add_metric(list(pair), 1.0)
    return family


