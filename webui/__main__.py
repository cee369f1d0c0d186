"""`python -m webui`: serve the pages."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from flask import Flask

from hw.messages import UserError
from quality.store import writing
from recorder.settings.cli import add_arguments, complain, settings_or_exit
from recorder.settings.sections import Settings
from webui.app import create_app
from webui.server import Server, check_port


def main() -> int:
    """Exit status: 0 when stopped, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m webui", description="Serves callbox's pages on the LAN.")
    add_arguments(parser)
    settings = settings_or_exit(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        app = _prepare(settings)
    except UserError as error:
        complain(error)
        return 2
    logging.getLogger("webui").info("serving http://%s:%d", settings.web.host, settings.web.port)
    Server(app, settings.web).run()
    return 0


def _prepare(settings: Settings) -> Flask:
    """Made before the workers: what fails is told where a person reads it, the key is made once, and the workers share the memory.
    The application holds no connection and no thread that a fork would break."""
    check_port(settings.web)
    app = create_app(settings)
    with writing(Path(settings.store.path)):
        pass  # brings review.db up to date: the recorder reads its holds
    return app


if __name__ == "__main__":
    sys.exit(main())
