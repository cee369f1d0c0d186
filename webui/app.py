"""The application: small blueprints, one subject each, over quality's views."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, request, url_for
from flask_wtf import CSRFProtect

from quality.boxsettings.dropin import Place
from recorder.settings.sections import Settings
from webui import audio, health, names, reports
from webui.access import init_access
from webui.api.api import init_api
from webui.auth import init_auth, role_name
from webui.context import init_context
from webui.desk import room as desk
from webui.desk.keys import init_keys
from webui.errors import init_errors
from webui.fields import Whole
from webui.formats import init_formats
from webui.languages import init_languages
from webui.live.room import init_live
from webui.manage import pages as manage
from webui.menu import init_menu
from webui.own import pages as own
from webui.rulenames import init_rule_names
from webui.safety import room as safety
from webui.safety.hosts import init_hosts
from webui.safety.locks import init_locks
from webui.safety.noting import init_noting
from webui.search import calls, saved
from webui.secret import secret_key
from webui.security import init_security
from webui.setup.rooms import init_setup
from webui.throttle import init_throttle


def create_app(settings: Settings, place: Place | None = None) -> Flask:
    """The pages of the box whose settings these are. place: where they stand, for who may change them; None: nobody may. Raises
    UserError when the store cannot be used."""
    app = Flask(__name__)
    app.url_map.converters["int"] = Whole
    store = Path(settings.store.path)
    app.secret_key = secret_key(store)
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: a form may lie open through a long call
    CSRFProtect(app)
    init_security(app, settings.web)
    init_languages(app, settings.site.language, settings.site.timezone)
    init_formats(app, settings.site.timezone)
    init_context(app, settings)
    init_noting(app)
    init_hosts(app, settings.web)
    init_locks(app)
    init_rule_names(app, store, settings.analysis.rulebook)
    init_throttle(app, settings.web.workers)
    init_auth(app, store, settings.web.session_minutes)
    for module in (calls, saved, audio, reports, health):
        app.register_blueprint(module.blueprint)
    for blueprint in desk.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for blueprint in safety.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for blueprint in (*manage.BLUEPRINTS, own.blueprint):
        app.register_blueprint(blueprint)
    init_keys(app)
    init_live(app)
    init_api(app, settings.web.metrics)
    init_setup(app, settings, place)
    init_access(app)
    init_menu(app)
    init_errors(app)
    _template_names(app, settings)
    return app


def _template_names(app: Flask, settings: Settings) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        site_name=settings.site.name, session_minutes=settings.web.session_minutes,
        role_name=role_name, static_url=static_url, here=here, bool=bool,
        score_name=names.score_name, analysis_name=names.analysis_name, analysis_text=names.analysis_text,
        side_name=names.side_name, emotion_name=names.emotion_name, sort_name=names.sort_name, filter_name=names.filter_name,
        filter_value=names.filter_value, gap_reason=names.gap_reason,
    )  # fmt: skip


def here() -> str:
    """This page's address, to come back to; the start page after a form that cannot be asked for again."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("calls.start")


def static_url(name: str) -> str:
    """A static file's address. Browsers ask each time whether it changed, so that an update of the box is seen at once."""
    return url_for("static", filename=name)
