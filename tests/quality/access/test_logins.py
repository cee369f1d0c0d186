"""Log-in: how many wrong tries, sessions that end, one-time codes, the first administrator."""

from __future__ import annotations

import time
from pathlib import Path

import pyotp
import pytest

from hw.messages import UserError
from quality.access import firstrun, passwords
from quality.access.logins import LOCK_S, PER_ADDRESS, PER_NAME, PER_PAIR, WINDOW_S, Logins, Try, network
from quality.access.sessions import Sessions
from quality.access.twostep import RECOVERY_CODES, STEP_S, TwoStep, new_secret
from quality.access.users import User, Users
from quality.audit.book import AuditBook, Wanted
from quality.audit.entries import LOGIN, REFUSAL

PASSWORD = "listen-to-calls"  # noqa: S105
NOW = 1_800_000_000.0
LI = Try("li", "192.168.1.20")


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")


@pytest.fixture
def logins(tmp_path: Path) -> Logins:
    return Logins(tmp_path)


@pytest.fixture
def li(tmp_path: Path) -> User:
    return Users(tmp_path).add("li", PASSWORD, "manager")


def wrong(logins: Logins, who: Try, times: int, now: float = NOW) -> float | None:
    until = None
    for _ in range(times):
        until = logins.wrong(who, now=now)
    return until


def test_a_person_is_locked_at_an_address_and_nobody_else(logins: Logins) -> None:
    assert wrong(logins, LI, PER_PAIR - 1) is None
    assert logins.locked_until(LI, NOW) is None
    assert logins.wrong(LI, now=NOW) == NOW + LOCK_S
    assert logins.locked_until(LI, NOW) == NOW + LOCK_S
    assert logins.locked_until(Try(" ＬＩ ", LI.address), NOW) is not None  # the same name
    assert logins.locked_until(Try("wang", LI.address), NOW) is None
    assert logins.locked_until(Try("li", "192.168.1.21"), NOW) is None


def test_a_lock_ends_by_itself_and_is_kept_over_a_restart(logins: Logins, tmp_path: Path) -> None:
    wrong(logins, LI, PER_PAIR)
    assert Logins(tmp_path).locked_until(LI, NOW + LOCK_S - 1) is not None
    assert logins.locked_until(LI, NOW + LOCK_S + 1) is None
    assert logins.wrong(LI, now=NOW + WINDOW_S + LOCK_S) is None  # counted anew


def test_wrong_tries_long_apart_lock_nobody(logins: Logins) -> None:
    for number in range(3 * PER_PAIR):
        assert logins.wrong(LI, now=NOW + number * (WINDOW_S / (PER_PAIR - 1) + 1)) is None


def test_an_address_that_tries_many_names_is_locked(logins: Logins) -> None:
    for number in range(PER_ADDRESS):
        logins.wrong(Try(f"name{number}", LI.address), now=NOW)
    assert logins.locked_until(Try("another", LI.address), NOW) is not None
    assert logins.locked_until(Try("another", "192.168.1.21"), NOW) is None


def test_a_name_tried_from_everywhere_is_locked_but_never_for_its_own_browser(logins: Logins) -> None:
    for number in range(PER_NAME):
        logins.wrong(Try("admin", f"10.0.{number // 250}.{number % 250}"), now=NOW)
    assert logins.locked_until(Try("admin", "192.168.1.99"), NOW) is not None
    own = Try("admin", "192.168.1.99", device="d1")
    assert logins.locked_until(own, NOW) is None
    wrong(logins, own, PER_PAIR)
    assert logins.locked_until(own, NOW) is not None  # its own tries count all the same


def test_the_right_password_forgives_what_was_wrong_before(logins: Logins) -> None:
    wrong(logins, LI, PER_PAIR - 1)
    logins.right(LI)
    assert wrong(logins, LI, PER_PAIR - 1) is None


def test_an_administrator_unlocks(logins: Logins) -> None:
    wrong(logins, LI, PER_ADDRESS)
    assert {lock.what for lock in logins.locks(NOW)} == {"pair", "address"}
    assert logins.unlock("Li", by="root") == 2
    assert logins.locks(NOW) == []
    assert logins.locked_until(LI, NOW) is None


