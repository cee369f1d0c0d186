"""The routes of the manager's and the agent's pages: who gets what (tests.webui.routes puts them into the one table)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from quality.access.roles import LEADS, REVIEWERS, STAFF
from tests.webui.makebox import TestBox
from tests.webui.manage import objects
from webui.manage.room import TRAINING

Values = Mapping[str, str]
OWN = ("agent",)
NOBODY = "00000000-0000-7000-8000-000000000000"

OBJECTS: dict[str, Callable[[TestBox], Values]] = {
    "reviewed": objects.reviewed, "appeal": objects.appeal, "calibration": objects.calibration, "task": objects.task,
    "training": objects.training, "alert": objects.alert, "case": objects.case, "mystery": objects.mystery_call,
    "question": objects.question,
}  # fmt: skip


def rows(row: Callable[..., Any], whole_centre: Mapping[str, Any]) -> tuple[Any, ...]:
    """Made by the table's own Row. whole_centre: what people of some groups get where the centre cannot be cut."""
    hidden = {name: 404 for name in whole_centre if name.startswith("manager")}
    return (
        # The manager's day.
        row("manage.dashboard", roles=TRAINING), row("manage.figure", roles=TRAINING, place={"figure": "service_level"}),
        row("manage.problems", roles=TRAINING), row("manage.trainings", roles=TRAINING),
        row("manage.training_step", "POST", TRAINING, "training", ok=303, place={"step": "held"},
            send=lambda _: {"day": "2026-11-20"}),
        row("manage.appeals", roles=LEADS), row("manage.appeal", roles=LEADS, about="appeal"),
        row("manage.appeal", "POST", LEADS, "appeal", ok=303, send=lambda _: {"decision": "reject", "why": "评分依据充分"}),
        row("manage.calibrations", roles=REVIEWERS), row("manage.calibrations", "POST", REVIEWERS, ok=422),
        row("manage.calibration", roles=REVIEWERS, about="calibration"),
        row("manage.rate", "POST", REVIEWERS, "calibration", ok=422),
        row("manage.close", "POST", LEADS, "calibration", ok=303),
        row("manage.coaching", roles=STAFF), row("manage.coaching", "POST", STAFF, ok=422, own=_bound(404)),
        row("manage.coaching_step", "POST", STAFF, "task", ok=303, place={"step": "done"}),
        row("manage.alerts", roles=STAFF),
        row("manage.alert_step", "POST", STAFF, "alert", ok=303, place={"step": "closed"}, send=lambda _: {"text": "已回访"}),
        row("manage.alerts_step", "POST", STAFF, ok=422, place={"step": "closed"}, send=lambda _: {"text": "已回访"}),
        row("manage.reviewing", roles=TRAINING), row("manage.reviewing", "POST", TRAINING, ok=422),
        row("manage.plan_day", "POST", LEADS, ok=(303, 422)),
        row("manage.observations", roles=STAFF), row("manage.observations", "POST", STAFF, ok=422, own=_bound(404)),
        row("manage.mystery", roles=STAFF), row("manage.propose", "POST", STAFF, ok=422),
        row("manage.question_step", "POST", STAFF, ok=422, place={"key": NOBODY, "step": "approve"}),
        row("manage.mystery_plan", "POST", STAFF, ok=422),
        row("manage.judge", "POST", STAFF, "mystery", ok=303, send=lambda _: {"score": "90", "correct": "yes"}),
        row("manage.reports", roles=LEADS), row("manage.make_report", "POST", LEADS, ok=422, own=hidden),
        row("manage.report", roles=LEADS, ok=400, place={"key": NOBODY}, own=hidden),
        row("manage.report_file", roles=LEADS, ok=400, place={"key": NOBODY}, own=hidden),
        row("manage.work", roles=LEADS, ok=404, place={"key": NOBODY}),
        row("manage.stop_work", "POST", LEADS, ok=404, place={"key": NOBODY}),
        row("manage.exports", roles=LEADS), row("manage.exports", "POST", LEADS, ok=422, send=lambda _: {"since": "never"}),
        row("manage.export_file", roles=LEADS, ok=404, place={"key": NOBODY}),
        # The case library; agents read what is meant for them.
        row("cases.library"), row("cases.case", about="case", hidden=200), row("cases.clip_sound", about="case", own=_clip()),
        row("cases.new_case", roles=STAFF), row("cases.new_case", "POST", STAFF, ok=422),
        row("cases.edit_case", roles=STAFF, about="case", hidden=200),
        row("cases.edit_case", "POST", STAFF, "case", ok=422, hidden=422),
        row("cases.remove_case", "POST", STAFF, "case", ok=303, hidden=303),
        # The agent's own.
        row("own.home", roles=OWN), row("own.review", roles=OWN, about="reviewed"),
        row("own.acknowledge", "POST", OWN, "reviewed", ok=303),
        row("own.appeal", "POST", OWN, "reviewed", ok=303, send=lambda _: {"reason": "客户一直在打断我"}),
        row("own.task_done", "POST", OWN, "task", ok=303),
    )  # fmt: skip


def _bound(status: int) -> dict[str, int]:
    """What people of some groups get, to whom an agent of no name is another's."""
    return {
        f"{role} of {which} group": status for role in ("manager", "inspector", "trainer") for which in ("the", "another")
        if (role, which) != ("trainer", "the")
    }  # fmt: skip


def _clip() -> dict[str, int]:
    """A clip meant for agents is heard by every agent; by staff who may not see its call it is not."""
    return {"agent, another's": 200}
