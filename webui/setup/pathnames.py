"""What a step of a path into a changed document is called, for people who read what differs."""

from __future__ import annotations

from flask_babel import gettext

from quality.figures.book import shipped_figures
from quality.sampling.rules import NAMES
from webui.names import score_name
from webui.rulenames import rule_name
from webui.setup.ruletexts import field_name
from webui.setup.shared import told


def step_name(step: str) -> str:
    """A key of a document, a rule's or figure's id, or a place in a list, as people say it; what nobody named stays as it is."""
    named = _document().get(step) or _person().get(step)
    if named:
        return named
    if step in NAMES:
        return told(NAMES[step])
    figure = next((figure for figure in shipped_figures() if figure.id == step), None)
    if figure is not None:
        return told(figure.name)
    for name in (score_name, field_name, rule_name):
        if name(step) != step:
            return name(step)
    return step


def _document() -> dict[str, str]:
    return {
        "check": gettext("Check"), "enabled": gettext("Switched on"), "points": gettext("Points"),
        "cap": gettext("most in one call"),
        "side": gettext("Whose fault"), "high_priority": gettext("high priority"), "name_zh": gettext("Name, Chinese"),
        "name_en": gettext("Name, English"), "explain_zh": gettext("What it means, Chinese"),
        "explain_en": gettext("What it means, English"), "section": gettext("Section"), "item": gettext("Item"),
        "best_zh": gettext("The best sounds like, Chinese"), "best_en": gettext("The best sounds like, English"),
        "worst_zh": gettext("The worst sounds like, Chinese"), "worst_en": gettext("The worst sounds like, English"),
        "pass_line": gettext("Passed from, points"), "comment": gettext("A comment is asked for"),
        "na": gettext("May be not applicable"), "order": gettext("Order"), "targets": gettext("Targets"),
        "min": gettext("At least"),
        "max": gettext("At most"), "kinds": gettext("Why a call is picked"), "calls": gettext("Calls"), "agents": gettext("Agents"),
        "attitudes": gettext("Attitude of each agent"), "peak_hours": gettext("Peak hours"),
    }  # fmt: skip


def _person() -> dict[str, str]:
    return {
        "name": gettext("Name"), "number": gettext("Number"), "role": gettext("Role"), "team": gettext("Group"),
        "groups": gettext("Only these groups"), "hired_on": gettext("Day hired"), "left_on": gettext("Day left"),
        "seats": gettext("Seats"), "line": gettext("Line"), "extension": gettext("Extension"), "since": gettext("From"),
        "until": gettext("Until"), "agent_id": gettext("Agent number"), "reason": gettext("Why"),
        "must_change": gettext("to be changed at log-in"), "labels": gettext("Labels so far"),
        "measured": gettext("What was measured"),
        "of": gettext("Change"), "action": gettext("What"),
    }  # fmt: skip
