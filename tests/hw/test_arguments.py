"""Usage errors in Chinese: every one that argparse of this Python can compose for a person's mistake."""

from __future__ import annotations

import argparse

import pytest

from hw.arguments import Parser, in_chinese, language_of


def parser() -> Parser:
    top = Parser(prog="callbox")
    actions = top.add_subparsers(dest="action", required=True, metavar="ACTION")
    one = actions.add_parser("one")
    one.add_argument("file")
    one.add_argument("--last", type=int)
    one.add_argument("--share", type=float)
    one.add_argument("--both", nargs=2)
    one.add_argument("--some", nargs="+")
    one.add_argument("--most", nargs="?")
    one.add_argument("--format", choices=("csv", "json"))
    one.add_argument("--formula", action="store_true")
    one.add_argument("--out", type=argparse.FileType("rb"))
    group = one.add_mutually_exclusive_group()
    group.add_argument("--day")
    group.add_argument("--week")
    two = actions.add_parser("two").add_mutually_exclusive_group(required=True)
    two.add_argument("--in", action="store_true")
    two.add_argument("--from", action="store_true")
    return top


SAID = {
    "": "缺少参数：ACTION",
    "three": "参数 ACTION：没有 'three'，可用：'one', 'two'",
    "one": "缺少参数：file",
    "one x --foo": "无法识别的参数：--foo",
    "one x --last many": "参数 --last：'many' 不是整数",
    "one x --share many": "参数 --share：'many' 不是数字",
    "one x --last": "参数 --last 后须有一个值",
    "one x --both 1": "参数 --both 后须有 2 个值",
    "one x --some": "参数 --some 后至少要有一个值",
    "one x --format xml": "参数 --format：没有 'xml'，可用：'csv', 'json'",
    "one x --formula=1": "参数 --formula 不带值，多余的值：'1'",
    "one x --form csv": "参数 --form 不明确，可能是：--format, --formula",
    "one x --day 1 --week 2": "参数 --week 不能与 --day 同时使用",
    "one x --out /nowhere/x": "参数 --out：无法打开 /nowhere/x（[Errno 2] No such file or directory: '/nowhere/x'）",
    "two": "须给出以下参数之一：--in --from",
}


@pytest.mark.parametrize("line", SAID)
def test_each_mistake_is_told_in_the_terminals_language(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {}
    for language in ("zh", "en"):
        monkeypatch.setenv("CALLBOX_LANG", language)
        with pytest.raises(SystemExit) as ended:
            parser().parse_args(line.split())
        assert ended.value.code == 2
        told[language] = capsys.readouterr().err
    assert told["zh"].startswith("用法：callbox")
    assert told["zh"].rstrip().endswith("：" + SAID[line])
    assert told["en"].startswith("usage: callbox")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in told["en"])


def test_help_has_its_headings_in_the_terminals_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLBOX_LANG", "zh")
    top = parser()
    one = top._subparsers._group_actions[0].choices["one"].format_help()  # type: ignore[union-attr,index]
    assert "用法：callbox one" in one
    assert one.count("用法") == 1
    assert "选项:" in one
    assert "显示本帮助并退出" in one
    monkeypatch.setenv("CALLBOX_LANG", "en")
    assert parser().format_help() == plain_help()


def plain_help() -> str:
    plain = argparse.ArgumentParser(prog="callbox")
    actions = plain.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("one")
    actions.add_parser("two")
    return plain.format_help()


def test_a_message_of_a_newer_python_is_told_as_it_is() -> None:
    assert in_chinese("something never heard of") == "something never heard of"


@pytest.mark.parametrize(
    ("line", "language"),
    [("--lang zh status", "zh"), ("--lang=en x", "en"), ("status --lang zh", None), ("--lang", None), ("-h --lang zh", "zh")],
)
def test_the_language_is_known_before_the_line_is_read(line: str, language: str | None) -> None:
    assert language_of(line.split()) == language
