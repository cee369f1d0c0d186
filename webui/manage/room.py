"""What the manager's pages share: their blueprint, the groups and agents a person may see, and how a change is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from hw.messages import Message, UserError
from quality.reports.facts import Box as ReportBox
from quality.store import reading
from webui.context import box, not_yours, person
from webui.formats import local
from webui.languages import language

blueprint = Blueprint("manage", __name__)

TRAINING = ("manager", "admin", "trainer")
"""Who sees problems, trainings and figures of groups."""
PROBLEM_STATUS = 422


@dataclass(frozen=True)
class Agent:
    """An agent of the book or of the recorded calls."""

    id: str
    name: str
    team: str

    @property
    def label(self) -> str:
        """ "8002 王伟"."""
        return f"{self.id} {self.name}".strip()


_AGENTS = """
SELECT number AS id, name, team FROM review.people WHERE role = 'agent' AND left_on IS NULL
UNION SELECT id, name, team FROM calls.agents WHERE id NOT IN (SELECT number FROM review.people) ORDER BY id
"""


def agents() -> dict[str, Agent]:
    """The agents a person may see, by number."""
    scope = person().scope
    with reading(box().store) as connection:
        every = [Agent(row["id"], row["name"], row["team"]) for row in connection.execute(_AGENTS)]
    return {agent.id: agent for agent in every if scope.groups is None or agent.team in scope.groups}


def teams() -> list[str]:
    """The groups a person may see."""
    groups = person().scope.groups
    return sorted(groups) if groups is not None else sorted({agent.team for agent in agents().values()} - {""})


def agent_or_404(agent_id: str) -> Agent:
    """The agent, if the person may see what is about them."""
    if not person().scope.sees_agent(box().store, agent_id):
        not_yours(agent_id)
    return agents().get(agent_id) or Agent(agent_id, "", "")


def team_or_404(team: str) -> str:
    """The group, if the person may see its figures."""
    if not person().scope.sees_group(team):
        not_yours(team)
    return team


def report_box() -> ReportBox:
    """The box as reports want it."""
    return ReportBox.of(box().settings)


def today() -> date:
    """The local day it is."""
    return report_box().today


def say(message: Message | None) -> str:
    """In the page's language."""
    return "" if message is None else message.text(language())


def day_field(values: MultiDict[str, str], name: str) -> date:
    """A date of a form. Raises UserError."""
    text = values.get(name, "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"“{text}” is no date. Write it like 2026-11-22.", f"“{text}”不是有效日期，请写成 2026-11-22 这样。"
        ) from error


def number_field(values: MultiDict[str, str], name: str, least: float, most: float) -> float:
    """A number of a form. Raises UserError."""
    text = values.get(name, "").strip().replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise UserError(f"“{text}” is no number from {least:g} to {most:g}.", f"“{text}”不是 {least:g} 至 {most:g} 之间的数。")
    return number


def carried_out(act: Callable[[], object], done: str, target: str, page: Callable[[str], str]) -> ResponseReturnValue:
    """Do what a form asks. done: said on the page it leads to, `target`. page: the form's page again with what was typed and the
    problem above it."""
    try:
        act()
    except UserError as error:
        return page(error.message.text(language())), PROBLEM_STATUS
    flash(done, "info")
    return redirect(target, 303)


def day_of(instant: float) -> date:
    """UTC epoch seconds → the site's local day."""
    when: datetime = local(instant)
    return when.date()


def asked(name: str) -> str:
    """A word of the address."""
    return request.args.get(name, "").strip()[:100]
