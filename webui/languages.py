"""The page's language, and how times and numbers are written in it."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from flask_login import current_user

from webui.access import public

LOCALES = {"zh": "zh", "en": "en"}
HTML_LANG = {"zh": "zh-CN", "en": "en"}
CATALOGS = ("messages", "desk", "search", "safety", "live", "manage", "own", "setup")
"""Files under translations/zh/LC_MESSAGES: a text stands in one of them, that of the room that shows it or messages for several."""
COOKIE = "callbox_lang"
YEAR_S = 365 * 24 * 3600

blueprint = Blueprint("languages", __name__)


def init_languages(app: Flask, default: str, timezone: str) -> None:
    """Choose by cookie first, then the site's language."""
    app.config["SITE_LANGUAGE"] = default if default in LOCALES else "en"
    # Flask-Babel wants a folder for each catalog, though all lie in one.
    folders = ";".join(["translations"] * len(CATALOGS))
    Babel(
        app, default_locale=LOCALES["en"], locale_selector=_locale, default_timezone=timezone,
        default_domain=";".join(CATALOGS), default_translation_directories=folders,
    )  # fmt: skip
    app.jinja_env.globals.update(language=language, html_lang=lambda: HTML_LANG[language()])
    app.register_blueprint(blueprint)


def language() -> str:
    """ "zh" or "en": what this browser chose, else what its user reads elsewhere, else the site's."""
    account = getattr(current_user, "account", None)
    choices = (request.cookies.get(COOKIE), account and account.language, current_app.config["SITE_LANGUAGE"])
    return next(str(choice) for choice in choices if choice in LOCALES)


def _locale() -> str:
    return LOCALES[language()]


def local_name(zh: str, en: str) -> str:
    """The one of a data file's two names that fits the page."""
    locale = get_locale()
    return zh if locale is not None and locale.language == "zh" else en


@blueprint.post("/language/<code>")
@public
def switch(code: str) -> ResponseReturnValue:
    """Remember the language in this browser, for a year, and for whoever is logged in; and go back to the page."""
    answer = redirect(local_path(request.form.get("next", "")))
    if code not in LOCALES:
        return answer
    answer.set_cookie(
        COOKIE, code, max_age=YEAR_S, httponly=True, samesite="Lax", secure=bool(current_app.config["SESSION_COOKIE_SECURE"])
    )
    if current_user.is_authenticated:
        current_app.extensions["callbox_users"].set_language(current_user.account.id, code)
    return answer


def local_path(path: str) -> str:
    """`path` when it is a path on this box, else the start page: never a way to send people elsewhere."""
    # Browsers drop tabs and line ends from an address and read a backslash as a slash.
    if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable():
        return path
    return url_for("calls.start")
