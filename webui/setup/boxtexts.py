"""What settings of the box are called by people who are not their technician."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from hw.messages import Message
from quality.differences import Difference, of_detail
from webui.setup.shared import told

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


def label(name: str) -> str:
    """A setting's name, with its unit."""
    table, _, key = name.partition(".")
    found = {
        "retention": _retention, "alarms": _alarms, "analysis": _analysis, "site": _site, "web": _site, "quality": _quality,
        "retention_rule": _rule,
    }.get(table)  # fmt: skip
    return found().get(key, name) if found else name


def group_name(group: str) -> str:
    """A form's title."""
    names: dict[str, str] = {
        "retention": gettext("How long audio is kept"), "rules": gettext("Another time for some calls"),
        "alarms": gettext("Limits of alarms"), "analysis": gettext("How calls are understood"), "site": gettext("Name and log-in"),
        "quality": gettext("Where the department draws its lines"),
    }  # fmt: skip
    return names[group]


def service_name(service: str) -> str:
    """Who reads a setting."""
    names: dict[str, str] = {
        "recorder": gettext("the recorder"), "analyzer": gettext("the analyzer"), "web": gettext("these pages"),
    }  # fmt: skip
    return names.get(service, service)


def choice_name(name: str, word: str) -> str:
    """A word of a choice, as people say it."""
    words: dict[tuple[str, str], str] = {
        ("retention.transcripts", "delete"): gettext("deleted with the audio"), ("retention.transcripts", "keep"): gettext("kept"),
        ("retention_rule.direction", ""): gettext("both directions"), ("retention_rule.direction", "in"): gettext("incoming"),
        ("retention_rule.direction", "out"): gettext("outgoing"),
        ("retention_rule.direction", "unknown"): gettext("direction unknown"),
    }  # fmt: skip
    return words.get((name, word)) or (LANGUAGE_NAMES.get(word, word) if name == "site.language" else word)


def box_differences(facts: Mapping[str, Any]) -> list[Difference]:
    """What a change of the settings changed, or was to change and why it was not, under the names people know."""
    if "differences" in facts:
        return [Difference((label(".".join(one.path)),), one.before, one.after) for one in of_detail(facts["differences"])]
    why, wanted = facts.get("why"), facts.get("wanted") or {}
    reason = told(Message(*why)) if isinstance(why, list) and len(why) == 2 else None
    asked = [Difference((label(name),), None, value) for name, value in wanted.items()]
    return [*asked, Difference((gettext("Why"),), None, reason)]


def _retention() -> dict[str, str]:
    return {
        "days": gettext("Deleted after so many days (0: never by age)"),
        "max_gib": gettext("GiB of audio altogether (0: no limit)"),
        "warn_gib": gettext("Alarm below so many GiB free"),
        "free_gib": gettext("The oldest goes below so many GiB free (0: nothing does)"),
        "analysis_wait_days": gettext("Days that audio waits for its analysis"), "transcripts": gettext("Words of deleted calls"),
    }  # fmt: skip


def _rule() -> dict[str, str]:
    return {
        "": gettext("Another time for some calls"), "line": gettext("Line"), "direction": gettext("Direction"),
        "days": gettext("Days (0: never)"), "max_gib": gettext("GiB at most (0: no limit)"),
    }  # fmt: skip


def _alarms() -> dict[str, str]:
    return {
        "dead_line_calls": gettext("A line is dead when so many calls would usually have come"),
        "stuck_off_hook_min": gettext("Off-hook without a word, minutes"),
        "low_dbfs": gettext("Speech too quiet below, dBFS"), "hum_dbfs": gettext("Mains hum too loud above, dBFS"),
        "clip_percent": gettext("Too loud from so many percent of samples at full scale"),
        "mains_hz": gettext("Frequency of the mains, Hz"),
    }  # fmt: skip


def _analysis() -> dict[str, str]:
    return {
        "engine": gettext("Engine"), "model": gettext("Model"), "beam": gettext("Guesses followed at once (more is slower)"),
        "vad": gettext("Who finds the speech"), "role_confidence": gettext("Mono lines: roles named from this certainty on, 0–1"),
        "lexicon": gettext("Names of companies, products and people to be written right"),
        "lexicon_prompt": gettext("Tell Whisper these names beforehand"),
        "mask_digits": gettext("Keep six digits and more as asterisks"),
        "cpu_share": gettext("Share of one core taken at most over time, 0–1"),
        "busy_audio_h": gettext("Searches less widely from so many hours of waiting audio (0: never)"),
        "busy_temperature_c": gettext("The same from so many °C (0: never)"),
        "busy_pressure": gettext("The same from so much time waited for the CPU, percent (0: never)"),
    }  # fmt: skip


def _site() -> dict[str, str]:
    return {
        "name": gettext("Name on pages and reports"), "company": gettext("Names callers know the company by, for the greeting"),
        "language": gettext("Language where nobody chose one"),
        "session_minutes": gettext("Minutes idle until log-in is asked again"),
    }  # fmt: skip


def _quality() -> dict[str, str]:
    return {
        "appeal_days": gettext("Days from a review to the last day of an appeal"),
        "decide_days": gettext("Days from an appeal to its decision"),
        "calibration_points": gettext("Calibration: two totals differ by less, points"),
        "calibration_remind_days": gettext("Last days of a month on which a missing calibration is told; 0: never"),
        "trust_agreement": gettext("A machine item scores by itself from this agreement on, 0–1"),
        "trust_calls": gettext("Calls compared before that is believed"),
        "repeat_rate": gettext("Share of calls that come again, for a special review, 0–1"),
        "repeat_days": gettext("Such days in a row that open it"),
        "report_days": gettext("Days after which files of the report archive are deleted; 0: none ever"),
        "common_problem": gettext("A problem is common from this share of a group’s calls on, 0–1"),
        "individual_problem": gettext("A problem is an agent’s from this share of their calls on, 0–1"),
    }  # fmt: skip
