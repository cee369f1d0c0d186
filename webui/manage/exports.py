"""Calls taken away in bulk: what the list shows as a zip with sound or as a table, made beside the pages."""

from __future__ import annotations

import time
from typing import Any

from flask import abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.exports.selection import described
from quality.jobs.store import Job, Jobs
from webui.access import allow
from webui.context import box, person, views
from webui.languages import language
from webui.manage.room import PROBLEM_STATUS, blueprint, say
from webui.safety.noting import taken
from webui.search import filters

FORMS = ("zip", "wav", "csv")
FOLDER, KEPT_DAYS = "exports", 7
"""Of quality.jobs.export, which the pages do not load."""
MOST = 20_000
"""Calls of one export from the pages; more is for the command line."""


@blueprint.route("/exports", methods=["GET", "POST"])
@allow(*LEADS)
def exports() -> ResponseReturnValue:
    """The calls of a filter to be taken away, and the exports that wait to be fetched."""
    if request.method == "GET":
        return _page()
    try:
        job = _begin()
    except UserError as error:
        return _page(error.message.text(language())), PROBLEM_STATUS
    return redirect(url_for("manage.work", key=job.id), 303)


@blueprint.get("/exports/<uuid:key>/file")
@allow(*LEADS)
def export_file(key: object) -> ResponseReturnValue:
    """A finished export, for who asked for it; noted."""
    job = Jobs(box().store).get(str(key))
    if job is None or job.kind != "export" or job.by != person().name or not job.result:
        abort(404)
    file = box().store / FOLDER / str(job.result["file"])
    if not file.is_file():
        raise UserError(
            f"Exports are kept for {KEPT_DAYS} days. Make it again.", f"导出文件仅保留 {KEPT_DAYS} 天，请重新导出。"
        )  # fmt: skip
    taken("export.download", job.id, {"file": file.name, "calls": job.result["calls"]})
    return send_file(file.resolve(), as_attachment=True, download_name=file.name)


def _begin() -> Job:
    form, settings = request.values, box().settings
    kind = form.get("form", "zip")
    kind = kind if kind in FORMS else "zip"
    wanted, wrong = filters.parse(form, person().scope)
    if wrong:
        raise UserError(" ".join(wrong), " ".join(wrong))
    count = views().list_calls(wanted, limit=1)
    if count.total > MOST or not count.total_exact:
        raise UserError(
            f"More than {MOST} calls fit. Narrow the filter, or use callbox export on the box.",
            f"符合条件的通话超过 {MOST} 通。请缩小范围，或在设备上使用 callbox export。",
        )
    name = f"callbox-calls-{time.strftime('%Y%m%d-%H%M%S')}-{person().account.id[-4:]}.{'csv' if kind == 'csv' else 'zip'}"
    arguments: dict[str, Any] = {
        "filter": described(wanted), "form": kind, "name": name, "by": person().name, "site": settings.site.name,
        "timezone": settings.site.timezone,
    }  # fmt: skip
    return Jobs(box().store).start("export", name, arguments, person().name)


def _page(problem: str = "") -> str:
    wanted, wrong = filters.parse(request.values, person().scope)
    given = filters.active(request.values)
    page = views().list_calls(wanted, limit=1) if given else None
    mine = [job for job in Jobs(box().store).recent("export", 40) if job.by == person().name]
    return render_template(
        "manage/exports.html", given=given, page=page, jobs=mine, problem=problem or " ".join(wrong), forms=FORMS, say=say,
        most=MOST, kept_days=KEPT_DAYS, form=request.values.get("form", "zip"),
    )  # fmt: skip
