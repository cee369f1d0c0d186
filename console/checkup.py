"""What `callbox doctor` looks at: one small check a subject, each saying what it saw and, when it is bad, what to do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer import models
from console.report import state_name
from console.status import BoxStatus
from hw.messages import Message, UserError
from recorder.settings.sections import Settings


@dataclass(frozen=True)
class Finding:
    """One look at one thing. advice is None when all is well."""

    ok: bool
    seen: Message
    advice: Message | None = None


def examine(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    """Every check, in the order in which a missing call is best looked for."""
    for check in CHECKS:
        yield from check(settings, status)


def _good(en: str, zh: str) -> Finding:
    return Finding(True, Message(en, zh))


def _bad(seen: Message, en: str, zh: str) -> Finding:
    return Finding(False, seen, Message(en, zh))


def _configured(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del status
    if settings.line:
        count = len(settings.line)
        yield _good(f"settings: {count} lines", f"设置:{count} 条线路")
        return
    yield _bad(
        Message("settings: no [[line]] is described", "设置:没有配置任何 [[line]]"),
        "describe devices and lines in /etc/callbox/callbox.toml (docs/settings.md)",
        "请在 /etc/callbox/callbox.toml 中配置设备和线路(见 docs/settings.md)",
    )


def _service(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del settings
    if status.recorder_running:
        yield _good("recorder: running", "录音服务:运行中")
        return
    yield _bad(
        Message("recorder: not running", "录音服务:未运行"),
        "start it: systemctl start callbox-recorder; why it stopped: journalctl -u callbox-recorder",
        "请启动:systemctl start callbox-recorder;停止原因:journalctl -u callbox-recorder",
    )


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
            Message(f"{name.en}: no permission for {port}", f"{name.zh}:没有访问 {port} 的权限"),
            "add the service's user to the group dialout",
            "请将服务用户加入 dialout 组",
        )
    return _good(f"{name.en}: {port}", f"{name.zh}:{port}")


def _store(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    store = Path(settings.store.path)
    if not store.is_dir() or not os.access(store, os.W_OK):
        yield _bad(
            Message(f"store: {store} is missing or not writable for this user", f"数据目录:{store} 不存在或当前用户不可写"),
            "make it, owned by user and group callbox (systemd-tmpfiles --create), or run doctor as root",
            "请创建并归 callbox 用户和组所有(systemd-tmpfiles --create),或以 root 运行 doctor",
        )
    seen = Message(f"disk: {status.free_disk_mb:.0f} MB free", f"磁盘:剩余 {status.free_disk_mb:.0f} MB")
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
        text = f"{alarm.kind} {alarm.subject}: {alarm.detail} ({alarm.raised_at})"
        yield Finding(False, Message(f"alarm {text}", f"告警 {text}"))


def _calls(settings: Settings, status: BoxStatus) -> Iterator[Finding]:
    del settings
    last = status.last_call_at or "–"
    yield _good(f"last call: {last}; waiting for analysis: {status.waiting}", f"最近通话:{last};待分析:{status.waiting}")
    parked = status.jobs.get("parked", 0)
    if parked:
        yield _bad(
            Message(f"{parked} calls could not be analysed", f"{parked} 通电话无法分析"),
            "their pages say why; the audio is untouched",
            "原因见通话页面;录音未受影响",
        )


CHECKS: tuple[Callable[[Settings, BoxStatus], Iterator[Finding]], ...] = (
    _configured,
    _service,
    _lines,
    _ports,
    _store,
    _model,
    _alarms,
    _calls,
)
