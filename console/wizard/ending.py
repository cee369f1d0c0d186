"""How the wizard ends: the first administrator, and where the pages are, as an address and as a picture to point a phone at."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import segno

from console.technician.pin import Pin, set_pin
from console.wizard.talk import Talk
from hw.messages import UserError
from quality.access.users import Users
from recorder.settings.sections import Web

TRIES = 3


def administrator(talk: Talk, store: Path) -> None:
    """Ask for the first administrator's name and password, unless there is one."""
    users = Users(store)
    if any(user.role == "admin" and not user.disabled for user in users.list()):
        return
    talk.head("First person who may log in", "首位登录用户")
    for _ in range(TRIES):
        name = talk.ask("User name", "用户名", "admin")
        password = talk.ask_secret("Password", "密码")
        if talk.ask_secret("Again", "再输一次") != password:
            talk.say("The two differ.", "两次输入不同。")
            continue
        try:
            users.add(name, password, "admin", language=talk.language, by="setup")
        except UserError as error:
            talk.say(error.message.en, error.message.zh)
            continue
        talk.say(f"{name} may log in.", f"{name} 可以登录。")
        return
    talk.say("Later: sudo callbox users add NAME --role admin", "以后可用：sudo callbox users add 名称 --role admin")


def console_pin(talk: Talk, store: Path) -> None:
    """Ask for the serial console's PIN, unless there is one."""
    if Pin(store).is_set:
        return
    talk.head("PIN of the serial console", "串口控制台 PIN")
    for _ in range(TRIES):
        pin = talk.ask_secret("Six to twelve digits (empty: none, the console then only shows)", "6 至 12 位数字（留空则只能查看）")
        if not pin:
            return
        try:
            set_pin(store, pin)
        except UserError as error:
            talk.say(error.message.en, error.message.zh)
            continue
        talk.say("Set.", "已设置。")
        return


def addresses(web: Web, *, tls: bool) -> list[str]:
    """Where the pages are from other machines of the LAN: the host's addresses, IPv4 first."""
    if web.host not in ("0.0.0.0", "::", ""):  # noqa: S104  compared, not listened on
        return [_address(web.host, web.port, tls)]
    return [_address(host, web.port, tls) for host in _hosts()]


def _hosts() -> Iterator[str]:
    for family in (socket.AF_INET, socket.AF_INET6):
        for found in psutil.net_if_addrs().values():
            for one in found:
                if one.family == family and not one.address.startswith(("127.", "::1", "fe80", "169.254")):
                    yield one.address


def _address(host: str, port: int, tls: bool) -> str:
    scheme, usual = ("https", 443) if tls else ("http", 80)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}/" if port == usual else f"{scheme}://{shown}:{port}/"


def qr_code(address: str) -> str:
    """The address as a QR code (ISO/IEC 18004) of block characters, half a line a module."""
    out = io.StringIO()
    segno.make(address, micro=False).terminal(out=out, compact=True)
    return out.getvalue()
