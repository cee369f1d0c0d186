"""Numbers that no page has sent."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import webui
from webui.fields import whole


@given(st.text() | st.from_regex(r"-?[0-9]{1,400}(e9+)?", fullmatch=True))
def test_whatever_was_sent_is_a_small_number_or_none(text: str) -> None:
    assert 0 <= whole(text, 0) < 10**9
    assert whole(text, None) is None or whole(text, 0) == int(text)


def test_what_is_no_number_or_too_long_is_something_else() -> None:
    assert [whole(text, 7) for text in ("", "-1", "x", "1.5", "²", "nan", "1" * 10, "9" * 5000)] == [7] * 8
    assert [whole(text, 7) for text in ("0", "012", "9" * 9)] == [0, 12, 999_999_999]


def test_every_page_reads_them_the_same_way() -> None:
    """int() of a text has no bound: Python refuses 4301 digits, a float 309, SQLite 19."""
    root = Path(webui.__file__).parent
    readers = [path.name for path in root.rglob("*.py") if ".isdecimal()" in path.read_text("utf-8")]
    assert readers == ["fields.py"], "webui.fields.whole reads a number that was sent"
