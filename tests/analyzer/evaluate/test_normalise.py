"""Two ways of writing the same thing compare equal; different things do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.evaluate.chinese import normalise_chinese
from analyzer.evaluate.distance import edits
from analyzer.evaluate.english import normalise_english


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("二零一五年", "2015年"),
        ("二〇一六", "2016"),
        ("百分之三十", "30%"),
        ("百分之三点五", "3.5%"),
        ("百分之百", "100%"),
        ("一百四十四亿美元", "144亿美元"),
        ("一百四十四亿", "14400000000"),
        ("一点五倍", "1.5倍"),
        ("一点二万余元", "12000余元"),
        ("一点二万", "1.2万"),
        ("一万二", "12000"),
        ("一万二千", "12,000"),
        ("三千五", "3500"),
        ("三千零五", "3005"),
        ("两百五", "250"),
        ("一百零五", "105"),
        ("十", "10"),
        ("二十五到三十五岁", "25到35岁"),
        ("十五亿两千万", "15.2亿"),
        ("一三六二八零六六九三零", "13628066930"),
        ("幺三六", "136"),
        ("三点五十分", "3:50"),
        ("臺灣", "台湾"),
        ("您好,请问?", "您好 请问"),
        ("D R A M内存", "dram内存"),
        ("ABC123", "abc123"),
        ("\ufeff一三五", "135"),
    ],
)
def test_chinese_written_two_ways(one: str, other: str) -> None:
    assert normalise_chinese(one) == normalise_chinese(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("三十", "三十万"), ("一百零五", "一百五"), ("三成", "30%"), ("万科", "一万"), ("退款", "罪款"), ("十三", "三十")],
)
def test_chinese_that_differs_stays_different(one: str, other: str) -> None:
    assert normalise_chinese(one) != normalise_chinese(other)


@given(st.integers(1, 99_999_999))
def test_chinese_numbers_read_as_their_digits(value: int) -> None:
    """Against a reading made the other way round: every number below a hundred million."""
    assert normalise_chinese(_read(value)) == normalise_chinese(str(value))


def _read(value: int) -> str:
    if value >= 10_000:
        rest = value % 10_000
        return _read(value // 10_000) + "万" + ("零" if 0 < rest < 1000 else "") + (_read(rest) if rest else "")
    text, gap = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + unit
        gap = digit == 0
    return text


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_english(text)
    assert normalise_english(" ".join(once)) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Press 1 to mute", "press one, to mute"),
        ("extension 162", "extension one hundred and sixty-two"),
        ("one two three", "123"),
        ("two thousand and five", "2,005"),
        ("nineteen ninety", "1990"),
        ("It's", "it is"),
        ("I can't, you won't", "I cannot; you will not"),
        ("You're", "you are"),
        ("voice-mail", "Voicemail"),
        ("e-mail", "email"),
        ("colour, recognised, dialled, centre", "color recognized dialed center"),
        ("uh, hold on, um, please", "hold on please"),
        ("50%", "fifty percent"),
        ("Waldo's", "waldos"),
    ],
)
def test_english_written_two_ways(one: str, other: str) -> None:
    assert normalise_english(one) == normalise_english(other)


@pytest.mark.parametrize(("one", "other"), [("to", "two"), ("fifteen", "fifty"), ("press one", "press won"), ("its", "it is")])
def test_english_that_differs_stays_different(one: str, other: str) -> None:
    assert normalise_english(one) != normalise_english(other)


@pytest.mark.parametrize(
    ("one", "other", "count"), [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("退款", "罪款", 1)]
)
def test_edit_distance(one: str, other: str, count: int) -> None:
    assert edits(one, other) == count


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_edit_distance_is_a_distance(a: str, b: str, c: str) -> None:
    assert edits(a, b) == edits(b, a)
    assert (edits(a, b) == 0) == (a == b)
    assert edits(a, c) <= edits(a, b) + edits(b, c)
