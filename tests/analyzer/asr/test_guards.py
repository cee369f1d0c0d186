"""What recognisers make up is taken out; what people say is not."""

from __future__ import annotations

import pytest

from analyzer.asr.guards import is_leak, is_loop, is_silence, without_phantoms
from analyzer.asr.script import simplified


@pytest.mark.parametrize(
    "text",
    [
        "谢谢观看",
        "感谢您的观看。",
        "字幕由 Amara.org 社区提供",
        "中文字幕志愿者 李宗盛",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "我们下期再见",
        "Thanks for watching!",
        "Thank you so much for watching.",
        "Please subscribe to my channel.",
        "[Music]",
        "作曲 李宗盛",
        "副作曲",
        "(音乐)",
        "Subtitles by the Amara.org community",
    ],
)
def test_credits_of_films_are_phantoms(text: str) -> None:
    assert without_phantoms(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "谢谢您的来电,再见。",
        "感谢您的耐心等待。",
        "我想订阅你们的套餐",
        "Thank you for calling, how can I help?",
        "Thank you for waiting.",
        "他说视频里的字幕看不清",
        "我们下次再联系",
        "I was watching the news",
    ],
)
def test_what_people_say_stays(text: str) -> None:
    assert without_phantoms(text) == text


def test_speech_beside_a_phantom_stays() -> None:
    assert without_phantoms("好的,再见。谢谢观看") == "好的,再见。"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("好的" * 30, 20.0), ("我要退款" * 12, 15.0), ("I don't know " * 20, 25.0), ("比两秒里能说的多得多,多得太多" * 2, 1.5)],
)
def test_loops_are_found(text: str, seconds: float) -> None:
    assert is_loop(text, seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("好的好的好的", 1.5),
        ("对对对对对", 1.0),
        ("不是不是不是不是,你听我说", 3.0),
        ("一三六八八八八八八八八", 4.0),
        ("您好,好走购鞋网,工号三零二七,很高兴为您服务,请问有什么可以帮您", 6.5),
        ("no no no no", 2.0),
        ("", 1.0),
    ],
)
def test_people_repeating_themselves_are_no_loop(text: str, seconds: float) -> None:
    assert not is_loop(text, seconds)


def test_simplified_keeps_words_one_for_one() -> None:
    assert simplified(["謝", "謝", "您的", "來電", "thank you"]) == ["谢", "谢", "您的", "来电", "thank you"]
    assert simplified([]) == []


def test_silence_is_what_whisper_calls_so() -> None:
    assert is_silence(0.775, -1.29)  # digital silence, English: "you"
    assert not is_silence(0.17, -1.42)  # one soft word of a real customer
    assert not is_silence(0.7, -0.4)  # sure of its words after all


@pytest.mark.parametrize("text", ["江南银行", "飞燕 江南银行。", "Platinum", "江南,江南"])
def test_names_alone_may_have_leaked(text: str) -> None:
    assert is_leak(text, ("江南银行", "飞燕快递", "Platinum Motors"))


@pytest.mark.parametrize("text", ["", "您好,江南银行。", "the Platinum", "。"])
def test_names_among_other_words_have_not(text: str) -> None:
    assert not is_leak(text, ("江南银行", "飞燕快递", "Platinum Motors"))
