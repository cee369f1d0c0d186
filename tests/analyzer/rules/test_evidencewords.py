from __future__ import annotations

import re
from pathlib import Path

import pytest

import analyzer.rules.kinds
from analyzer.rules.evidencewords import told

TOLD = {
    "angry 0.83; +5 dB; 语速 pace ×1.35; 语气助词 particles ×2.4": (
        "angry 0.83; +5 dB; pace ×1.35; particles ×2.4", "愤怒 0.83; +5 dB; 语速 ×1.35; 语气助词 ×2.4",
    ),
    "130 s: 未说明原因 no reason given; 返回后未致歉 no apology after; 超过 over 120 s": (
        "130 s: no reason given; no apology after; over 120 s", "130 s: 未说明原因; 返回后未致歉; 超过 120 秒",
    ),
    "310 字/分 units/min": ("310 units/min", "310 字/分"),
    "线路 line sense": ("line sense", "线路检测"),
    "3 / 80 字 units: 嗯, 啊": ("3 / 80 units: 嗯, 啊", "3 / 80 字: 嗯, 啊"),
    "缺 missing: 问候语 greeting; 公司或工号 company or agent's number; 问卷": (
        "missing: greeting; company or agent's number; 问卷", "缺：问候语；公司或工号；问卷",
    ),
}  # fmt: skip


@pytest.mark.parametrize("evidence", TOLD)
def test_a_measure_reads_in_the_readers_language(evidence: str) -> None:
    assert (told(evidence).en, told(evidence).zh) == TOLD[evidence]


@pytest.mark.parametrize("words", ["那你去投诉吧", "go and complain", "你 angry 0.83 什么", "3.4 s: 我还没说完", "", "语速 pace"])
def test_what_was_said_stays_as_it_was_said(words: str) -> None:
    assert told(words).en == told(words).zh == words


def test_every_text_with_two_languages_that_a_check_writes_is_known() -> None:
    """A new check that writes a measure's name in both languages has to be told here, too."""
    both = re.compile(r'"([^"\n]*[\u4e00-\u9fff][^"\n]* [a-z][^"\n]*)"')
    for path in Path(analyzer.rules.kinds.__path__[0]).glob("*.py"):
        for text in both.findall(path.read_text("utf-8").replace('"""', "")):
            sample = re.sub(r"\{[^}]*\}", "9", text)
            sample += "x" if sample.endswith(": ") else ""
            assert told(sample).en != told(sample).zh, (path.name, text)
            assert not re.search("[\u4e00-\u9fff]", told(sample).en), (path.name, text)
