"""callbox tokens: which programs may use the HTTP API."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import note, say, say_json, table
from hw.messages import Message, UserError, terminal_language
from quality.access.tokens import SCOPES, Token, Tokens
from quality.access.users import User, Users
from quality.health.words import local
from recorder.times import to_text

DAYS = 90


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command and what can be done with tokens."""
    parser = subparsers.add_parser("tokens", help="tokens of the HTTP API / 接口令牌")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("add", help="make a token; it is shown once / 新建令牌，仅显示一次")
    new.add_argument("name", metavar="NAME", help="the program that uses it / 使用它的程序")
    new.add_argument("--owner", required=True, metavar="USER", help="whose rights it has: a manager or administrator / 所属用户")
    new.add_argument("--scope", required=True, action="append", choices=tuple(SCOPES), dest="scopes", help="repeatable / 可重复")
    new.add_argument("--group", action="append", default=[], dest="groups", metavar="GROUP", help="only its calls / 限定班组")
    new.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"until it expires / 有效天数 (default: {DAYS})")
    listing = actions.add_parser("list", help="all tokens / 令牌列表")
    listing.add_argument("--json", action="store_true", help="print JSON")
    revoke = actions.add_parser("revoke", help="make a token worthless, at once / 吊销令牌")
    revoke.add_argument("token", metavar="TOKEN", help="how it begins, or its id, as callbox tokens list shows / 开头或编号")
    for action, run in ((new, run_add), (listing, run_list), (revoke, run_revoke)):
        add_config(action)
        action.set_defaults(run=run)


def run_add(arguments: argparse.Namespace) -> int:
    """Make a token; it alone goes to standard output, so that a script can take it."""
    store = _store(arguments)
    owner = _owner(store, arguments.owner)
    token, text = Tokens(store).add(arguments.name, owner, arguments.scopes, days=arguments.days, groups=arguments.groups)
    until = to_text(token.expires_at)[:10]
    note(
        f"token {token.name} of {owner.name}, good until {until}; keep it now, it is not shown again:",
        f"令牌 {token.name}（{owner.name}），有效期至 {until}；请立即保存，不会再次显示：",
    )
    say(text)
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """List all tokens; never their text."""
    settings = settings_of(arguments)
    tokens = Tokens(Path(settings.store.path)).list()
    if arguments.json:
        say_json({"tokens": [_json(token) for token in tokens]})
        return 0
    if not tokens:
        say(
            "no tokens yet: callbox tokens add NAME --owner USER --scope calls:read",
            "还没有令牌：callbox tokens add 名称 --owner 用户 --scope calls:read",
        )
        return 0
    heads = Message("begins|name|owner|state|last used|scopes", "开头|名称|所属|状态|最近使用|权限范围")
    say(table(heads.text(terminal_language()).split("|"), [_row(token, settings.site.timezone) for token in tokens]))
    return 0


def run_revoke(arguments: argparse.Namespace) -> int:
    """Revoke a token."""
    tokens = Tokens(_store(arguments))
    found = [token for token in tokens.list() if arguments.token in (token.id, token.start)]
    if len(found) > 1:
        raise UserError("Several tokens begin so: give the id (--json shows it).", "多个令牌以此开头：请给出编号（见 --json）。")
    token = tokens.revoke(found[0].id if found else arguments.token)
    say(f"token {token.name} opens nothing any more", f"令牌 {token.name} 已吊销")
    return 0


def _store(arguments: argparse.Namespace) -> Path:
    return Path(settings_of(arguments).store.path)


def _owner(store: Path, name: str) -> User:
    for user in Users(store).list():
        if user.name.casefold() == name.casefold() and not user.disabled:
            return user
    raise UserError(
        f"There is no user “{name}”. `callbox users list` shows them.", f"没有用户“{name}”。可用 callbox users list 查看。"
    )  # fmt: skip


def _state(token: Token) -> Message:
    if token.revoked_at is not None:
        return Message("revoked", "已吊销")
    if not token.good(time.time()):
        return Message("expired", "已过期")
    day = to_text(token.expires_at)[:10]
    return Message(f"until {day}", f"至 {day}")


def _row(token: Token, timezone: str) -> tuple[str, ...]:
    used = "–" if token.last_used_at is None else f"{local(to_text(token.last_used_at), timezone)} {token.last_address}"
    groups = f" ({', '.join(token.groups)})" if token.groups else ""
    state = _state(token).text(terminal_language())
    return (token.start, token.name, token.owner, state, used, " ".join(token.scopes) + groups)


def _json(token: Token) -> dict[str, object]:
    return {
        "id": token.id, "name": token.name, "owner": token.owner, "start": token.start, "scopes": token.scopes,
        "groups": token.groups, "created_at": to_text(token.created_at), "expires_at": to_text(token.expires_at),
        "last_used_at": None if token.last_used_at is None else to_text(token.last_used_at),
        "last_address": token.last_address, "revoked": token.revoked_at is not None,
    }  # fmt: skip
