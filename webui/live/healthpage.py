"""The box's health: one sentence first, then the box at a glance, line by line, and what to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from cryptography.x509 import load_pem_x509_certificate
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from analyzer.sensors import MachineSensors
from hw.decimate import LINE_RATE
from hw.messages import UserError
from quality.access.certificate import CERTIFICATE, FOLDER
from quality.access.roles import LEADS, REVIEWERS
from quality.alerting.alarmbook import AlarmBook
from quality.health.case import Case
from quality.health.examine import examine, gather
from quality.health.finding import Finding
from quality.health.headline import headline
from quality.health.words import CAUSES, EFFORTS, disk, state_name
from recorder.times import from_text
from recorder.watch.alarmkinds import SEVERITIES, kind_of
from webui.access import allow
from webui.context import box, person
from webui.formats import day, moment
from webui.languages import language

blueprint = Blueprint("boxhealth", __name__)

KEPT_S = 3.0
"""Seconds for which one look at the box serves everybody: it asks systemd and six weeks of calls."""
HOT_C = 75.0
"""Where small boards begin to slow themselves down is 80 °C; what a person should look at begins before."""
ENDS_SOON_S = 30 * 86_400.0
"""A certificate that ends so soon wants a look; the box makes its own anew long before."""
NOTE_LENGTH = 500


@dataclass
class Kept:
    """A worker's last look at the box. now: monotonic seconds."""

    now: Callable[[], float] = time.monotonic
    lock: Lock = field(default_factory=Lock)
    at: float = float("-inf")
    case: Case | None = None

    def look(self, make: Callable[[], Case]) -> Case:
        """The case, made anew when it is old."""
        with self.lock:
            if self.case is None or self.now() - self.at > KEPT_S:
                self.case, self.at = make(), self.now()
            return self.case


@dataclass(frozen=True)
class Tile:
    """One thing at a glance. state: "ok", "warn" or "wrong"."""

    name: str
    value: str
    more: str = ""
    state: str = "ok"


@blueprint.get("/health")
@allow(*REVIEWERS)
def page() -> ResponseReturnValue:
    """Everything that a person who looks after the box asks first."""
    case = _case()
    findings = list(examine(case))
    alarms = AlarmBook(box().store).standing()
    about_box = [finding for finding in findings if not finding.line and finding.check != "alarm"]
    return render_template(
        "live/health.html", headline=headline(case, findings), tiles=_tiles(case, findings), alarms=alarms, kind_of=kind_of,
        severities=SEVERITIES, found=[one for one in about_box if not one.ok], fine=[one for one in about_box if one.ok],
        lines=[(line, _of_line(findings, line.name)) for line in case.settings.line], states={s.line: s for s in case.status.lines},
        may_acknowledge=person().role in LEADS, looked_at=case.now, state_name=state_name, note_length=NOTE_LENGTH,
    )  # fmt: skip


@blueprint.post("/health/alarms/<int:alarm_id>/acknowledge")
@allow(*LEADS)
def acknowledge(alarm_id: int) -> ResponseReturnValue:
    """Keep that the person has seen the alarm."""
    try:
        AlarmBook(box().store).acknowledge(alarm_id, person().name, request.form.get("note", ""))
        flash(gettext("Noted that you have seen it. It stands until what it is about is mended."), "info")
    except UserError as error:
        flash(error.message.text(language()), "error")
    return redirect(url_for("boxhealth.page") + "#alarms")


def _case() -> Case:
    kept: Kept = current_app.extensions["callbox_health"]
    return kept.look(lambda: gather(box().settings, whole=False))


def _of_line(findings: list[Finding], name: str) -> list[Finding]:
    mine = [finding for finding in findings if finding.line == name and finding.check != "alarm"]
    return sorted(mine, key=lambda finding: finding.ok)


def _tiles(case: Case, findings: list[Finding]) -> list[Tile]:
    worst = {finding.check: finding.state for finding in findings if finding.ok is False}
    work = (_recording(case), _disk(case, worst), _backlog(case), _model(findings))
    return [*work, _temperature(), _clock(case, worst), _certificate(), _backup(case, worst), _last_call(case)]


