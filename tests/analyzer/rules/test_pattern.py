"""Words found in characters and in sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.result import Utterance
from analyzer.rules.evidence import Line
from analyzer.rules.finder import Finder
from analyzer.rules.pattern import PatternError, compile_pattern
from analyzer.rules.sound import distance, spell


def line(*texts: str, gap_s: float = 0.3) -> Line:
    """An agent who says the texts one after the other, a second a text."""
    starts = [i * (1 + gap_s) for i in range(len(texts))]
    return Line(tuple(Utterance(s, s + 1, "agent", t, 1.0) for s, t in zip(starts, texts, strict=True)), "agent")


def found(pattern: str, *texts: str, ordinary: tuple[str, ...] = (), lenient: bool = False, gap_s: float = 0.3) -> list[str]:
    spoken = line(*texts, gap_s=gap_s)
    finder = Finder(spoken, ordinary)
    return [spoken.text(f.first, f.last) for f in finder.find(compile_pattern(pattern, {"fruit": ["苹果", "梨子"]}), lenient)]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("投诉", "我要投诉你们", ["投诉"]),
        ("投诉", "我要投，诉你们", ["投诉"]),
        ("投诉", "我要头诉你们", ["头诉"]),
        ("投诉", "我想投一份简历", []),
        ("稳赚不赔", "稳赚不佩", ["稳赚不佩"]),
        ("终身保修", "中审保修", ["中审保修"]),
        ("不能保证", "我能保证", []),
        ("我的微信", "他的微信", []),
        ("保证 ~4 赚钱", "保证您赚钱", ["保证您赚钱"]),
        ("保证 ~1 赚钱", "保证您一定赚钱", []),
        ("保证 ~4 赚钱", "不作保证。赚钱要靠自己", []),
        ("吃|买 @fruit", "我买苹果", ["买苹果"]),
        ("^喂", "喂你好", ["喂"]),
        ("^喂", "这个喂养方法", []),
        ("挂了$", "那我挂了", ["挂了"]),
        ("挂了$", "挂了号再来", []),
        ("#4", "电话是幺二3四五", ["幺二3四五"]),
        ("#6", "电话是幺二3四五", []),
        ("百分之百", "100%没问题", ["百分之百"]),
        ("一二三一五", "打12315", ["12315"]),
        ("=啊", "阿", []),
        ("hang_up", "I will hang up now", ["hang up"]),
    ],
)
def test_find(pattern: str, text: str, expected: list[str]) -> None:
    assert found(pattern, text) == expected


def test_a_word_split_over_two_utterances_of_one_side_is_found() -> None:
    assert found("你有没有听懂", "你有没", "有听懂") == ["你有没｜有听懂"]


def test_but_not_over_a_long_pause() -> None:
    assert found("你有没有听懂", "你有没", "有听懂", gap_s=4.0) == []


def test_nor_over_a_turn_of_the_other_side() -> None:
    turns = (
        Utterance(0, 1, "agent", "你有没", 1.0),
        Utterance(1, 2, "customer", "我想问一下退货", 1.0),
        Utterance(2, 3, "agent", "有听懂", 1.0),
    )
    assert Finder(Line(turns, "agent")).find(compile_pattern("你有没有听懂", {})) == []


def test_an_everyday_word_is_not_taken_for_what_it_sounds_like() -> None:
    assert found("骗子", "拍个片子") == ["片子"]
    assert found("骗子", "拍个片子", ordinary=("片子",)) == []


def test_lenient_takes_what_only_sounds_alike() -> None:
    assert found("抱歉", "报前") == ["报前"]
    assert found("对不起", "对不记") == []
    assert found("对不起", "对不记", lenient=True) == ["对不记"]


@pytest.mark.parametrize("bad", ["", "~4", "~x 词", "@nothing", "^", "|"])
def test_a_pattern_that_says_nothing_is_refused(bad: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(bad, {})


def test_the_nearest_set_is_named() -> None:
    with pytest.raises(PatternError, match='did you mean "fruit"'):
        compile_pattern("@friut", {"fruit": ["梨"]})


@given(st.text(alphabet="你我他保证投诉退款啊，。 abc123%", max_size=40))
def test_any_text_becomes_a_line_and_finds_its_own_words(text: str) -> None:
    spoken = line(text)
    assert len(spoken.chars) == len(spoken.sounds) == len(spoken.units)
    assert all(0.0 <= u.start <= u.end <= 1.0 + 1e-9 for u in spoken.units)
    for found_at in Finder(spoken).find(compile_pattern("投诉", {})):
        assert 0 <= found_at.first < found_at.last <= len(spoken.units)


def test_distance_is_symmetric_and_zero_for_the_folded() -> None:
    assert distance(spell("是")[0], spell("四")[0]) == 0.0
    assert distance(spell("退")[0], spell("罪")[0]) == distance(spell("罪")[0], spell("退")[0]) == 0.5
    assert distance(spell("不")[0], spell("我")[0]) == 1.0
