"""When a reviewer sees what the machine suggests on a form: the department's choice, every change a version. What is seen first is
held on to (anchoring: Tversky and Kahneman, Science 185, 1974, 1124-1131), so a department may want people's own marks first."""

from __future__ import annotations

from pathlib import Path

from hw.messages import Message, UserError
from quality.store import reading
from quality.versions import Versions

AT_ONCE, AFTER_OWN, NEVER = "at_once", "after_own", "never"
WAYS = {
    AT_ONCE: Message("at once: the form begins with them", "立即显示：表单以机器建议预填"),
    AFTER_OWN: Message("after the own mark: of an item that has one", "评分后显示：该项有了人工评分才显示"),
    NEVER: Message("never", "不显示"),
}
_NAME = Message("choice of when suggestions are shown", "机器建议的显示方式")
SHOWING = Versions("suggestions_shown", _NAME, "form.suggestions", "suggestions", "")
"""There is no file of it, and no command that prints one: the page of the forms changes it."""


def showing(store: Path) -> tuple[int, str]:
    """The version of the choice that holds, and which of WAYS it is; what ships is AT_ONCE."""
    version, document = SHOWING.current(store)
    way = str((document or {}).get("suggestions", AT_ONCE))
    return version, way if way in WAYS else AT_ONCE


def change_showing(store: Path, way: str, by: str, based_on: int) -> int:
    """Keep another choice. based_on: the version the person had before them. Raises UserError when it is none, is the one that
    holds, or somebody else has changed it meanwhile."""
    if way not in WAYS:
        raise UserError(f"Choose one of {', '.join(WAYS)}.", f"请从 {'、'.join(WAYS)} 中选择。")
    version, held = showing(store)
    if way == held and version == based_on:
        raise UserError("Nothing has been changed.", "没有任何改动。")
    return SHOWING.keep(store, {"suggestions": way}, by, based_on, {"suggestions": AT_ONCE})


def showing_to(store: Path, user_id: str, call_id: str) -> str:
    """Which of WAYS holds for this person on this call: who still has to rate it for a calibration grades blind in any case."""
    sql = """SELECT 1 FROM review.calibrations c JOIN review.calibration_raters r ON r.calibration_id = c.id
        WHERE c.call_id = ? AND c.closed_at IS NULL AND r.rater_id = ? AND r.submitted_at IS NULL"""
    with reading(store) as connection:
        if connection.execute(sql, (call_id, user_id)).fetchone():
            return NEVER
    return showing(store)[1]
