"""What belongs to the whole box: settings, devices, ports, clock, call records, model, alarms, analysis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from analyzer import models
from hw.messages import Message, UserError
from quality.health.case import Case
from quality.health.finding import Finding, bad, doubtful, good
from quality.health.words import alarm_name, when
from recorder.live import DeviceStatus
from recorder.times import to_text
from recorder.watch.alarmkinds import kind_of

RECORDLESS_CALLS = 10
"""Calls without a record of the PBX after which something is wrong: internal calls often have none."""

SEVERITY_STATES = {"critical": "wrong", "warning": "warn", "notice": "warn"}


def check_settings(case: Case) -> Iterator[Finding]:
    """Is anything to be recorded?"""
    lines, devices = len(case.settings.line), len(case.settings.device)
    if lines:
        yield good(
            "settings", f"settings: {lines} line(s) on {devices} capture device(s)", f"设置:{devices} 个采集设备,{lines} 条线路"
        )
        return
    yield bad(
        "settings",
        ("settings: no line to record is described yet", "设置:尚未配置要录音的线路"),
        (
            "describe devices and lines in /etc/callbox/callbox.toml (docs/install.md, docs/settings.md); another file: "
            "--config FILE; to see callbox at work without any hardware: callbox demo",
            "请在 /etc/callbox/callbox.toml 中配置设备和线路(见 docs/install.md、docs/settings.md);其他文件:--config FILE;"
            "无需硬件即可体验:callbox demo",
        ),
    )


def check_devices(case: Case) -> Iterator[Finding]:
    """Every capture device: as the recorder sees it, or as it could be opened now."""
    pcm = {device.name: device.pcm for device in case.settings.device}
    for device in case.status.devices:
        yield _running_device(device, f"{device.name} ({pcm.get(device.name, '?')})")
    if case.status.recorder_running:
        return
    for name, reason in case.refused.items():
        yield Finding("wrong", "device", Message(f"capture device {name}: {reason.en}", f"采集设备 {name}:{reason.zh}"))
    for name in pcm.keys() - case.refused.keys():
        if any(line.device == name and line.name in case.heard for line in case.settings.line):
            en, zh = f"capture device {name} ({pcm[name]}): gives audio", f"采集设备 {name}({pcm[name]}):可打开并有音频"
            yield good("device", en, zh)


def _running_device(device: DeviceStatus, name: str) -> Finding:
    figures = {"device": device.name, "lost_frames": device.lost_frames}
    if device.state not in ("running", "ended"):
        return bad(
            "device",
            (f"capture device {name}: {device.state}", f"采集设备 {name}:{'无响应' if device.state == 'stuck' else '已断开'}"),
            (
                "plug it in; what ALSA sees: arecord -L; then its name goes into [[device]] pcm",
                "请插好设备;用 arecord -L 查看 ALSA 设备,并将名称写入 [[device]] pcm",
            ),
            figures=figures,
        )
    if device.lost_frames:
        lost = device.lost_frames
        return doubtful(
            "device",
            (f"capture device {name}: {lost} frames lost", f"采集设备 {name}:丢失 {lost} 帧"),
            (
                "the machine is too busy or the disk too slow: journalctl -u callbox-recorder says when",
                "机器过忙或磁盘过慢:时间见 journalctl -u callbox-recorder",
            ),
            figures=figures,
        )
    return good("device", f"capture device {name}: running, nothing lost", f"采集设备 {name}:正常,无丢失", figures=figures)


def check_ports(case: Case) -> Iterator[Finding]:
    """The serial ports that are set up."""
    settings = case.settings
    records = settings.call_records.port if settings.call_records.transport == "serial" else ""
    ports = (
        (settings.line_sense.port, Message("tap board", "监听板")),
        (records, Message("call records", "话单")),
        (settings.console.port, Message("console", "控制台")),
    )
    for port, name in ports:
        if port:
            yield _port(port, name)


def _port(port: str, name: Message) -> Finding:
    if not Path(port).exists():
        return bad(
            "port",
            (f"{name.en}: no port {port}", f"{name.zh}:没有端口 {port}"),
            (
                "plug the cable in, or correct the port in the settings (ls /dev/serial/by-id)",
                "请插好电缆,或更正设置中的端口(ls /dev/serial/by-id)",
            ),
        )
    if not os.access(port, os.R_OK | os.W_OK):
        return bad(
            "port",
            (f"{name.en}: this user may not use {port}", f"{name.zh}:当前用户无权使用 {port}"),
            (
                "add the service's user to the group dialout, or run doctor as root",
                "请将服务用户加入 dialout 组,或以 root 运行 doctor",
            ),
        )
    return good("port", f"{name.en}: {port}", f"{name.zh}:{port}")


def check_clock(case: Case) -> Iterator[Finding]:
    """Does a time server set the clock?"""
    zone, now = case.settings.site.timezone, when(to_text(case.now), case.status)
    if case.settings.simulation.start:
        yield good("clock", "clock: simulated", "时钟:模拟")
    elif case.synchronised is False:
        yield doubtful(
            "clock",
            (f"clock: {now} ({zone}), set by no time server", f"时钟:{now}({zone}),未与时间服务器同步"),
            (
                "timedatectl set-ntp true, with a time server of the LAN in /etc/systemd/timesyncd.conf",
                "请执行 timedatectl set-ntp true,并在 /etc/systemd/timesyncd.conf 中填写局域网时间服务器",
            ),
        )
    else:
        known = ("synchronised", "已同步") if case.synchronised else ("whether a time server sets it is not known", "是否同步未知")
        yield good("clock", f"clock: {now} ({zone}), {known[0]}", f"时钟:{now}({zone}),{known[1]}")


def check_records(case: Case) -> Iterator[Finding]:
    """Do call records of the PBX arrive?"""
    if not case.settings.call_records.where:
        return
    last, calls = case.records.last, case.records.calls_since
    at = when(None if last is None else to_text(last), case.status)
    seen = (f"call records: last {at}, {calls} calls since", f"话单:最近 {at},此后 {calls} 通电话")
    if calls < RECORDLESS_CALLS:
        yield good("call_records", *seen, figures={"calls_since": calls})
        return
    advice = (
        "is SMDR output switched on in the PBX? are cable, speed, format and layout ([call_records]) right?",
        "交换机是否开启话单(SMDR)输出?电缆、波特率、格式和话单布局([call_records])是否正确?",
    )
    yield doubtful("call_records", seen, advice, figures={"calls_since": calls})


def check_model(case: Case) -> Iterator[Finding]:
    """Is the recogniser's model installed?"""
    name = case.settings.analysis.model
    try:
        where = models.locate(name, models.folder(case.settings.analysis))
    except UserError as error:
        yield Finding("wrong", "model", error.message)
        return
    yield good("model", f"model {name}: {where}", f"模型 {name}:{where}")


