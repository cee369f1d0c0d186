"""How long audio is kept, what would go next, and the calls that no rule may delete."""

from __future__ import annotations

import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.calls.holds import Holds
from recorder.retention.clock import doubt
from recorder.retention.plan import AGE, EMERGENCY, FLOOR, HELD, SIZE, SPACE, UNANALYSED, Circumstances, Plan, make_plan
from recorder.settings.sections import RetentionRule, Settings
from recorder.store.calls import Tombstone, tombstone_of
from recorder.store.reader import CallReader
from webui.access import allow
from webui.context import call_or_404, views
from webui.fields import whole
from webui.setup import boxform
from webui.setup.boxtexts import choice_name, label
from webui.setup.shared import complain, me, setup_blueprint, store, told

blueprint = setup_blueprint("retention")

SHOWN = 50
MOST = 2000  # deletions looked for: enough to see what goes; the recorder itself has no such bound
GIB = 1 << 30
DAY_S = 86400.0


@blueprint.get("/setup/retention")
@allow("admin")
def page() -> ResponseReturnValue:
    """The rules of the settings, what they would delete now and in so many days, how many are on hold, what has gone."""
    return _page()


@blueprint.post("/setup/retention")
@allow("admin")
def change() -> ResponseReturnValue:
    """Change them."""
    return boxform.change(("retention", "rules"), _page, url_for("retention.page"), _question)


def _question(wanted: Settings) -> str:
    """How many calls would lose their audio by other rules that keep it by those that hold."""
    now = time.time()
    try:
        found = [make_plan(store(), settings, Circumstances(now, most=MOST)) for settings in (boxform.current(), wanted)]
    except (OSError, UserError):
        return ""  # the page itself says what is wrong
    more = len(found[1].deletions) - len(found[0].deletions)
    if more <= 0:
        return ""
    count = len(found[1].deletions)
    said = count if found[1].complete else gettext("more than %(n)s", n=count)
    question: str = gettext(
        "The audio of %(n)s calls would be deleted by that, beginning in ten minutes. It cannot be brought back.", n=said
    )
    return question


def _page(failed: boxform.Failed | None = None) -> str:
    ahead = min(366, whole(request.args.get("days", ""), 0))
    plan, doubtful, problem = _plan(ahead)
    shown = plan.deletions[:SHOWN] if plan else []
    rows = {row.id: row for row in views().rows([one.call.id for one in shown])}
    holds = Holds(store()).placed()
    return render_template(
        "setup/retention.html", panels=boxform.panels("retention", "rules", failed=failed), lines=boxform.lines(), fixed=_fixed(),
        choice_name=choice_name, setting_label=label, plan=plan, doubtful=doubtful, ahead=ahead, shown=shown, rows=rows,
        holds=len(holds), stones=_stones(), rule_name=_rule, kept_name=_kept, problem=problem, gib=GIB, told=told, most=MOST,
    )  # fmt: skip


@blueprint.post("/setup/holds/<call_id>/place")
@allow(*LEADS)
def place(call_id: str) -> ResponseReturnValue:
    """Keep a call's audio until somebody releases it."""
    call_or_404(call_id)
    return _held(lambda: Holds(store()).place(call_id, request.form.get("reason", ""), me()), gettext("The call is on hold."))


@blueprint.post("/setup/holds/<call_id>/release")
@allow(*LEADS)
def release(call_id: str) -> ResponseReturnValue:
    """Let retention have it again."""
    call_or_404(call_id)
    return _held(lambda: Holds(store()).release(call_id, request.form.get("reason", ""), me()), gettext("The call is released."))


@blueprint.get("/setup/holds")
@allow(*LEADS)
def holds() -> ResponseReturnValue:
    """The calls on hold, for whoever places and releases them."""
    found = Holds(store()).placed()
    held = {row.id: row for row in views().rows([one.call_id for one in found[:200]])}
    wanted = request.args.get("call", "")
    row = call_or_404(wanted).row if wanted else None
    return render_template("setup/holds.html", holds=found[:200], held=held, call=row)


def _held(act: object, text: str) -> ResponseReturnValue:
    assert callable(act)
    try:
        act()
    except UserError as error:
        complain(error)
    else:
        flash(text, "info")
    return redirect(url_for("retention.holds"))


def _plan(ahead: int) -> tuple[Plan | None, str, str]:
    """The plan as it would be in so many days if nothing were recorded until then; why the clock is doubted; what went wrong."""
    now = time.time()
    try:
        with CallReader(store()) as reader:
            doubtful = doubt(reader, now)
        plan = make_plan(store(), boxform.current(), Circumstances(now + ahead * DAY_S, not doubtful, MOST))
        return plan, told(doubtful) if doubtful else "", ""
    except UserError as error:
        return None, "", told(error.message)
    except OSError as error:
        return None, "", str(error)


def _stones() -> list[Tombstone]:
    with CallReader(store()) as reader:
        return [tombstone_of(row) for row in reader.rows("SELECT * FROM tombstones ORDER BY number DESC LIMIT ?", SHOWN)]


def _fixed() -> list[RetentionRule]:
    """Rules that stand in other files than the pages'."""
    rules = boxform.current().retention_rule
    return list(rules[: len(rules) - len(boxform.book().held().get(boxform.RULES, []))])


def _rule(rule: str) -> str:
    names: dict[str, str] = {
        AGE: gettext("too old"), SIZE: gettext("too much audio"), SPACE: gettext("disk filling up"),
        EMERGENCY: gettext("recording would stop"),
    }  # fmt: skip
    return names.get(rule, rule)


def _kept(why: str) -> str:
    names: dict[str, str] = {
        HELD: gettext("on hold"), FLOOR: gettext("may be outbound, younger than 30 days"), UNANALYSED: gettext("not analysed yet"),
    }  # fmt: skip
    return names.get(why, why)
