"""The rules: what is live, what each finds, changed without code, tried on past calls, adopted, taken back."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from analyzer.rules.drafts import Draft, Drafts
from analyzer.rules.editing import Entry, entries, word_sets
from analyzer.rules.kinds.registry import KINDS
from analyzer.rules.library import Rulebooks
from hw.messages import UserError
from quality.access.roles import LEADS
from quality.calls.filter import day_start
from quality.differences import differences
from quality.jobs.store import Job, Jobs
from quality.rules.work import Finds, adopt_draft, finds, go_back
from recorder.times import from_text
from webui.access import allow
from webui.context import box, views
from webui.fields import whole
from webui.formats import local
from webui.setup.pathnames import step_name
from webui.setup.ruleform import CheckForm, RuleForm, entry_of, form_of, read_form, shapes
from webui.setup.ruletexts import choice_name, field_hint, field_name, kind_name, kind_text
from webui.setup.shared import complain, me, setup_blueprint, store, told

blueprint = setup_blueprint("rules")

TRY_DAYS = (7, 30, 90, 0)
"""How far back a trial looks, days; 0: as far as there are calls."""
TRY_USUAL = 30
WEEK = timedelta(days=6)  # from its first day to its last
LISTEN = 5
"""Calls offered to be heard for each rule that changes: so many a person is willing to hear."""


def books() -> Rulebooks:
    """The rulebooks of the box."""
    found: Rulebooks = current_app.extensions["callbox_rulebooks"]
    return found


@blueprint.get("/setup/rules")
@allow(*LEADS)
def listing() -> ResponseReturnValue:
    """Every rule with what it found lately."""
    library = books()
    live = library.live()
    rules = list(entries(library.live_path()).values())
    return render_template(
        "setup/rules.html", rules=rules, finds=_finds(), since=_today() - WEEK, identity=live.identity,
        drafts=Drafts(library).list(), history=library.history()[::-1], choice_name=choice_name,
    )  # fmt: skip


@blueprint.get("/setup/rules/new")
@allow(*LEADS)
def new() -> ResponseReturnValue:
    """A form for a rule of one's own."""
    form = RuleForm(is_new=True, checks=[CheckForm("words", {})])
    return _form(form, None)


@blueprint.get("/setup/rules/<rule_id>")
@allow(*LEADS)
def page(rule_id: str) -> ResponseReturnValue:
    """A rule, to be looked at and changed."""
    entry = _entry(rule_id)
    return _form(form_of(entry), entry)


@blueprint.post("/setup/rules/save")
@allow(*LEADS)
def save() -> ResponseReturnValue:
    """Add a check to the form, or keep the change as a draft. A form that is not right comes back as it was sent."""
    form = read_form(request.form)
    form.is_new = "is_new" in request.form
    before = None if form.is_new else _entry(form.id)
    if "add" in request.form:
        kind = request.form.get("add_kind", "words")
        form.checks.append(CheckForm(kind if kind in KINDS else "words", {}))
        return _form(form, before)
    try:
        _check_id(form)
        draft = Drafts(books()).make(form.id, entry_of(form, before), me(), time.time())
    except UserError as error:
        return _form(form, before, told(error.message)), 422
    return redirect(url_for("rules.draft", draft_id=draft.id))


@blueprint.post("/setup/rules/<rule_id>/switch")
@allow(*LEADS)
def switch(rule_id: str) -> ResponseReturnValue:
    """A draft that switches a rule off, or on again."""
    entry = _entry(rule_id)
    wanted = {**entry, "enabled": not entry.get("enabled", True)}
    return _draft(rule_id, wanted)


@blueprint.post("/setup/rules/<rule_id>/remove")
@allow(*LEADS)
def remove(rule_id: str) -> ResponseReturnValue:
    """A draft that takes a rule out."""
    _entry(rule_id)
    return _draft(rule_id, None)


@blueprint.get("/setup/rules/drafts/<draft_id>")
@allow(*LEADS)
def draft(draft_id: str) -> ResponseReturnValue:
    """What a draft changes, and what it would have done."""
    found = _one_draft(draft_id)
    job = Jobs(store()).latest("trial", found.id)
    return render_template(
        "setup/draft.html", draft=found, stale=Drafts(books()).is_stale(found), job=job, days=TRY_DAYS,
        differences=differences(found.before or {}, found.after or {}), results=_results(job), step_name=step_name,
    )  # fmt: skip


