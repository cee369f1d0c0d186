"""Problems of a period, the training needs they open, trainings, and whether they cured what they were about."""

from __future__ import annotations

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from quality.improving.problems import Limits
from quality.improving.trainings import STATES, Training, Trainings
from quality.periods import EXAMPLES
from quality.reports.facts import Facts
from quality.reports.keptfacts import gather_kept
from quality.reports.model import Value
from quality.reports.parts import problems as parts
from quality.reports.parts.cases import example_calls
from webui.access import allow
from webui.context import box, person
from webui.manage import numbers
from webui.manage.dashboard import kind_name, picked
from webui.manage.room import TRAINING, blueprint, carried_out, day_field, report_box, say, team_or_404, teams, today
from webui.names import item_name


def store_trainings() -> Trainings:
    """The box's."""
    settings = box().settings
    return Trainings(box().store, settings.site.timezone, Limits.of(settings.quality))


@blueprint.get("/problems")
@allow(*TRAINING)
def problems() -> ResponseReturnValue:
    """Common and individual problems of a period, what moved, every item, with calls to listen to."""
    asked = picked()
    facts = gather_kept(report_box(), asked.period, teams=asked.teams).facts
    found = parts.found(facts)
    examples = {n: [(row["id"], row["started_at"]) for row in example_calls(facts, p, 3)] for n, p in enumerate(found)}
    told = [(p, facts.item_name(p.form_id, p.item) if p.item else parts.ON_THE_WHOLE, parts.count_before(facts, p)) for p in found]
    return render_template(
        "manage/problems.html", asked=asked, kinds=tuple(EXAMPLES), kind_name=kind_name, teams=teams(), told=told, say=say,
        examples=examples, classes=facts.found().classes, reviewed=facts.total().reviewed, numbers=numbers,
        moved=parts.moved(facts), items=_items(facts), calls=partial(numbers.calls_address, asked.period.first, asked.period.last),
        agent_name=facts.agent_name,
    )  # fmt: skip


@blueprint.get("/trainings")
@allow(*TRAINING)
def trainings() -> ResponseReturnValue:
    """Needs, planned and held trainings, and what came of them."""
    return _listing()


@blueprint.post("/trainings/<uuid:key>/<any(plan, held, check):step>")
@allow(*TRAINING)
def training_step(key: object, step: str) -> ResponseReturnValue:
    """Plan it; it was held; look again at the calls since."""
    training = store_trainings().get(str(key))
    team_or_404(training.team)

    def act() -> object:
        kept, form, user = store_trainings(), request.form, person().account
        if step == "plan":
            return kept.plan(training.id, day_field(form, "day"), form.get("trainer", "").strip(), form.get("plan", ""), user)
        if step == "held":
            return kept.held(training.id, day_field(form, "day"), user)
        return kept.check(training.id, today(), user.name)

    told = {"plan": gettext("The training is planned."), "held": gettext("Noted as held."), "check": gettext("Looked at again.")}
    return carried_out(act, told[step], url_for("manage.trainings"), _listing)


def _listing(problem: str = "") -> str:
    every = [t for t in store_trainings().list() if person().scope.sees_group(t.team)]
    waiting = [t for t in every if t.state in ("needed", "planned", "held")]
    return render_template(
        "manage/trainings.html", waiting=waiting, settled=[t for t in every if t not in waiting], problem=problem, today=today(),
        states=STATES, say=say, item_name=item_name, numbers=numbers, since=_since, limit=box().settings.quality.common_problem,
    )  # fmt: skip


def _since(training: Training) -> str:
    """The calls with the problem since the training, or of the last four weeks."""
    first = training.held_on or today().replace(day=1)
    return numbers.calls_address(first, today(), training.team, item=training.item)


def _items(facts: Facts) -> list[tuple[str, tuple[Value, ...]]]:
    """Every item's id and its row."""
    return [(item, row) for ((_, item), _), row in zip(parts.by_share(facts), parts.items(facts).rows, strict=True)]
