"""How reports call the rules."""

from __future__ import annotations

from pathlib import Path

from analyzer.rules.library import Rulebooks
from hw.messages import Message


def rule_names(store: Path, rulebook: Path | None) -> dict[str, Message]:
    """Rule → its name in the store's live rulebook. rulebook: the settings' one, live while none has been adopted; None: the one
    that ships. Empty when it cannot be read: that costs the names, not the report."""
    live = Rulebooks(store, str(rulebook) if rulebook else "").by_id()
    return {rule.id: Message(rule.name_en, rule.name_zh) for rule in live.values()}
