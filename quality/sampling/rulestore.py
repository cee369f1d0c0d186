"""The sampling weights of one box, every change a version of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw.messages import Message
from quality.sampling.rules import SamplingRules, read_rules, shipped_rules
from quality.versions import Versions

WEIGHTS = Versions(
    "sampling_rules", Message("sampling weights", "抽样权重"), "sampling.rules", "sampling", "callbox sampling weights"
)  # fmt: skip


class RuleStore:
    """Version 0 is what ships."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def current(self) -> tuple[int, SamplingRules]:
        """The version that holds, and its rules."""
        version, document = WEIGHTS.current(self._store)
        return version, shipped_rules() if document is None else read_rules(document)

    def change(self, document: Mapping[str, Any], by: str, based_on: int) -> int:
        """Keep a new version. based_on: the version the person had before them. Raises UserError when the weights cannot be used or
        somebody else has changed them meanwhile."""
        read_rules(document)
        return WEIGHTS.keep(self._store, document, by, based_on, shipped_rules().document)
