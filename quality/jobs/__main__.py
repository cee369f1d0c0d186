"""`python -m quality.jobs STORE ID`: the process of one job, started by quality.jobs.store."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from quality.jobs.runner import run

if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    run(Path(sys.argv[1]), sys.argv[2])