@blueprint.post("/setup/rules/drafts/<draft_id>/try")
@allow(*LEADS)
def try_out(draft_id: str) -> ResponseReturnValue:
    """Begin a trial on past calls."""
    found = _one_draft(draft_id)
    asked = whole(request.form.get("days", ""), None)
    days = asked if asked in TRY_DAYS else TRY_USUAL
    settings = box().settings
    arguments = {
        "draft": found.id, "configured": settings.analysis.rulebook, "company": list(settings.site.company),
        "since": time.time() - days * 86400.0 if days else 0.0,
    }  # fmt: skip
    try:
        Jobs(store()).start("trial", found.id, arguments, me())
    except UserError as error:
        complain(error)
    return redirect(url_for("rules.draft", draft_id=found.id))


@blueprint.post("/setup/rules/drafts/<draft_id>/adopt")
@allow(*LEADS)
def adopt(draft_id: str) -> ResponseReturnValue:
    """Make a draft live."""
    found = _one_draft(draft_id)
    try:
        book = adopt_draft(books(), found, me())
    except UserError as error:
        complain(error)
        return redirect(url_for("rules.draft", draft_id=found.id))
    flash(
        gettext("Live from the next call on: %(rules)s. Past calls are judged again when the box is idle.", rules=book.identity),
        "info",
    )
    return redirect(url_for("rules.listing"))


@blueprint.post("/setup/rules/drafts/<draft_id>/again")
@allow(*LEADS)
def again(draft_id: str) -> ResponseReturnValue:
    """The same change on the rules as they are now."""
    found = _one_draft(draft_id)
    answer = _draft(found.rule, found.after)
    Drafts(books()).drop(found)
    return answer


@blueprint.post("/setup/rules/drafts/<draft_id>/drop")
@allow(*LEADS)
def drop(draft_id: str) -> ResponseReturnValue:
    """Forget a draft."""
    Drafts(books()).drop(_one_draft(draft_id))
    flash(gettext("The draft is gone; nothing else has changed."), "info")
    return redirect(url_for("rules.listing"))


@blueprint.post("/setup/rules/back")
@allow(*LEADS)
def back() -> ResponseReturnValue:
    """Make the rules live that were so before."""
    try:
        book = go_back(books(), me())
    except UserError as error:
        complain(error)
    else:
        flash(gettext("Live again: %(rules)s.", rules=book.identity), "info")
    return redirect(url_for("rules.listing"))


def _form(form: RuleForm, before: Entry | None, problem: str = "") -> str:
    return render_template(
        "setup/rule.html", form=form, before=before, problem=problem, shapes=shapes, kinds=list(KINDS), kind_name=kind_name,
        kind_text=kind_text, field_name=field_name, field_hint=field_hint, choice_name=choice_name,
        sets=sorted(word_sets(books().live_path())), found=_finds().get(form.id),
    )  # fmt: skip


def _today() -> date:
    return local(time.time()).date()


def _finds() -> dict[str, Finds]:
    """Of seven whole days, today the last: the list of calls behind the number is asked for by days."""
    return finds(store(), from_text(day_start(_today() + timedelta(days=1), ZoneInfo(box().settings.site.timezone))))


def _entry(rule_id: str) -> Entry:
    return entries(books().live_path()).get(rule_id) or abort(404)


def _one_draft(draft_id: str) -> Draft:
    return Drafts(books()).get(draft_id) or abort(404)


def _draft(rule_id: str, wanted: Entry | None) -> ResponseReturnValue:
    try:
        made = Drafts(books()).make(rule_id, wanted, me(), time.time())
    except UserError as error:
        complain(error)
        return redirect(url_for("rules.listing"))
    return redirect(url_for("rules.draft", draft_id=made.id))


def _check_id(form: RuleForm) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", form.id):
        raise UserError(
            "A rule’s id has 2 to 40 small letters, digits and _, and begins with a letter.",
            "规则编号为 2 至 40 位小写字母、数字和下划线，以字母开头。",
        )
    if form.is_new and form.id in entries(books().live_path()):
        raise UserError(f"There is a rule {form.id} already. Choose another id.", f"规则 {form.id} 已存在，请换一个编号。")


def _results(job: Job | None) -> dict[str, dict[str, list[Any]]]:
    """Rule → "more" and "fewer" → calls to listen to: call, place in it (s), evidence."""
    found: dict[str, dict[str, list[Any]]] = {}
    if job is None or job.result is None:
        return found
    rows = {row.id: row for row in views().rows([one[2] for one in job.result["rows"]])}
    for way, rule, call_id, _, start, evidence in job.result["rows"]:
        listed = found.setdefault(rule, {"more": [], "fewer": []})[way]
        if call_id in rows and len(listed) < LISTEN:
            listed.append((rows[call_id], start, evidence))
    return found