def test_a_clock_set_back_locks_nobody_for_long(logins: Logins) -> None:
    wrong(logins, LI, PER_PAIR)
    assert logins.locked_until(LI, NOW - 86400.0) is None


def test_wrong_tries_and_locks_stand_in_the_audit_log(logins: Logins, tmp_path: Path) -> None:
    wrong(logins, LI, PER_PAIR)
    logins.right(Try("wang", "192.168.1.21"))
    book = AuditBook(tmp_path, "Asia/Shanghai")
    refused = [found.action for found in book.page(Wanted(kind=REFUSAL))[0]]
    assert refused == ["login.locked", *["login.wrong"] * PER_PAIR]
    assert book.page(Wanted(kind=LOGIN))[0][0].by == "wang"


@pytest.mark.parametrize(
    ("address", "counted"),
    [("192.168.1.20", "192.168.1.20"), ("fd00::1:2:3:4", "fd00::/64"), ("fd00::9:9:9:9", "fd00::/64"), ("nonsense", "nonsense")],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert network(address) == counted


def test_a_session_ends_when_idle_closed_or_its_account_does(li: User, tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, idle_s=3600.0)
    one, two, three = (sessions.open(li.id, "192.168.1.20", "Firefox", NOW) for _ in range(3))
    assert sessions.user(one, now=NOW) == li
    assert sessions.user("guessed", now=NOW) is None
    assert sessions.user(one, now=NOW + 3600) == li
    assert sessions.user(one, now=NOW + 7100) == li  # used in between
    assert sessions.user(two, now=NOW + 3601) is None
    sessions.close(one, "li")
    assert sessions.user(one, now=NOW) is None
    assert sessions.close_all(li, "li") >= 1
    assert sessions.user(three, now=NOW) is None


def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(li: User, tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, idle_s=3600.0)
    token = sessions.open(li.id, "", "", NOW)
    assert sessions.user(token, used=False, now=NOW + 3500) == li
    assert sessions.user(token, used=False, now=NOW + 3601) is None


def test_the_box_does_not_keep_what_the_browser_does(li: User, tmp_path: Path) -> None:
    token = Sessions(tmp_path, 3600.0).open(li.id, "", "", time.time())
    assert token.encode() not in (tmp_path / "review.db").read_bytes()


@pytest.mark.parametrize("deed", ["disable", "password", "own password"])
def test_what_ends_every_session(li: User, tmp_path: Path, deed: str) -> None:
    users, sessions = Users(tmp_path), Sessions(tmp_path, 3600.0)
    users.add("root", PASSWORD, "admin")
    token = sessions.open(li.id, "", "", NOW)
    if deed == "disable":
        users.disable("li")
    elif deed == "password":
        users.set_password("li", "another-password-7", must_change=True)
    else:
        users.change_own_password(li, PASSWORD, "another-password-7")
    assert sessions.user(token, now=NOW) is None


def test_a_password_set_by_others_has_to_be_changed(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add("li", PASSWORD, "manager", must_change=True)
    user = users.named("li")
    assert user is not None
    assert user.must_change
    with pytest.raises(UserError, match="old password is wrong"):
        users.change_own_password(user, "not-the-old-one", "another-password-7")
    with pytest.raises(UserError, match="is the old one"):
        users.change_own_password(user, PASSWORD, PASSWORD)
    users.change_own_password(user, PASSWORD, "another-password-7")
    changed = users.named("li")
    assert changed is not None
    assert not changed.must_change


COMMON = ["short-1", "password123", "1234567890", "qwertyuiop", "zhangwei88", "zhangwei-Zhangwei", "aaaaaaaaaaaa", "woaini1314"]


@pytest.mark.parametrize("password", [*COMMON, "x" * 129])
def test_passwords_that_will_not_do(password: str) -> None:
    with pytest.raises(UserError):
        passwords.check_strength(password, "zhangwei")


@pytest.mark.parametrize("password", ["lily-pond-47", "correct horse battery staple", "张伟不喜欢绿茶和雨天", "kettle7Boat!"])
def test_passwords_that_will_do(password: str) -> None:
    passwords.check_strength(password, "zhangwei")


def test_one_time_codes(li: User, tmp_path: Path) -> None:
    two, secret = TwoStep(tmp_path), new_secret()
    totp = pyotp.TOTP(secret)
    with pytest.raises(UserError, match="not right"):
        two.turn_on(li, secret, "000000" if totp.at(NOW) != "000000" else "111111", NOW)
    two.turn_on(li, secret, totp.at(NOW), NOW)
    user = Users(tmp_path).named("li")
    assert user is not None
    assert user.two_step
    assert not two.check(user, totp.at(NOW), NOW)  # was used to turn it on
    later = NOW + STEP_S
    assert two.check(user, f"{totp.at(later)[:3]} {totp.at(later)[3:]}", later)
    assert not two.check(user, totp.at(later), later)  # replayed
    assert not two.check(user, totp.at(NOW), later)  # an older one
    assert not two.check(user, totp.at(later + 3 * STEP_S), later)  # of the future
    assert not two.check(user, "１２３４５６", later)
    two.turn_off(user, "root")
    assert not two.check(user, totp.at(later + STEP_S), later + STEP_S)


def test_the_codes_are_those_of_the_rfc() -> None:
    # RFC 6238, appendix B, SHA-1: at 59 s "94287082"; six digits are its last.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105  "12345678901234567890"
    assert pyotp.TOTP(secret).at(59) == "287082"


def test_a_recovery_code_works_once(li: User, tmp_path: Path) -> None:
    two, secret = TwoStep(tmp_path), new_secret()
    codes = two.turn_on(li, secret, pyotp.TOTP(secret).at(NOW), NOW)
    assert len(set(codes)) == RECOVERY_CODES == two.left(li)
    assert two.recover(li, codes[0].upper())
    assert not two.recover(li, codes[0])
    assert two.left(li) == RECOVERY_CODES - 1
    two.turn_off(li, "li")
    assert not two.recover(li, codes[1])


def test_the_first_administrator_needs_the_code_from_the_box(tmp_path: Path) -> None:
    assert firstrun.needed(tmp_path)
    with pytest.raises(UserError, match="not right"):
        firstrun.make_first(tmp_path, "", "root", PASSWORD)
    old, code = firstrun.new_code(tmp_path, NOW), firstrun.new_code(tmp_path)
    assert not firstrun.is_code(tmp_path, old)
    with pytest.raises(UserError, match="easy to guess"):
        firstrun.make_first(tmp_path, code, "root", "password123")
    assert firstrun.make_first(tmp_path, code.lower().replace("-", " "), "root", PASSWORD).role == "admin"
    assert not firstrun.needed(tmp_path)
    with pytest.raises(UserError, match="administrator already"):
        firstrun.new_code(tmp_path)
    with pytest.raises(UserError, match="administrator already"):
        firstrun.make_first(tmp_path, code, "eve", PASSWORD)


def test_a_code_for_the_first_administrator_is_valid_for_a_day(tmp_path: Path) -> None:
    code = firstrun.new_code(tmp_path, NOW)
    assert firstrun.is_code(tmp_path, code, NOW + 86000)
    assert not firstrun.is_code(tmp_path, code, NOW + 87000)


def test_a_role_and_groups_are_changed(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add("root", PASSWORD, "admin")
    users.add("li", PASSWORD, "inspector")
    users.set_role("li", "agent", "8001", by="root")
    assert users.named("li").agent_id == "8001"  # type: ignore[union-attr]
    with pytest.raises(UserError, match="last administrator"):
        users.set_role("root", "manager")
    with pytest.raises(UserError, match="bound to groups"):
        users.set_groups("li", ["售前"])
    with pytest.raises(UserError, match="no group"):
        users.set_role("li", "inspector")
        users.set_groups("li", ["售前"])
