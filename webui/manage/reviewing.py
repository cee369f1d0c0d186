"""Listening: plans, what each inspector has in hand and has done, calls given by hand, how far every agent's month is."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from hw.messages import Message, UserError
from quality.access.roles import LEADS
from quality.calls.filter import day_start
from quality.reviewing.assignments import Assignments, reason_name
from quality.sampling.plans import DutyLine, Plans, duty_progress
from quality.store import reading
from webui.access import allow
from webui.context import box, person, views
from webui.manage.coaching import reviewers
from webui.manage.room import TRAINING, asked, blueprint, carried_out, report_box, say, today

SHOWN = 200
STATES = ("open", "done", "all")


@dataclass(frozen=True)
class Given:
    """A call somebody was given. state: assigned, started or submitted."""

    call_id: str
    inspector: str
    agent: str
    why: Message
    assigned_at: str
    state: str
    total: float | None
    passed: bool | None
    note: str


@blueprint.route("/reviewing", methods=["GET", "POST"])
@allow(*TRAINING)
def reviewing() -> ResponseReturnValue:
    """The plan of a day, the calls given out, and the form to give one by hand."""
    if request.method == "GET":
        return _page()
    return carried_out(_give, gettext("The call is given out."), url_for("manage.reviewing"), _page)


@blueprint.post("/reviewing/plan")
@allow(*LEADS)
def plan_day() -> ResponseReturnValue:
    """Plan yesterday's calls now instead of tonight."""
    day = today() - timedelta(days=1)
    plans = Plans(box().store, box().settings.site.timezone)
    told = gettext("The calls of %(day)s are planned.", day=day)
    return carried_out(lambda: plans.make(day, person().name), told, url_for("manage.reviewing"), _page)


def _give() -> object:
    call_id = request.form.get("call", "").strip().rpartition("/")[2].partition("?")[0].partition("#")[0]
    row = next(iter(views().rows([call_id])), None)
    if row is None or not person().scope.sees_call(row.agent_id, row.team):
        raise UserError("There is no such call: copy its address or number here.", "没有此通话：请复制该通话的网址或编号。")
    found = next((user for user in reviewers() if user.id == request.form.get("inspector")), None)
    if found is None:
        raise UserError("Choose who reviews it.", "请选择评审人。")
    return Assignments(box().store).give(call_id, found, person().account, note=request.form.get("note", "").strip()[:500])


def _page(problem: str = "") -> str:
    state = asked("state") if asked("state") in STATES else "open"
    plans, month = Plans(box().store, box().settings.site.timezone), today()
    day = _last_day()
    return render_template(
        "manage/reviewing.html", given=_given(state, asked("inspector")), state=state, states=STATES, inspector=asked("inspector"),
        reviewers=reviewers(), day=day, sheets=plans.sheets(day) if day else [], problem=problem, say=say, limit=SHOWN,
        duty=_duty() if asked("duty") else None, month=month, call=request.form.get("call") or asked("call"),
        may_plan=person().role in LEADS, yesterday=today() - timedelta(days=1),
    )  # fmt: skip


def _last_day() -> date | None:
    with reading(box().store) as connection:
        text = connection.execute("SELECT max(day) FROM review.sampling_plans").fetchone()[0]
    return date.fromisoformat(text) if text else None


def _duty() -> list[DutyLine]:
    scope = person().scope
    lines = duty_progress(box().store, today(), report_box().timezone)
    return [line for line in lines if scope.groups is None or line.team in scope.groups]


_GIVEN = """
SELECT a.call_id, u.name AS inspector, coalesce(g.name, a.agent_id) AS agent, a.agent_id, a.reason, a.assigned_at, a.started_at,
    a.submitted_at, a.detail, r.total, r.passed
FROM review.assignments a JOIN review.users u ON u.id = a.inspector_id JOIN calls.calls c ON c.id = a.call_id
LEFT JOIN calls.agents g ON g.id = a.agent_id LEFT JOIN review.reviews r ON r.id = a.review_id
WHERE a.returned_at IS NULL AND a.assigned_at >= ? AND {where}
ORDER BY a.assigned_at DESC LIMIT ?
"""


def _given(state: str, inspector: str) -> list[Given]:
    where, values = person().scope.where("c")
    parts = {"open": ["a.submitted_at IS NULL"], "done": ["a.submitted_at IS NOT NULL"], "all": []}[state] + [where]
    if inspector:
        parts.append("u.name = ?")
    since = day_start(today() - timedelta(days=92), ZoneInfo(report_box().timezone))
    more = (inspector,) if inspector else ()
    with reading(box().store) as connection:
        sql = _GIVEN.format(where=" AND ".join(parts))
        return [_row(row) for row in connection.execute(sql, (since, *values, *more, SHOWN))]


def _row(row: sqlite3.Row) -> Given:
    state = "submitted" if row["submitted_at"] else "started" if row["started_at"] else "assigned"
    agent = f"{row['agent_id']} {row['agent']}" if row["agent"] != row["agent_id"] else row["agent_id"]
    passed = None if row["passed"] is None else bool(row["passed"])
    note = str(json.loads(row["detail"]).get("note") or "")
    return Given(
        row["call_id"], row["inspector"], agent, reason_name(row["reason"]), row["assigned_at"], state, row["total"], passed, note
    )  # fmt: skip
