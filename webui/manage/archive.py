"""Reports: made, looked at, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.jobs.store import Job, Jobs
from quality.periods import EXAMPLES, Period, parse, period_of
from quality.reports.archive import Archive, Kept
from quality.reports.build import KINDS
from quality.reports.page import STYLE
from webui.access import allow
from webui.context import box, not_yours, person
from webui.languages import LOCALES, language
from webui.manage.room import PROBLEM_STATUS, asked, blueprint, say, today
from webui.safety.noting import taken

FORMATS = ("html", "xlsx", "pdf", "csv")
MIMETYPES = {
    "html": "text/html", "csv": "text/csv", "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
LISTED = 300
REFRESH_S = 3


@dataclass(frozen=True)
class Made:
    """One making of a report: its files by format. key: of any of them."""

    kind: str
    period: str
    made_at: float
    made_by: str
    language: str
    files: dict[str, Kept]


@blueprint.get("/reports")
@allow(*LEADS)
def reports() -> ResponseReturnValue:
    """What can be made, what is being made, and what is kept."""
    return _page()


@blueprint.post("/reports")
@allow(*LEADS)
def make_report() -> ResponseReturnValue:
    """Begin making one; a page tells how far it is."""
    _whole_centre()
    try:
        job = _begin()
    except UserError as error:
        return _page(error.message.text(language())), PROBLEM_STATUS
    return redirect(url_for("manage.work", key=job.id), 303)


@blueprint.get("/reports/work/<uuid:key>")
@allow(*LEADS)
def work(key: object) -> ResponseReturnValue:
    """How far a report or an export is; asks again by itself until it is over."""
    job = Jobs(box().store).get(str(key))
    if job is None or job.kind not in ("report", "export") or not _mine(job):
        abort(404)
    answer = Response(render_template("manage/work.html", job=job, say=say, name=_job_name(job)))
    if not job.is_over:
        answer.headers["Refresh"] = str(REFRESH_S)
    return answer


@blueprint.post("/reports/work/<uuid:key>/stop")
@allow(*LEADS)
def stop_work(key: object) -> ResponseReturnValue:
    """Ask it to end."""
    job = Jobs(box().store).get(str(key))
    if job is None or not _mine(job):
        abort(404)
    Jobs(box().store).stop(job.id, person().name)
    flash(gettext("It is stopped."), "info")
    return redirect(url_for("manage.exports" if job.kind == "export" else "manage.reports"), 303)


@blueprint.get("/reports/<uuid:key>")
@allow(*LEADS)
def report(key: object) -> ResponseReturnValue:
    """A kept page, inside ours."""
    _whole_centre()
    kept = Archive(box().store).get(str(key))
    if kept.format != "html":
        abort(404)
    text = Archive(box().store).read(kept).decode("utf-8")
    inner = text.partition("<body>")[2].rpartition("</body>")[0]
    files = next((made.files for made in _archive() if kept.id in {k.id for k in made.files.values()}), {})
    style = STYLE.read_text("utf-8")
    shown, styled = Markup(inner), Markup(style)  # noqa: S704  a file of ours whose hash is checked
    return render_template("manage/report.html", kept=kept, inner=shown, style=styled, files=files, name=_kind(kept.kind))


@blueprint.get("/reports/<uuid:key>/file")
@allow(*LEADS)
def report_file(key: object) -> ResponseReturnValue:
    """A kept file, taken away; noted."""
    _whole_centre()
    kept = Archive(box().store).get(str(key))
    data = Archive(box().store).read(kept)
    taken("report.download", kept.id, {"kind": kept.kind, "period": kept.period, "format": kept.format})
    answer = Response(data, mimetype=MIMETYPES.get(kept.format, "application/octet-stream"))
    name = f"callbox-{kept.kind}-{kept.period}.{kept.format}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _begin() -> Job:
    form = request.form
    kind = form.get("report", "")
    if kind not in KINDS:
        raise UserError("There is no such report.", "没有此报告。")
    period = _period_of(kind, form.get("period", ""))
    if period.first > today():
        raise UserError(f"{period.name} has not begun.", f"{period.name} 尚未开始。")
    formats = [f for f in FORMATS if f in form.getlist("format")] or ["html", "xlsx"]
    chosen = form.get("language", "")
    settings = box().settings
    arguments: dict[str, Any] = {
        "report": kind, "kind": period.kind, "period": period.name, "formats": formats, "by": person().name,
        "language": chosen if chosen in LOCALES else language(), "site": settings.site.name, "timezone": settings.site.timezone,
        "rulebook": settings.analysis.rulebook, "company": list(settings.site.company), "common": settings.quality.common_problem,
        "individual": settings.quality.individual_problem,
    }  # fmt: skip
    return Jobs(box().store).start("report", f"{kind} {period.name}", arguments, person().name)


def _period_of(kind: str, text: str) -> Period:
    """By any of the kinds of period that this report is made of; without a name the last one that is over. Raises UserError."""
    if not text.strip():
        return period_of(KINDS[kind].periods[0], today()).before
    problem: UserError | None = None
    for one in KINDS[kind].periods:
        try:
            return parse(one, text)
        except UserError as error:
            problem = problem or error
    assert problem is not None
    raise problem


def _page(problem: str = "") -> str:
    if not person().scope.everything:
        return render_template("manage/reports.html", bound=True, problem=problem)
    period = request.values.get("period", "").strip()
    kind = asked("kind")
    chosen = request.form.get("report") or next((k.id for k in KINDS.values() if kind == k.periods[0]), "weekly")
    running = [job for job in Jobs(box().store).recent("report", 10) if not job.is_over]
    return render_template(
        "manage/reports.html", kinds=tuple(KINDS.values()), archive=_archive(), running=running, problem=problem, say=say,
        formats=FORMATS, bound=False, examples=EXAMPLES, name=_kind, chosen=chosen, period=period,
        kept_days=box().settings.quality.report_days,
    )  # fmt: skip


def _archive() -> list[Made]:
    """Files of one making together: they were written within a minute by one person."""
    found: list[Made] = []
    for kept in Archive(box().store).list(limit=LISTED):
        last = next(
            (m for m in found if (m.kind, m.period, m.language, m.made_by) == (kept.kind, kept.period, kept.language, kept.made_by)
             and abs(m.made_at - kept.made_at) < 120 and kept.format not in m.files), None,
        )  # fmt: skip
        if last is None:
            found.append(Made(kept.kind, kept.period, kept.made_at, kept.made_by, kept.language, {kept.format: kept}))
        else:
            last.files[kept.format] = kept
    return found


def _kind(kind: str) -> str:
    return say(KINDS[kind].title) if kind in KINDS else kind


def _job_name(job: Job) -> str:
    if job.kind == "export":
        return str(job.arguments.get("name", ""))
    return f"{_kind(str(job.arguments['report']))} {job.arguments['period']}"


def _mine(job: Job) -> bool:
    return job.by == person().name or (job.kind == "report" and person().scope.everything)


def _whole_centre() -> None:
    """Reports tell of everybody: who sees some groups only has their dashboard."""
    if not person().scope.everything:
        not_yours("reports")
