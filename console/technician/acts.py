"""What a technician may change, with the PIN."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from console.technician import machine
from console.technician.bundle import write_bundle
from console.technician.conversation import Command, Session
from console.technician.privileged import Request, ask
from hw.messages import Message, UserError
from quality.access.users import Users
from recorder.settings.sections import Settings

Acknowledge = Callable[[int, str, str], object]
"""Keeps that an alarm (its number) was seen by a name, with a note; raises UserError."""

Ask = Callable[[Request], str]
WORDS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters of a one-time password: none that a person takes for another."""

LONG = 14
CONFIRMED = ("yes", "是")


def acts(settings: Settings, acknowledge: Acknowledge, do: Ask = ask) -> list[Command]:
    """The commands that change something, or show what people said and did."""

    def ack(words: list[str], session: Session) -> Iterable[str]:
        if len(words) < 2 or not words[0].isdecimal():
            return [session.text("ack NUMBER NAME NOTE", "ack 编号 姓名 备注")]
        acknowledge(int(words[0]), words[1], " ".join(words[2:]))
        return [session.text("acknowledged", "已确认")]

    def reset(words: list[str], session: Session) -> Iterable[str]:
        return _reset(settings, words, session)

    def support(words: list[str], session: Session) -> Iterable[str]:
        path = write_bundle(settings, Path(words[0]) if words else Path(settings.store.path) / "support")
        return [session.text("written, without audio or people's data:", "已生成（不含录音与个人数据）："), str(path)]

    def logs(_words: list[str], session: Session) -> Iterable[str]:
        return machine.log_lines(session.language)

    def net(words: list[str], _session: Session) -> Iterable[str]:
        interface, address, gateway = [*words, "", "", ""][:3]
        return [do(Request("address", {"interface": interface, "address": address, "gateway": gateway}))]

    def clock(words: list[str], _session: Session) -> Iterable[str]:
        return [do(Request("ntp") if words == ["ntp"] else Request("time", {"utc": words[0] if words else ""}))]

    def restart(words: list[str], _session: Session) -> Iterable[str]:
        return [do(Request("restart", {"service": words[0] if words else ""}))]

    return [
        Command("ack", "NUMBER NAME NOTE", Message("say that you have seen to an alarm", "确认告警"), ack, needs_pin=True),
        Command("logs", "", Message("the services' last log lines", "最近日志"), logs, needs_pin=True),
        Command(
            "bundle",
            "[FOLDER]",
            Message("a support file, no audio, no personal data", "支持文件，不含录音与个人数据"),
            support,
            needs_pin=True,
        ),
        Command(
            "net set", "INTERFACE dhcp | ADDRESS/BITS GATEWAY", Message("set the address", "设置网络地址"), net, needs_pin=True
        ),
        Command(
            "time set",
            "UTC | ntp",
            Message("set the clock: 2026-11-22T08:00:00Z", "设置时钟：2026-11-22T08:00:00Z"),
            clock,
            needs_pin=True,
        ),
        Command("restart", "recorder|analyzer|web", Message("restart a service", "重启服务"), restart, needs_pin=True),
        Command(
            "reset admin",
            "[NAME]",
            Message("a one-time password for an administrator", "为管理员生成一次性密码"),
            reset,
            needs_pin=True,
        ),
        _confirmed("reboot", Message("start the box anew; type: reboot yes", "重启整机；输入 reboot yes"), do),
        _confirmed("poweroff", Message("shut the box down; type: poweroff yes", "关机；输入 poweroff yes"), do),
    ]


def _confirmed(action: str, tells: Message, do: Ask) -> Command:
    def run(words: list[str], session: Session) -> Iterable[str]:
        if [word.casefold() for word in words] not in ([word] for word in CONFIRMED):
            return [session.text(f"recording stops meanwhile; to do it: {action} yes", f"期间停止录音；确认请输入：{action} yes")]
        return [do(Request(action))]

    return Command(action, "yes", tells, run, needs_pin=True)


def _reset(settings: Settings, words: list[str], session: Session) -> Iterable[str]:
    users = Users(Path(settings.store.path))
    admins = [user for user in users.list() if user.role == "admin" and (not words or user.name == words[0])]
    if not admins:
        raise UserError(
            "There is no such administrator: callbox users add NAME --role admin",
            "没有该管理员：callbox users add 名称 --role admin",
        )
    password = "-".join("".join(secrets.choice(WORDS) for _ in range(LONG // 2)) for _ in range(2))
    users.set_password(admins[0].name, password, by="serial console", must_change=True)
    if admins[0].disabled:
        users.enable(admins[0].name, by="serial console")
    return [session.text(f"{admins[0].name}: {password}", f"{admins[0].name}：{password}"),
            session.text("to be changed at the first log-in", "首次登录时须修改")]  # fmt: skip
