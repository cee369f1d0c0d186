"""Reports call a rule by the name it has in the rulebook that is live."""

from __future__ import annotations

import shutil
from pathlib import Path

from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import SHIPPED
from quality.rules.names import rule_names


def test_a_rule_that_was_adopted_has_its_name(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(SHIPPED, mine)
    fillers = next(f for f in mine.iterdir() if 'id = "closing"' in f.read_text(encoding="utf-8"))
    text = fillers.read_text(encoding="utf-8").replace('id = "closing"', 'id = "goodbye"', 1)
    fillers.write_text(text.replace('name_en = "No proper closing"', 'name_en = "No goodbye"', 1), encoding="utf-8")
    assert "goodbye" not in rule_names(tmp_path, None)
    Rulebooks(tmp_path).adopt(mine, 0.0)
    names = rule_names(tmp_path, None)
    assert names["goodbye"].en == "No goodbye"
    assert "closing" not in names


def test_a_rulebook_that_is_gone_costs_the_names_only(tmp_path: Path) -> None:
    assert rule_names(tmp_path, tmp_path / "nowhere.toml") == {}
