"""callbox users: who may log in to the pages."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import say, table
from hw.messages import UserError, terminal_language
from quality.users import ROLES, Users


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
    _users(arguments).add(arguments.name, _ask_password(), arguments.role, agent_id=arguments.agent)
    say(f"{arguments.name} added as {arguments.role}", f"已添加 {arguments.name}({arguments.role})")
    return 0


def run_passwd(arguments: argparse.Namespace) -> int:
    """Set a password."""
    _users(arguments).set_password(arguments.name, _ask_password())
    say(f"new password for {arguments.name}", f"{arguments.name} 的密码已更改")
    return 0


def run_disable(arguments: argparse.Namespace) -> int:
    """Lock a user out."""
    _users(arguments).disable(arguments.name)
    say(f"{arguments.name} can no longer log in", f"{arguments.name} 已停用")
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
