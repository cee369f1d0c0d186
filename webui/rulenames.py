"""Names of rules, from the live rulebook's data."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, current_app, g

from analyzer.rules.library import Rulebooks
from analyzer.rules.rulebook import Rule
from hw.messages import Message
from webui.languages import local_name


def init_rule_names(app: Flask, store: Path, configured: str) -> None:
    """Add `rule_name(id)` and `rule_explanation(id)` to the templates, by the store's live rulebook as it is when asked.
    configured: path from the settings."""
    app.extensions["callbox_rulebooks"] = Rulebooks(store, configured)
    app.jinja_env.globals.update(rule_name=rule_name, rule_explanation=rule_explanation)


def rule_name(rule_id: str) -> str:
    """In the page's language; the id of a rule that the rulebook no longer has."""
    rule = _rule(rule_id)
    return local_name(rule.name_zh, rule.name_en) if rule else rule_id


def rule_message(rule_id: str) -> Message:
    """In both languages."""
    rule = _rule(rule_id)
    return Message(rule.name_en, rule.name_zh) if rule else Message(rule_id, rule_id)


def rule_explanation(rule_id: str) -> str:
    """What the rule looks for."""
    rule = _rule(rule_id)
    return local_name(rule.explain_zh, rule.explain_en) if rule else ""


def rule_priority(rule_id: str) -> bool:
    """Whether it makes a call one to look at at once."""
    rule = _rule(rule_id)
    return rule is not None and rule.high_priority


def _rule(rule_id: str) -> Rule | None:
    if "live_rules" not in g:  # once a page
        rulebooks: Rulebooks = current_app.extensions["callbox_rulebooks"]
        g.live_rules = rulebooks.by_id()
    rules: dict[str, Rule] = g.live_rules
    return rules.get(rule_id)


def rule_choices() -> list[tuple[str, str]]:
    """Every rule of the live rulebook as (id, name), by name."""
    _rule("")  # the rulebook, read once a page
    return sorted(((rule, rule_name(rule)) for rule in g.live_rules), key=lambda pair: pair[1])


def rule_known(rule_id: str) -> bool:
    """Whether the live rulebook has that rule."""
    return _rule(rule_id) is not None