def check_alarms(case: Case) -> Iterator[Finding]:
    """The alarms that stand; one that somebody has seen to is no more than a doubt."""
    for alarm in case.status.alarms:
        since, seen = when(alarm.raised_at, case.status), alarm.seen
        who = alarm.acknowledged_by
        seen_by = (f", seen by {who}", f",{who} 已确认") if who else ("", "")
        about = [f"{alarm.subject} {words} ({since})" for words in (seen.en, seen.zh)]
        en, zh = alarm_name(alarm.kind, "en"), alarm_name(alarm.kind, "zh")
        words = Message(f"alarm {alarm.id}: {en}: {about[0]}{seen_by[0]}", f"告警 {alarm.id}：{zh}：{about[1]}{seen_by[1]}")
        kind = kind_of(alarm.kind)
        state = "warn" if who else SEVERITY_STATES[kind.severity]
        about_line = alarm.subject if kind.about == "line" else ""
        yield Finding(state, "alarm", words, kind.do if kind.do.en else None, about_line, {"kind": alarm.kind, "id": alarm.id})
    if not case.status.alarms:
        yield good("alarm", "alarms: none", "告警:无")


def check_analysis(case: Case) -> Iterator[Finding]:
    """Calls that wait for the analyzer, and those it gave up."""
    status = case.status
    last = when(status.last_call_at, status)
    yield good("calls", f"last call: {last}; waiting for analysis: {status.waiting}", f"最近通话:{last};待分析:{status.waiting}")
    parked = status.jobs.get("parked", 0)
    if parked:
        yield doubtful(
            "analysis",
            (f"{parked} calls could not be analysed", f"{parked} 通电话无法分析"),
            ("their pages say why; the audio is untouched", "原因见通话页面;录音未受影响"),
        )
