"""Names of rules, from the rulebook's data."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask, current_app

from analyzer.rules.rulebook import Rule, load
from hw.messages import UserError
from webui.languages import local_name

log = logging.getLogger(__name__)


def init_rule_names(app: Flask, rulebook: str) -> None:
    """Add `rule_name(id)` and `rule_explanation(id)` to the templates. A rulebook that cannot be read costs the names, not the
    pages: the analyzer complains of it where somebody can mend it."""
    try:
        rules = load(Path(rulebook) if rulebook else None).rules
    except UserError as error:
        log.error("no rule names: %s", error)
        rules = ()
    app.extensions["callbox_rules"] = {rule.id: rule for rule in rules}
    app.jinja_env.globals.update(rule_name=rule_name, rule_explanation=rule_explanation)


def rule_name(rule_id: str) -> str:
    """In the page's language; the id of a rule that the rulebook no longer has."""
    rule = _rule(rule_id)
    return local_name(rule.name_zh, rule.name_en) if rule else rule_id


def rule_explanation(rule_id: str) -> str:
    """What the rule looks for."""
    rule = _rule(rule_id)
    return local_name(rule.explain_zh, rule.explain_en) if rule else ""


def _rule(rule_id: str) -> Rule | None:
    rules: dict[str, Rule] = current_app.extensions["callbox_rules"]
    return rules.get(rule_id)
