"""The evaluation counts what it says it counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.evaluate.rules import evaluate_rules
from analyzer.result import Analysis, CallFacts, Hit, Scores
from hw.messages import UserError


def analysis(*rules: str) -> Analysis:
    hits = tuple(Hit(r, "agent", 1.0, 2.0, "words", 0.9) for r in rules)
    return Analysis(10.0, 2, (), hits, (), Scores(100, 100, 100), {}, 0.0, 0.0, "1", "1")


def call(folder: Path, name: str, suffix: str = ".flac", **truth: object) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}{suffix}").touch()
    (folder / f"{name}.json").write_text(json.dumps(truth), encoding="utf-8")


def test_recall_and_precision_over_what_is_listed(tmp_path: Path) -> None:
    call(tmp_path, "a", must=["insult", "argue"], must_not=["opening", "shirk"])
    call(tmp_path, "deep/b/call", ".wav", must=[], must_not=["insult"], ring_s=20, language="en")
    (tmp_path / "lone.json").write_text("{}", encoding="utf-8")
    seen: dict[str, CallFacts] = {}

    def analyze(path: Path, facts: CallFacts) -> Analysis:
        seen[path.stem] = facts
        return analysis("insult", "opening", "closing") if path.stem == "a" else analysis()

    figures = evaluate_rules(tmp_path, analyze)
    assert (figures["n"], figures["recall"], figures["precision"], figures["unlisted"]) == (2, 0.5, 0.5, 1)
    misses = figures["misses"]
    assert isinstance(misses, list)
    assert [(m["call"], m["rule"], m["kind"]) for m in misses] == [("a.flac", "argue", "missed"), ("a.flac", "opening", "false")]
    assert misses[1]["evidence"][0]["text"] == "words"
    assert seen["call"] == CallFacts(language="en", ring_s=20.0)


def test_facts_may_stand_under_facts_and_unknown_rules_are_named(tmp_path: Path) -> None:
    call(tmp_path, "a", must=["insullt"], must_not=[], facts={"hung_up_by": "agent", "direction": "out"})
    seen: list[CallFacts] = []
    figures = evaluate_rules(tmp_path, lambda _, facts: seen.append(facts) or analysis())
    assert figures["unknown_rules"] == {"insullt": ["a.flac"]}
    assert seen == [CallFacts(hung_up_by="agent", direction="out")]


def test_an_empty_folder_and_a_broken_label_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No labelled calls"):
        evaluate_rules(tmp_path, lambda *_: analysis())
    (tmp_path / "a.flac").touch()
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be read"):
        evaluate_rules(tmp_path, lambda *_: analysis())
