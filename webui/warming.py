"""What a first page would have to wait for, read before the workers are forked: it costs nobody's time, and they share it."""

from __future__ import annotations

import logging
from typing import cast

from flask import Flask
from flask_babel import force_locale, gettext

from hw.messages import UserError
from webui.context import Box
from webui.languages import LOCALES
from webui.rulenames import rule_choices


def warm(app: Flask) -> None:
    """The columns of all calls (quality.callindex), the rulebook, templates and texts. What cannot be read is told in the log; the
    pages say it, too, as long as it lasts."""
    with app.test_request_context("/"):
        try:
            cast(Box, app.extensions["callbox"]).views.list_calls(limit=1)
            rule_choices()
        except UserError as error:
            logging.getLogger(__name__).warning("not read before the workers: %s", error)
        for locale in LOCALES.values():
            with force_locale(locale):
                gettext("Calls")
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
