"""The rulebook that ships, and what is said of one with errors in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzer.rules.engine import check
from analyzer.rules.kinds.registry import KINDS
from analyzer.rules.rulebook import SCORES, load
from analyzer.rules.truth import evidence_of
from hw.messages import UserError

DOMAIN_RULES = {
    "opening",
    "closing",
    "verify_identity",
    "courtesy",
    "apology",
    "thanks",
    "forbidden_phrase",
    "insult",
    "filler_words",
    "overpromise",
    "shirk",
    "argue",
    "private_contact",
    "disclose",
    "escalate_hint",
    "sensitive_word",
    "repeated_script",
    "dead_air",
    "hold_notice",
    "talk_over",
    "speech_rate",
    "monologue",
    "ring_slow",
    "agent_hung_up_first",
    "customer_anger",
    "agent_tone",
}
DOCS = Path(__file__).parents[3] / "docs" / "rules.md"
RULE = """
version = "1"
[[rule]]
id = "refund_late"
name_zh = "拖延退款"
name_en = "Late refund"
explain_zh = "对客户说退款要等很久。"
explain_en = "Tells the customer that the refund takes long."
side = "agent"
points = { experience = 3 }
  [[rule.check]]
  words = ["退款 ~4 一个月|两个月"]
"""


def test_the_shipped_rulebook_has_the_contracts_rules_in_both_languages() -> None:
    book = load()
    assert set(book.ids()) == DOMAIN_RULES
    for rule in book.rules:
        assert all((rule.name_zh, rule.name_en, rule.explain_zh, rule.explain_en))
        assert rule.checks
        assert rule.points
        assert set(rule.points) | set(rule.cap) <= set(SCORES)


def test_the_docs_tell_of_every_rule_and_kind_and_of_no_other() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|.*\| (?:agent|customer|both) \|", text, re.MULTILINE)) == set(load().ids())
    assert set(re.findall(r"^### `(\w+)`", text, re.MULTILINE)) == set(KINDS)


def test_an_operator_adds_a_rule_without_code(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(RULE, encoding="utf-8")
    hits = check(load(file), evidence_of([{"side": "agent", "text": "退款大概要等一个月。"}]))
    assert [(h.rule, h.evidence) for h in hits] == [("refund_late", "退款大概要等一个月")]


def test_all_errors_are_told_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    bad = RULE.replace("name_zh", "nam_zh").replace("experience = 3", "experiense = 3").replace('"agent"', '"agnet"')
    file.write_text(
        bad + '  [[rule.check]]\n  kind = "wrds"\n  [[rule.check]]\n  kind = "turn"\n  longest_s = "x"\n', encoding="utf-8"
    )
    with pytest.raises(UserError) as raised:
        load(file)
    english, chinese = raised.value.message.en, raised.value.message.zh
    for part in (
        '"nam_zh", did you mean "name_zh"',
        '"experiense", did you mean "experience"',
        "agnet",
        'did you mean "words"',
        "longest_s",
    ):
        assert part in english
    assert "是否想写“name_zh”" in chinese
    assert "6 error(s)" in english


@pytest.mark.parametrize("text", ["", "version = 1\n[[rule]]\n", "not toml", 'version = "1"\n[[rule]]\nid = 5\ncheck = 3\n'])
def test_a_broken_file_is_an_error_a_person_can_mend(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError):
        load(file)


def test_a_missing_rulebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No rulebook"):
        load(tmp_path / "none.toml")


def test_a_rule_can_be_switched_off(tmp_path: Path) -> None:
    file = tmp_path / "off.toml"
    file.write_text(RULE.replace('side = "agent"', 'side = "agent"\nenabled = false'), encoding="utf-8")
    assert load(file).ids() == ()


def test_a_file_in_another_encoding_is_told_as_such_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes('version = "1"  # 拖延'.encode("gbk"))
    with pytest.raises(UserError, match=r"1 error\(s\):\n  mine.toml: .*UTF-8") as refused:
        load(path)
    assert "另存为 UTF-8" in refused.value.message.zh
