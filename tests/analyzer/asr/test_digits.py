"""Long runs of digits become asterisks; short ones and words stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.asr.digits import masked, runs_of_digits, without


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (["卡号是", "六二", "二八,", "四八零一", "吗"], ["卡号是", "**", "**,", "****", "吗"]),
        (["622848012345"], ["************"]),
        ([" 4111", " 1111", " 1111", " 1111,", " thanks"], [" ****", " ****", " ****", " ****,", " thanks"]),
        (["one", " two", " three", " four", " five", " six", " ok"], ["*", " *", " *", " *", " *", " *", " ok"]),
        (["幺三八", "0013", "8000"], ["***", "****", "****"]),
    ],
)
def test_cards_and_numbers_are_hidden(said: list[str], shown: list[str]) -> None:
    assert masked(said) == shown


@pytest.mark.parametrize("text", ["工号三零二七", "一百二十三万", "2018年", "12345", "one of the two", "第一,第二,第三", "99.5 元"])
def test_short_ones_and_words_stay(text: str) -> None:
    assert masked([text]) == [text]


@given(st.lists(st.text(alphabet="一二零5 6,卡号 one two", max_size=8), max_size=8))
def test_no_run_of_six_is_left(pieces: list[str]) -> None:
    out = masked(pieces)
    assert len(out) == len(pieces)
    left = "".join(c for c in "".join(out) if c not in " ,")
    run = 0
    for c in left:
        run = run + 1 if c in "一二零56" else 0
        assert run < 6


def test_evidence_shows_nothing_of_what_is_hidden_elsewhere() -> None:
    runs = runs_of_digits("卡号是六二二八,四八零一,电话12315")
    assert without("卡号 → 六二二八", runs) == "卡号 → ****"
    assert without("12315", runs) == "12315"
    assert without("工号三零二七", runs) == "工号三零二七"
    assert without("four eight two", runs_of_digits("one four eight two six seven")) == "* * *"
