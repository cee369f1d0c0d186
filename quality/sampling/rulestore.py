"""The sampling weights of one box, every change a version of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw.messages import UserError
from quality.changes import record
from quality.sampling.rules import SamplingRules, read_rules, shipped_rules
from quality.store import reading, writing
from recorder.times import to_text


class RuleStore:
    """Version 0 is what ships."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def current(self) -> tuple[int, SamplingRules]:
        """The version that holds, and its rules."""
        with reading(self._store) as connection:
            row = connection.execute("SELECT * FROM review.sampling_rules ORDER BY version DESC LIMIT 1").fetchone()
        return (row["version"], read_rules(json.loads(row["document"]))) if row else (0, shipped_rules())

    def change(self, document: Mapping[str, Any], by: str, based_on: int) -> int:
        """Keep a new version. based_on: the version the person had before them. Raises UserError when the weights cannot be used or
        somebody else has changed them meanwhile."""
        read_rules(document)
        with writing(self._store) as database:
            held: int = database.execute("SELECT coalesce(max(version), 0) FROM sampling_rules").fetchone()[0]
            if held != based_on:
                raise UserError(
                    "Somebody else has changed the sampling weights meanwhile. Look at theirs, then change again.",
                    "其间已有他人修改抽样权重，请查看后再修改。",
                )
            row = (held + 1, json.dumps(document, ensure_ascii=False), to_text(time.time()), by)
            database.execute("INSERT INTO sampling_rules VALUES (?, ?, ?, ?)", row)
            record(database, by, "sampling.rules", "sampling", {"version": held + 1})
        return held + 1
