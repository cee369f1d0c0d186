"""`python -m webui`: serve the pages."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from hw.arguments import Parser
from hw.messages import UserError
from quality.access import firstrun
from quality.access.certificate import Pair, pair_of
from quality.boxsettings.dropin import Place
from quality.store import writing
from recorder.settings.cli import add_arguments, complain, settings_or_exit
from recorder.settings.files import main_file
from recorder.settings.follow import Follower
from recorder.settings.sections import Settings
from webui.app import create_app
from webui.renewing import Make, RenewingServer
from webui.safety.redirect import start_redirect
from webui.server import check_port


def main() -> int:
    """Exit status: 0 when stopped, 2 when it could not start."""
    parser = Parser(prog="python -m webui", description="Serves callbox's pages on the LAN. 在局域网提供网页。")
    add_arguments(parser)
    arguments = parser.parse_args()
    settings = settings_or_exit(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        pair = pair_of(settings)
        make = _maker(arguments.config, pair)
        app = _prepare(settings, make)
    except UserError as error:
        complain(error)
        return 2
    _tell(settings, pair)
    if pair and settings.web.redirect_port:
        start_redirect(settings.web.host, settings.web.redirect_port, settings.web.port, settings.web.names)
    RenewingServer(app, settings, pair, make, Follower(arguments.config, settings)).run()
    return 0


def _tell(settings: Settings, pair: Pair | None) -> None:
    log, web = logging.getLogger("webui"), settings.web
    log.info("serving %s://%s:%d", "https" if pair else "http", web.host, web.port)
    if pair:
        log.info("certificate %s until %s, SHA-256 %s", pair.certificate, f"{pair.until:%Y-%m-%d}", pair.fingerprint)
    if firstrun.needed(Path(settings.store.path)):
        log.warning("there is no administrator yet: callbox users first-code, then the page /first-run")


def _maker(paths: Sequence[Path], pair: Pair | None) -> Make:
    """How the pages are made, at the start and whenever the settings change."""
    file = main_file(paths)
    place = Place((*paths[:-1], file)) if file else None

    def make(settings: Settings) -> Flask:
        app = create_app(settings, place)
        app.config["CALLBOX_FINGERPRINT"] = pair.fingerprint if pair else ""
        return app

    return make


def _prepare(settings: Settings, make: Make) -> Flask:
    """Made before the workers: what fails is told where a person reads it, the key is made once, and the workers share the memory.
    The application holds no connection and no thread that a fork would break."""
    check_port(settings.web)
    app = make(settings)
    with writing(Path(settings.store.path)):
        pass  # brings review.db up to date: the recorder reads its holds
    return app


if __name__ == "__main__":
    sys.exit(main())
