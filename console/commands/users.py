"""callbox users: who may log in to the pages."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import say, table
from hw.messages import UserError, terminal_language
from quality.access.users import ROLES, Users


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and what can be done with users."""
    parser = subparsers.add_parser("users", help="who may log in / 登录用户")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("add", help="add a user; the password is asked for, or read from standard input / 新增用户")
    new.add_argument("name")
    new.add_argument("--role", choices=tuple(ROLES), required=True)
    new.add_argument("--agent", metavar="ID", help="工号, for the role agent")
    password = actions.add_parser("passwd", help="set a new password / 重设密码")
    password.add_argument("name")
    for action in (new, password):
        action.add_argument("--keep", action="store_true", help="the user chose it: no change at log-in / 本人设置，登录时无需修改")
    password_less = {
        "enable": ("let a user in again / 启用用户", run_enable),
        "unlock": ("end the lock after wrong passwords / 解除登录锁定", run_unlock),
        "codes-off": ("turn one-time codes off for a lost telephone / 关闭动态码", run_codes_off),
    }
    for word, (text, run) in password_less.items():
        action = actions.add_parser(word, help=text)
        action.add_argument("name")
        add_config(action)
        action.set_defaults(run=run)
    groups = actions.add_parser("groups", help="whose calls a user sees; no group: all / 限定班组")
    groups.add_argument("name")
    groups.add_argument("groups", nargs="*", metavar="GROUP")
    first = actions.add_parser("first-code", help="a code to make the first administrator on /first-run / 首位管理员初始化码")
    certificate = actions.add_parser("certificate", help="the fingerprint of the pages' certificate / 网页证书指纹")
    for action, run in ((groups, run_groups), (first, run_first_code), (certificate, run_certificate)):
        add_config(action)
        action.set_defaults(run=run)
    disable = actions.add_parser("disable", help="lock a user out / 停用用户")
    disable.add_argument("name")
    listing = actions.add_parser("list", help="all users / 用户列表")
    for action, run in ((new, run_add), (password, run_passwd), (disable, run_disable), (listing, run_list)):
        add_config(action)
        action.set_defaults(run=run)


def _users(arguments: argparse.Namespace) -> Users:
    return Users(Path(settings_of(arguments).store.path))


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    prompt, again = ("密码: ", "再输一次: ") if terminal_language() == "zh" else ("Password: ", "Again: ")
    first = getpass.getpass(prompt)
    if getpass.getpass(again) != first:
        raise UserError("the two passwords differ; nothing was changed", "两次输入的密码不同;未作任何更改")
    return first


def run_add(arguments: argparse.Namespace) -> int:
    """Add a user."""
    must = not arguments.keep
    _users(arguments).add(arguments.name, _ask_password(), arguments.role, agent_id=arguments.agent, must_change=must)
    say(f"{arguments.name} added as {arguments.role}", f"已添加 {arguments.name}({arguments.role})")
    return 0


def run_passwd(arguments: argparse.Namespace) -> int:
    """Set a password."""
    _users(arguments).set_password(arguments.name, _ask_password(), must_change=not arguments.keep)
    say(f"new password for {arguments.name}", f"{arguments.name} 的密码已更改")
    return 0


def run_disable(arguments: argparse.Namespace) -> int:
    """Lock a user out."""
    _users(arguments).disable(arguments.name)
    say(f"{arguments.name} can no longer log in", f"{arguments.name} 已停用")
    return 0


def run_enable(arguments: argparse.Namespace) -> int:
    """Let a user in again."""
    _users(arguments).enable(arguments.name)
    say(f"{arguments.name} may log in again", f"{arguments.name} 已启用")
    return 0


def run_unlock(arguments: argparse.Namespace) -> int:
    """End the locks of a name."""
    from quality.access.logins import Logins

    ended = Logins(Path(settings_of(arguments).store.path)).unlock(arguments.name)
    say(f"{arguments.name}: {ended} locks ended", f"{arguments.name}：已解除 {ended} 个锁定")
    return 0


def run_codes_off(arguments: argparse.Namespace) -> int:
    """Turn one-time codes off."""
    from quality.access.twostep import TwoStep

    user = _users(arguments).require(arguments.name)
    TwoStep(Path(settings_of(arguments).store.path)).turn_off(user, "console")
    say(f"{arguments.name} logs in with the password alone", f"{arguments.name} 仅凭密码登录")
    return 0


def run_groups(arguments: argparse.Namespace) -> int:
    """Bind a user to groups."""
    _users(arguments).set_groups(arguments.name, arguments.groups)
    shown = ", ".join(arguments.groups)
    say(f"{arguments.name} sees: {shown or 'all groups'}", f"{arguments.name} 可查看：{shown or '全部班组'}")
    return 0


def run_first_code(arguments: argparse.Namespace) -> int:
    """Print a code for the first administrator."""
    from quality.access.firstrun import new_code

    code = new_code(Path(settings_of(arguments).store.path))
    say(f"set-up code, for a day: {code}   (page /first-run)", f"初始化码（一天内有效）：{code}   （页面 /first-run）")
    return 0


def run_certificate(arguments: argparse.Namespace) -> int:
    """Print what a browser shows of the certificate."""
    from quality.access.certificate import CERTIFICATE, FOLDER, pair_of

    settings = settings_of(arguments)
    own = Path(settings.store.path) / FOLDER / CERTIFICATE
    if settings.web.tls == "box" and not own.exists():  # the web service makes it, which then can read its key
        say("the certificate is made when the pages first start", "证书将在网页服务首次启动时生成")
        return 0
    pair = pair_of(settings)
    if pair is None:
        say('the pages are served by plain HTTP: [web] tls = "off"', '网页以明文 HTTP 提供：[web] tls = "off"')
        return 0
    say(f"{pair.certificate}, until {pair.until:%Y-%m-%d}", f"{pair.certificate}，有效期至 {pair.until:%Y-%m-%d}")
    say(f"SHA-256 {pair.fingerprint}", f"SHA-256 {pair.fingerprint}")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List all users."""
    heads = ("用户", "角色", "工号", "状态") if terminal_language() == "zh" else ("user", "role", "agent", "state")
    active, disabled = ("启用", "停用") if terminal_language() == "zh" else ("active", "disabled")
    users = _users(arguments).list()
    if not users:
        say("no users yet: callbox users add NAME --role admin", "还没有用户:callbox users add NAME --role admin")
        return 0
    language = terminal_language()
    say(table(heads, [(u.name, ROLES[u.role].text(language), u.agent_id or "", disabled if u.disabled else active) for u in users]))
    return 0
