"""What `callbox doctor` looks at: one small check a subject, each saying what it saw and, when it is bad, what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer import models
from console.report import alarm_name, disk, state_name, when
from console.status import BoxStatus
from hw.messages import Message, UserError
from recorder.settings.sections import Settings


@dataclass(frozen=True)
class Finding:
    """One look at one thing. advice is None when all is well, or the finding says itself what to do."""

    ok: bool
    seen: Message
    advice: Message | None = None


def examine(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    """Every check, in the order in which a missing call is best looked for. Where nothing is set up yet, only what a machine needs
    before it can be: services and store would only repeat that they are not there."""
    for check in CHECKS if settings.line else FRESH:
        yield from check(settings, status)


def _good(en: str, zh: str) -> Finding:
    return Finding(True, Message(en, zh))


def _bad(seen: Message, en: str, zh: str) -> Finding:
    return Finding(False, seen, Message(en, zh))


def _unconfigured(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del settings, status
    yield _bad(
        Message("settings: no line to record is described yet", "设置:尚未配置要录音的线路"),
        "describe devices and lines in /etc/callbox/callbox.toml (docs/install.md, docs/settings.md); another file: --config FILE; "
        "to see callbox at work without any hardware: callbox demo",
        "请在 /etc/callbox/callbox.toml 中配置设备和线路(见 docs/install.md、docs/settings.md);其他文件:--config FILE;"
        "无需硬件即可体验:callbox demo",
    )


def _configured(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del status
    lines, devices = len(settings.line), len(settings.device)
    yield _good(f"settings: {lines} line(s) on {devices} capture device(s)", f"设置:{devices} 个采集设备,{lines} 条线路")


def _services(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    pages = f"http://{settings.web.host}:{settings.web.port}/"
    yield _service("recorder", Message("recorder", "录音服务"), status.recorder_running)
    yield _service("analyzer", Message("analyzer", "分析服务"), status.analyzer_running)
    yield _service("web", Message(f"web pages {pages}", f"网页服务 {pages}"), status.pages_answer)


def _service(unit: str, name: Message, running: bool) -> Finding:
    if running:
        return _good(f"{name.en}: running", f"{name.zh}:运行中")
    return _bad(
        Message(f"{name.en}: not running", f"{name.zh}:未运行"),
        f"start it: systemctl start callbox-{unit}; why it stopped: journalctl -u callbox-{unit}",
        f"请启动:systemctl start callbox-{unit};停止原因:journalctl -u callbox-{unit}",
    )


def _devices(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    pcm = {device.name: device.pcm for device in settings.device}
    for device in status.devices:
        name = f"{device.name} ({pcm.get(device.name, '?')})"
        if device.state != "running":
            yield _bad(
                Message(f"capture device {name}: gone", f"采集设备 {name}:已断开"),
                "plug it in; what ALSA sees: arecord -L; then its name goes into [[device]] pcm",
                "请插好设备;用 arecord -L 查看 ALSA 设备,并将名称写入 [[device]] pcm",
            )
        elif device.lost_frames:
            lost = device.lost_frames
            yield _bad(
                Message(f"capture device {name}: {lost} frames lost", f"采集设备 {name}:丢失 {lost} 帧"),
                "the machine is too busy or the disk too slow: journalctl -u callbox-recorder says when",
                "机器过忙或磁盘过慢:时间见 journalctl -u callbox-recorder",
            )
        else:
            yield _good(f"capture device {name}: running, nothing lost", f"采集设备 {name}:正常,无丢失")


def _lines(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del settings
    for line in status.lines:
        level = "–" if line.level_db is None else f"{line.level_db:.0f} dBFS"
        en, zh = state_name(line.state, "en"), state_name(line.state, "zh")
        yield _good(f"line {line.line}: {en}, level {level}", f"线路 {line.line}:{zh},电平 {level}")


def _ports(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del status
    ports = (
        (settings.line_sense.port, Message("tap board", "监听板")),
        (settings.call_records.port, Message("call records", "话单")),
        (settings.console.port, Message("console", "控制台")),
    )
    for port, name in ports:
        if port:
            yield _port(port, name)


def _port(port: str, name: Message) -> Finding:
    if not Path(port).exists():
        return _bad(
            Message(f"{name.en}: no port {port}", f"{name.zh}:没有端口 {port}"),
            "plug the cable in, or correct the port in the settings (ls /dev/serial/by-id)",
            "请插好电缆,或更正设置中的端口(ls /dev/serial/by-id)",
        )
    if not os.access(port, os.R_OK | os.W_OK):
        return _bad(
            Message(f"{name.en}: this user may not use {port}", f"{name.zh}:当前用户无权使用 {port}"),
            "add the service's user to the group dialout, or run doctor as root",
            "请将服务用户加入 dialout 组,或以 root 运行 doctor",
        )
    return _good(f"{name.en}: {port}", f"{name.zh}:{port}")


def _store(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del status
    store = Path(settings.store.path)
    if not os.path.isdir(store) or not os.access(store, os.W_OK):  # noqa: PTH112  Path.is_dir raises where it may not look
        yield _bad(
            Message(f"store: {store} is missing or not writable for this user", f"数据目录:{store} 不存在或当前用户不可写"),
            "make it, owned by user and group callbox (systemd-tmpfiles --create), or run doctor as root",
            "请创建并归 callbox 用户和组所有(systemd-tmpfiles --create),或以 root 运行 doctor",
        )


def _readable(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del settings
    for problem in status.problems:
        yield _bad(
            problem,
            "may this user read it? If it is damaged: the recorder, restarted, makes calls.db anew from the audio; "
            "analysis.db has to be moved away before the analyzer is restarted",
            "当前用户有读取权限吗?若已损坏:重启录音服务,它会根据录音重建 calls.db;请移走损坏的 analysis.db 并重启分析服务",
        )


def _disk(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    free = disk(status.free_disk_mb)
    seen = Message(f"disk: {free} free", f"磁盘:剩余 {free}")
    if status.free_disk_mb >= settings.store.min_free_mb:
        yield Finding(True, seen)
        return
    yield _bad(seen, "free some space: no new call is recorded now", "请清理空间:当前不再录制新通话")


def _model(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del status
    name = settings.analysis.model
    try:
        where = models.locate(name, models.folder(settings.analysis))
    except UserError as error:
        yield Finding(False, error.message)
        return
    yield _good(f"model {name}: {where}", f"模型 {name}:{where}")


def _alarms(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del settings
    for alarm in status.alarms:
        about = f"{alarm.subject} {alarm.detail} ({when(alarm.raised_at, status)})"
        en, zh = alarm_name(alarm.kind, "en"), alarm_name(alarm.kind, "zh")
        yield Finding(False, Message(f"alarm: {en}: {about}", f"告警:{zh}:{about}"))


def _calls(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del settings
    last = when(status.last_call_at, status)
    yield _good(f"last call: {last}; waiting for analysis: {status.waiting}", f"最近通话:{last};待分析:{status.waiting}")
    parked = status.jobs.get("parked", 0)
    if parked:
        yield _bad(
            Message(f"{parked} calls could not be analysed", f"{parked} 通电话无法分析"),
            "their pages say why; the audio is untouched",
            "原因见通话页面;录音未受影响",
        )


Check = Callable[[Settings, BoxStatus], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    _configured,
    _services,
    _devices,
    _lines,
    _ports,
    _store,
    _readable,
    _disk,
    _model,
    _alarms,
    _calls,
)
FRESH: tuple[Check, ...] = (_unconfigured, _readable, _disk, _model)
