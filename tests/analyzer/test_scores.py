"""A hundred less what the faults cost, every point with its hit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzer.result import Hit
from analyzer.rules.rulebook import load
from analyzer.scores import score

BOOK = load()


def hit(rule: str, start: float = 0.0) -> Hit:
    return Hit(rule, "agent", start, start + 1, "…", 0.9)


def test_nothing_found_is_a_hundred() -> None:
    scores, deductions = score(BOOK, [])
    assert (scores.compliance, scores.experience, scores.risk) == (100, 100, 100)
    assert deductions == []


def test_a_rule_takes_at_most_its_cap() -> None:
    rule = BOOK.rule("overpromise")
    scores, _ = score(BOOK, [hit("overpromise", i) for i in range(20)])
    assert scores.risk == 100 - rule.cap["risk"]


def test_a_hit_of_a_rule_that_is_gone_costs_nothing() -> None:
    assert score(BOOK, [hit("no_such_rule")])[1] == []


@given(st.lists(st.sampled_from(BOOK.ids()), max_size=60))
def test_deductions_add_up_to_what_is_missing(rules: list[str]) -> None:
    hits = [hit(rule, i) for i, rule in enumerate(rules)]
    scores, deductions = score(BOOK, hits)
    for name in ("compliance", "experience", "risk"):
        left = getattr(scores, name)
        assert 0 <= left <= 100
        assert abs(100 - left - sum(d.points for d in deductions if d.score == name)) < 1e-6
    assert all(hits[d.hit].rule == d.rule and d.points > 0 for d in deductions)
