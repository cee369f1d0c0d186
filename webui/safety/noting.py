"""What the pages write into the audit log beside changes, which the department's own modules write: what was heard, taken away and
refused. What cannot be noted is not done: heard and taken raise UserError, and the sound or the file is not sent."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path

from flask import Flask, current_app, g, request, session
from flask.wrappers import Response
from flask_login import current_user

from hw.messages import UserError
from quality.audit import chain
from quality.audit.entries import EXPORT, REFUSAL
from webui.safety.folding import Folded

log = logging.getLogger(__name__)

SINCE = "since"
"""In the session: UTC epoch seconds at which its person logged in; a sitting lasts as long as the session."""
_REFUSED = {401: "refused.stranger", 403: "refused.role", 413: "refused.size", 429: "refused.often"}


def init_noting(app: Flask) -> None:
    """Every request says where it comes from; what was refused is noted, whoever refused it."""
    app.extensions["callbox_refusals"] = Folded()
    app.before_request(_say_where)
    app.after_request(_note_refusal)


def heard(call_id: str, action: str = "call.listen") -> None:
    """Whoever is logged in hears this call (or line): noted once in a sitting. Raises UserError."""
    chain.note_listen(_store(), current_user.name, call_id, session.get(SINCE, 0.0), action)


def taken(action: str, subject: str, detail: Mapping[str, object] | None = None) -> None:
    """Whoever is logged in takes a file away. action: e.g. "call.download", "report.download". Raises UserError."""
    chain.note(_store(), EXPORT, current_user.name, action, subject, detail)


def refused(action: str, subject: str, detail: Mapping[str, object] | None = None) -> None:
    """Something was asked for and not given. The same again within a minute is counted, not written, so that nobody fills the disk;
    a log that cannot be written must not turn a refusal into an error."""
    g.refusal_noted = True
    who = getattr(current_user, "name", "") if current_user else ""
    address = request.remote_addr or ""
    folded = current_app.extensions["callbox_refusals"].take((who, address, action, subject[:200]), time.monotonic())
    if folded is None:
        return
    log.warning("refused: %s %.80r, %r from %s", action, subject, who, address)
    more = {"before": folded} if folded else {}
    try:
        chain.note(_store(), REFUSAL, who, action, subject, {**(detail or {}), **more})
    except UserError as error:
        log.error("a refusal could not be noted: %s", error)


def _say_where() -> None:
    chain.ADDRESS.set(request.remote_addr or "")


def _note_refusal(response: Response) -> Response:
    action = _REFUSED.get(response.status_code)
    # A page that leads a stranger to the log-in page refuses nothing: that is how everybody begins.
    if action and "refusal_noted" not in g:
        refused(action, f"{request.method} {request.path}")
    return response


def _store() -> Path:
    store: Path = current_app.extensions["callbox"].store
    return store
