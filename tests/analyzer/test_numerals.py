"""Spoken numbers: what is written in digits, and above all what is not."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.discretion import without_digits
from analyzer.evaluate.chinese import normalise_chinese
from analyzer.numerals.written import in_digits, numerals, place_heard, with_digits
from analyzer.result import Analysis, CallFacts, Hit, Scores, Utterance, Word
from analyzer.rules.stored import StoredCall
from analyzer.store import AnalysisStore
from tests.analyzer.searching import search

WRITTEN = {
    "一共三百二十五块": "一共325块",
    "三十五块八": "35块8",
    "十块钱": "10块钱",
    "二百五十块": "250块",
    "三千五": "3500",
    "两百零五": "205",
    "一千零一十五": "1015",
    "一万二": "12000",
    "两万五千": "25000",
    "一万零五": "10005",
    "十二万三千四百五十六": "12万3456",
    "十万零五百": "10万零500",
    "一亿两千万": "1亿2000万",
    "百分之五": "5%",
    "百分之三点五": "3.5%",
    "百分之十五的利息": "15%的利息",
    "三点五折": "3.5折",
    "零点八个百分点": "0.8个百分点",
    "三点一四": "3.14",
    "一点二万余元": "1.2万余元",
    "二零二五年三月五号": "2025年3月5号",
    "十月二十五号": "10月25号",
    "下午三点二十五分": "下午3点25分",
    "晚上十点半": "晚上10点半",
    "工号三零二七": "工号3027",
    "幺三八零零一三八零零零": "13800138000",
    "打幺二三幺五投诉": "打12315投诉",
    "四十一码换成四十二码": "41码换成42码",
    "双十一活动": "双十一活动",
    "twenty five dollars": "25 dollars",
    "Twenty-five of them": "25 of them",
    "ten dollars": "10 dollars",
    "one hundred and twenty": "120",
    "two thousand and one": "2001",
    "twelve thousand five hundred": "12,500",
    "card ending five five one two": "card ending 5512",
}
AS_SAID = """一下|一个|一点|一定|一样|万一|统一|唯一|一一核对|三心二意|七上八下|不三不四|乱七八糟|十分抱歉|十全十美|一五一十
三三两两|七七八八|百分之百|百分之二三十|三五个|十五六岁|七八百|二十几
几十个|几百块|十几|好几千|上百|成千上万|三分之一|二十分之一|千分之三十
你这个二百五|十一放假|十万八千里|三十六计|十二点五|三点半|三点一刻|三百二十五一百二|3百|13八00|三月份|一号|两分钟|第一|三天
one or two|one thing|a hundred percent|twenty twenty five|nineteen ninety|oh no|no one|ten|someone|one two
one million two hundred thousand|forty""".replace("\n", "|").split("|")


@pytest.mark.parametrize("said", WRITTEN)
def test_a_number_is_written_in_digits(said: str) -> None:
    assert in_digits(said) == WRITTEN[said]
    assert in_digits(WRITTEN[said]) == WRITTEN[said]


@pytest.mark.parametrize("said", AS_SAID)
def test_what_is_no_number_for_certain_stays(said: str) -> None:
    assert in_digits(said) == said
    assert in_digits(f"我说{said}吧。") == f"我说{said}吧。"


@given(st.integers(10, 99_999))
def test_every_amount_is_the_one_that_was_said(value: int) -> None:
    said = _said(value)
    written = in_digits(f"共{said}元").removeprefix("共").removesuffix("元")
    assert said in ("十一", "二百五") or written.replace("万", "0000") == str(value)


def _said(value: int) -> str:
    """By the schoolbook, slowly."""
    digits = "零一二三四五六七八九"
    text = "".join(
        digits[int(c)] + ("万千百十"[5 - len(str(value)) + n] if n + 1 < len(str(value)) else "") if c != "0" else "零"
        for n, c in enumerate(str(value))
    )
    while "零零" in text:
        text = text.replace("零零", "零")
    text = text.rstrip("零")
    return text.removeprefix("一") if 10 <= value < 20 else text


@given(st.text("零一二三四五六七八九十百千万亿两幺点分之块年月号个几 onetwy-", max_size=20))
def test_no_text_breaks_it_and_places_are_kept(text: str) -> None:
    found = numerals(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    written = in_digits(text)
    places = [place_heard(text, at) for at in range(len(written) + 1)]
    assert places == sorted(places) and places[-1] == len(text)
    assert all(text[place] == written[at] for at, place in enumerate(places[:-1]) if written[at] in "点分之块年月号个几")


@pytest.mark.parametrize("said", [said for said in WRITTEN if not said.isascii() and "万" not in said])
def test_the_yardstick_sees_no_difference(said: str) -> None:
    assert normalise_chinese(in_digits(said)) == normalise_chinese(said)


HEARD = "一共三百二十五块，卡号六二二八四八零四，百分之百保本"


def _analysis() -> Analysis:
    words = tuple(Word(n * 0.2, n * 0.2 + 0.2, c, 0.9) for n, c in enumerate(HEARD) if c != "，")
    hit = Hit("disclose", "agent", 2, 4, "卡号六二二八四八零四", 0.9)
    return Analysis(6, 2, (Utterance(0, 6, "agent", HEARD, 0.9, words=words),), (hit,), (), Scores(1, 1, 1), {}, 0, 0, "1", "2")


def test_what_was_heard_stays_for_rules_and_times() -> None:
    (utterance,) = with_digits(_analysis()).utterances
    assert utterance.text == "一共325块，卡号62284804，百分之百保本"
    assert utterance.as_heard == utterance.heard == HEARD
    line = StoredCall("x", 0, with_digits(_analysis()), CallFacts()).evidence().lines["agent"]
    assert "三百二十五" in line.text(0, len(line.units))
    assert line.units[2].start == pytest.approx(0.4)


def test_masked_digits_are_hidden_in_both_forms_and_in_evidence() -> None:
    masked = without_digits(with_digits(_analysis()))
    (utterance,) = masked.utterances
    assert utterance.text == "一共325块，卡号********，百分之百保本"
    assert utterance.heard == "一共三百二十五块，卡号********，百分之百保本"
    assert masked.hits[0].evidence == "卡号********"


@pytest.mark.parametrize("asked", ["325", "325块", "三百二十五", "三百二十五块", "百分之百", "100%", "62284804"])
def test_it_is_found_in_either_form(tmp_path: Path, asked: str) -> None:
    store = AnalysisStore(tmp_path)
    store.save("01890000-0000-7000-8000-000000000000", with_digits(_analysis()), high_priority=False, now=0)
    store.close()
    (found,) = search(tmp_path, asked)["01890000-0000-7000-8000-000000000000"]
    assert found.text.startswith("一共325块")
    assert found.start == pytest.approx({"3": 0.4, "三": 0.4, "百": 4.0, "1": 4.0, "6": 2.2}[asked[0]], abs=0.01)