def _recording(case: Case) -> Tile:
    status = case.status
    talking = sum(line.call_id is not None for line in status.lines)
    lost = sum(device.lost_frames for device in status.devices)
    if not status.recorder_running:
        return Tile(gettext("Recorder"), gettext("not running"), "", "wrong")
    seconds = f"{lost / LINE_RATE:.1f}"
    more = gettext("%(seconds)s s of sound lost since the start", seconds=seconds) if lost else gettext("no sound lost")
    return Tile(
        gettext("Recorder"), gettext("running, %(calls)s calls on", calls=talking), more, "warn" if lost else "ok"
    )  # fmt: skip


def _disk(case: Case, worst: dict[str, str]) -> Tile:
    free = case.status.free_disk_mb
    days = None if case.bytes_a_day is None else max(0.0, (free - case.settings.store.min_free_mb) * 2**20 / case.bytes_a_day)
    more = "" if days is None else gettext("%(days)s days at this week’s pace", days=">1000" if days > 1000 else f"{days:.0f}")
    return Tile(gettext("Disk"), gettext("%(room)s free", room=disk(free)), more, worst.get("store.room", "ok"))


def _backlog(case: Case) -> Tile:
    status, behind = case.status, case.status.behind
    name = gettext("Analysis")
    if not status.analyzer_running:
        return Tile(name, gettext("not running"), gettext("%(calls)s calls wait", calls=status.waiting), "wrong")
    if behind is not None and behind.effort != "full" and behind.effort in EFFORTS:
        causes = ", ".join(CAUSES[cause].text(language()) for cause in behind.causes.split(",") if cause in CAUSES)
        return Tile(name, EFFORTS[behind.effort].text(language()), causes, "warn")
    if not status.waiting:
        return Tile(name, gettext("up to date"))
    caught_up = ""
    if behind is not None and behind.catch_up_s is not None:
        caught_up = gettext("caught up by %(moment)s", moment=moment(behind.at + behind.catch_up_s))
    return Tile(name, gettext("%(calls)s calls wait", calls=status.waiting), caught_up)


def _temperature() -> Tile:
    celsius = MachineSensors().temperature_c()
    if celsius is None:
        return Tile(gettext("Temperature"), gettext("not known"), gettext("this machine has no sensor"))
    return Tile(gettext("Temperature"), f"{celsius:.0f} °C", "", "warn" if celsius >= HOT_C else "ok")


def _clock(case: Case, worst: dict[str, str]) -> Tile:
    known = {True: gettext("set by a time server"), False: gettext("set by no time server"), None: gettext("time server not known")}
    more = gettext("simulated") if case.settings.simulation.start else known[case.synchronised]
    return Tile(gettext("Clock"), moment(case.now), f"{more} · {case.settings.site.timezone}", worst.get("clock", "ok"))


def _model(findings: list[Finding]) -> Tile:
    found = next((finding for finding in findings if finding.check == "model"), None)
    if found is None or not found.ok:
        return Tile(gettext("Recogniser"), gettext("not installed"), found.seen.text(language()) if found else "", "wrong")
    return Tile(gettext("Recogniser"), box().settings.analysis.model)


def _certificate() -> Tile:
    """How long the pages' certificate is good; only looked at, never made here."""
    name, web = gettext("Certificate"), box().settings.web
    if web.tls == "off":
        return Tile(name, gettext("none"), gettext("pages are served without encryption"))
    path = box().store / FOLDER / CERTIFICATE if web.tls == "box" else Path(web.tls_certificate)
    try:
        until = load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc.timestamp()
    except (OSError, ValueError):
        return Tile(name, gettext("cannot be read"), str(path), "warn")
    soon = until - time.time() < ENDS_SOON_S
    return Tile(name, gettext("good until %(day)s", day=day(until)), "", "warn" if soon else "ok")


def _backup(case: Case, worst: dict[str, str]) -> Tile:
    made, name, state = case.status.last_backup, gettext("Last backup"), worst.get("store.backup", "ok")
    if made is None:
        return Tile(name, gettext("none yet"), gettext("callbox backup FOLDER makes one"), state)
    return Tile(name, moment(from_text(made.made_at)), made.folder, state)


def _last_call(case: Case) -> Tile:
    last = case.status.last_call_at  # of any line: one that is no longer set has calls, too
    return Tile(gettext("Last call"), gettext("none yet") if last is None else moment(from_text(last)))
