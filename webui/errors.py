"""What a person sees when something is not right: what it is, what to do, never a traceback."""

from __future__ import annotations

import logging

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from hw.messages import Message, UserError
from webui.api import problems
from webui.languages import language
from webui.safety.noting import refused

log = logging.getLogger(__name__)

_TEXTS = {
    401: (lazy_gettext("Please log in"), lazy_gettext("Your session has ended. Log in and try again.")),
    403: (
        lazy_gettext("Not for your role"),
        lazy_gettext("Your account may not open this page. Ask the administrator if it should."),
    ),
    404: (lazy_gettext("Not found"), lazy_gettext("There is no such page or call, or it is not one of yours.")),
    405: (lazy_gettext("Not found"), lazy_gettext("There is no such page or call, or it is not one of yours.")),
    421: (
        lazy_gettext("The box is not called that"),
        lazy_gettext("Ask for it by its address. The administrator can add other names: [web] names in callbox.toml."),
    ),
    413: (lazy_gettext("Too much text"), lazy_gettext("What was sent is too long. Shorten it and try again.")),
    429: (lazy_gettext("Too many tries"), lazy_gettext("Wait a minute, then try again.")),
}
_OTHER = (lazy_gettext("That did not work"), lazy_gettext("The request could not be understood. Go back and try again."))
_BROKEN = (
    lazy_gettext("Something broke on the box"),
    lazy_gettext("It has been written to the log. Try again, or tell the administrator."),
)
CSRF = Message("A session's request needs the header X-CSRFToken.", "会话请求需要 X-CSRFToken 头。")


def init_errors(app: Flask) -> None:
    """Every error as a page in the reader's language, or a line of text for scripts and players."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(UserError, _user_error)
    app.register_error_handler(problems.ProblemError, problems.of_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if problems.asked():
        return problems.of_error(error)
    title, text = _BROKEN if status >= 500 else _TEXTS.get(status, _OTHER)
    return _page(title, text, status)


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    refused("refused.forged", f"{request.method} {request.path}")
    if problems.asked():
        return problems.problem(400, CSRF)
    text = gettext("This page was open for too long or came from elsewhere. Go back, reload it and try again.")
    return _page(gettext("That did not work"), text, 400)


def _user_error(error: UserError) -> ResponseReturnValue:
    return message_page(error, 400)


def message_page(error: UserError, status: int) -> ResponseReturnValue:
    """What the error says, as a page or a line of text."""
    if problems.asked():
        return problems.problem(status, error.message)
    return _page(gettext("That did not work"), error.message.text(language()), status)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    if problems.asked():
        return problems.problem(500)
    return _page(*_BROKEN, 500)


def _page(title: object, text: object, status: int) -> ResponseReturnValue:
    if "text/html" in request.headers.get("Accept", ""):
        return render_template("error.html", title=str(title), text=str(text)), status
    return f"{title}: {text}\n", status, {"Content-Type": "text/plain; charset=utf-8"}
