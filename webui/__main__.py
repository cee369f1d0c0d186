"""`python -m webui`: serve the pages."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from hw.messages import UserError
from recorder.settings.cli import add_arguments, complain, settings_or_exit
from recorder.settings.sections import Settings
from webui.app import create_app
from webui.secret import secret_key
from webui.server import Server, check_port


def main() -> int:
    """Exit status: 0 when stopped, 2 when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m webui", description="Serves callbox's pages on the LAN.")
    add_arguments(parser)
    settings = settings_or_exit(parser.parse_args())
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        _prepare(settings)
    except UserError as error:
        complain(error)
        return 2
    logging.getLogger("webui").info("serving http://%s:%d", settings.web.host, settings.web.port)
    Server(lambda: create_app(settings), settings.web).run()
    return 0


def _prepare(settings: Settings) -> None:
    """Everything that can fail is tried before a worker starts, where its message still reaches a person; and the key is made once,
    before several workers would each make their own."""
    check_port(settings.web)
    secret_key(Path(settings.store.path))
    create_app(settings)


if __name__ == "__main__":
    sys.exit(main())
