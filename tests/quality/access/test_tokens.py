"""Tokens: shown once, kept as a hash, bound to their owner, good until they expire or are revoked."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from hw.messages import UserError
from quality.access.scope import Scope
from quality.access.tokens import LONGEST_DAYS, PREFIX, USED_EVERY_S, Tokens
from quality.access.users import User, Users
from quality.changes import list_changes
from quality.schema import REVIEW_DB
from tests.quality.factory import fill

READS = ["calls:read", "audio:read"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    fill(tmp_path, calls=3)
    return tmp_path


@pytest.fixture
def manager(store: Path) -> User:
    return Users(store).add("陈主管", "lily-pond-47", "manager")


def test_a_token_is_told_once_and_kept_as_a_hash(store: Path, manager: User) -> None:
    token, text = Tokens(store).add("  报表 程序 ", manager, READS, days=30, by="admin")
    assert (token.name, token.owner, token.scopes) == ("报表 程序", "陈主管", ("calls:read", "audio:read"))
    assert text.startswith(PREFIX) and len(text) > 40 and token.start == text[: len(token.start)]
    kept = sqlite3.connect(store / REVIEW_DB).execute("SELECT * FROM tokens").fetchone()
    assert not [value for value in kept if isinstance(value, str) and text[len(PREFIX) + 8 :] in value]
    assert Tokens(store).check(text) == token
    assert Tokens(store).check(text[:-1]) is None
    assert list_changes(store)[0].action == "token.add"


def test_it_is_good_until_it_expires_or_is_revoked(store: Path, manager: User) -> None:
    tokens = Tokens(store)
    token, text = tokens.add("x", manager, READS, days=2)
    now = time.time()
    assert token.good(now) and token.good(now + 2 * 86_400 - 5) and not token.good(now + 2 * 86_400 + 5)
    assert not tokens.revoke(token.id, "admin").good(now)
    revoked = tokens.check(text)
    assert revoked is not None and not revoked.good(now)
    with pytest.raises(UserError, match="revoked already"):
        tokens.revoke(token.id)
    with pytest.raises(UserError, match="no such token"):
        tokens.revoke("none")


@pytest.mark.parametrize(("wanted", "said"), [
    (("", READS, 1), "Name the program"), (("x" * 61, READS, 1), "Name the program"), (("x", [], 1), "at least one scope"),
    (("x", ["calls:write"], 1), "calls:write"), (("x", READS, 0), "1 to"), (("x", READS, LONGEST_DAYS + 1), "1 to"),
])  # fmt: skip
def test_what_cannot_be_is_said(store: Path, manager: User, wanted: tuple[str, list[str], int], said: str) -> None:
    name, scopes, days = wanted
    with pytest.raises(UserError, match=said):
        Tokens(store).add(name, manager, scopes, days=days)
    assert Tokens(store).list() == []


def test_only_leads_have_tokens(store: Path) -> None:
    for role, agent in (("agent", "8001"), ("inspector", None)):
        user = Users(store).add(f"a {role}", "lily-pond-47", role, agent_id=agent)
        with pytest.raises(UserError, match="Your role"):
            Tokens(store).add("x", user, READS, days=1)


def test_a_token_sees_no_more_than_its_owner(store: Path, manager: User) -> None:
    users, tokens = Users(store), Tokens(store)
    token, _ = tokens.add("x", manager, READS, days=1)
    narrow, _ = tokens.add("x", manager, READS, days=1, groups=["售前"])
    assert token.scope(manager) == Scope() and narrow.scope(manager) == Scope(groups=frozenset({"售前"}))
    users.set_groups("陈主管", ["售后"])
    bound = users.get(manager.id)
    assert bound is not None
    assert token.scope(bound) == Scope(groups=frozenset({"售后"}))
    assert narrow.scope(bound) == Scope(groups=frozenset())
    with pytest.raises(UserError, match="There is no group 售前"):
        tokens.add("x", bound, READS, days=1, groups=["售前"])


def test_last_use_is_kept_once_a_minute(store: Path, manager: User) -> None:
    tokens = Tokens(store)
    token, _ = tokens.add("x", manager, READS, days=1)
    now = time.time()
    tokens.used(token, "10.0.0.7", now)
    once = tokens.get(token.id)
    assert once.last_used_at == pytest.approx(now, abs=0.01) and once.last_address == "10.0.0.7"
    tokens.used(once, "10.0.0.7", now + USED_EVERY_S / 2)
    assert tokens.get(token.id).last_used_at == once.last_used_at
    tokens.used(once, "10.0.0.8", now + USED_EVERY_S / 2)
    assert tokens.get(token.id).last_address == "10.0.0.8"
