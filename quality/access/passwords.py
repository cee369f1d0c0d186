"""Passwords: what is good enough, and how it is kept."""

from __future__ import annotations

import functools
import unicodedata
from threading import Lock

from werkzeug.security import check_password_hash, generate_password_hash

from hw.messages import UserError

MIN_LENGTH = 10  # length over composition (NIST SP 800-63B, 5.1.1.2, asks for eight and no rules of composition)
MAX_LENGTH = 128  # longer ones only make the box work
GUESSES = 10**6  # that somebody who knows how people choose passwords must need (zxcvbn's estimate); throttled, that is months
_BESIDE_NAME = 5  # characters that are not the user's name
_LOOKED_AT = 72  # characters that zxcvbn takes
METHOD = "scrypt:32768:8:1"  # N = 2^15, r = 8, p = 1: 32 MiB and a tenth of a second a try, which is what a guess costs

_ONE_AT_A_TIME = Lock()  # a hash takes 32 MiB: whoever sends many at once must not fill the memory

# Common in China and long enough, which zxcvbn's lists do not know; shorter ones fall to the length.
_COMMON = {
    "12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "88888888", "66666666", "password",
    "password1", "passw0rd", "qwertyui", "qwertyuiop", "1qaz2wsx", "1q2w3e4r", "asdfghjk", "abcd1234", "abc12345",
    "a1234567", "a12345678", "a123456789", "admin123", "admin888", "12341234", "5201314520", "iloveyou", "woaini1314",
    "callbox1", "callbox123",
}  # fmt: skip


def check_strength(password: str, user_name: str) -> None:
    """Raises UserError when a password is too short, too long, too common or too easily guessed, by the user's own name, too."""
    password = _normal(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise UserError(
            f"The password must have {MIN_LENGTH} to {MAX_LENGTH} characters; this one has {len(password)}.",
            f"密码长度须为 {MIN_LENGTH} 至 {MAX_LENGTH} 个字符，当前为 {len(password)} 个。",
        )
    if password.casefold() in _COMMON or _is_guessable(password, user_name):
        raise UserError(
            "This password is too easy to guess. Choose one that is neither your name nor among the commonest: a few words that do "
            "not belong together are best.",
            "该密码太容易被猜到。请勿使用姓名或常见密码；最好用几个互不相关的词组成。",
        )


def _is_guessable(password: str, user_name: str) -> bool:
    # Loaded where it is needed: its lists of the commonest passwords, names and words take 14 MB.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    if len(password.casefold().replace(user_name.casefold(), "")) < _BESIDE_NAME:
        return True
    words = [user_name, *user_name.split(), "callbox"]
    return bool(zxcvbn(password[:_LOOKED_AT], user_inputs=words)["guesses"] < GUESSES)


def hash_password(password: str) -> str:
    """A salted scrypt hash."""
    return generate_password_hash(_normal(password), METHOD)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one; with None, as for an unknown name, False after the same amount of work, so that the
    time taken does not tell which names exist."""
    with _ONE_AT_A_TIME:
        fits = check_password_hash(stored or _nobody(), _normal(password)[: MAX_LENGTH + 1])
    return fits and stored is not None


@functools.cache
def _nobody() -> str:
    return hash_password("nobody has this password")


def _normal(password: str) -> str:
    # Input methods give the same character in several codings.
    return unicodedata.normalize("NFKC", password)
