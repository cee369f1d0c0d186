"""Long work under way: how far, and how to stop it."""

from __future__ import annotations

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from quality.access.roles import LEADS
from quality.jobs.store import Job, Jobs
from webui.access import allow
from webui.languages import local_path
from webui.setup.shared import me, setup_blueprint, store

blueprint = setup_blueprint("jobs")


@blueprint.get("/setup/jobs/<job_id>")
@allow(*LEADS)
def state(job_id: str) -> ResponseReturnValue:
    """For the page that shows it: state, done, total."""
    job = _job(job_id)
    return {"state": job.state, "over": job.is_over, "done": job.done, "total": job.total}


@blueprint.post("/setup/jobs/<job_id>/stop")
@allow(*LEADS)
def stop(job_id: str) -> ResponseReturnValue:
    """Ask it to end."""
    Jobs(store()).stop(_job(job_id).id, me())
    return redirect(local_path(request.form.get("next", "")))


def _job(job_id: str) -> Job:
    return Jobs(store()).get(job_id) or abort(404)
