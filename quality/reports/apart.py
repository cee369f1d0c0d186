"""A report made by a process of its own, whose memory is given back when it is done: printing takes hundreds of megabytes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from hw.messages import UserError
from quality.improving.problems import Limits
from quality.periods import Period, parse
from quality.reports.build import build
from quality.reports.facts import Box
from quality.reports.files import WRITERS

LONGEST_S = 300.0
"""Seconds it may take."""


def made_apart(box: Box, kind: str, period: Period, format_: str, language: str) -> bytes:
    """The report as a file in one of WRITERS. Raises UserError when it cannot be made."""
    asked = {
        "box": {**asdict(box), "store": str(box.store), "rulebook": str(box.rulebook) if box.rulebook else None},
        "kind": kind, "period": [period.kind, period.name], "format": format_, "language": language,
    }  # fmt: skip
    command = [sys.executable, "-m", "quality.reports.apart"]
    try:
        done = subprocess.run(  # noqa: S603  our own program
            command, input=json.dumps(asked).encode(), capture_output=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UserError("The report took too long; ask for a shorter period.", "生成报告超时，请选择较短的周期。") from error
    if done.returncode == 0:
        return done.stdout
    try:
        said = json.loads(done.stderr.splitlines()[-1])
        raise UserError(said["en"], said["zh"])
    except (ValueError, IndexError, KeyError, TypeError):
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:]) from None


def main() -> int:
    """Reads what is asked from standard input, writes the file to standard output, a refusal to standard error."""
    asked = json.load(sys.stdin)
    told = asked["box"]
    limits = Limits(**told.pop("limits"))
    box = Box(**{**told, "store": Path(told["store"]), "rulebook": told["rulebook"] and Path(told["rulebook"])}, limits=limits)
    try:
        report = build(box, asked["kind"], parse(*asked["period"]))
        data = WRITERS[asked["format"]](report, asked["language"])
    except UserError as error:
        sys.stderr.write("\n" + json.dumps({"en": error.message.en, "zh": error.message.zh}) + "\n")
        return 2
    sys.stdout.buffer.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
